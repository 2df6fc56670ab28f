"""Experiments and patterns are found by their files; what is half there stops with the fix."""

from __future__ import annotations

import sys
import types
from pathlib import Path

import pytest
from project_copy import ROOT

from bench import catalog
from bench.catalog import CatalogError
from bench.model.component import ServiceRequest
from bench.model.errors import UsageError
from bench.model.experiment import Experiment
from bench.plan.client_parameters import client_parameters

EXPERIMENT = "notifications"
BROKER = """
TITLE = "RabbitMQ"
ROLE = "broker"
SETTINGS = {"durability": ("off", "on"), "plugins": {"any_of": ("stream", "mqtt")}}
"""


def write(root: Path, path: str, text: str = "") -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)


def add(root: Path, name: str, target: str = '"""One way."""\n', scenario: str = "") -> None:
    write(root, f"targets/{EXPERIMENT}/{name}.py", target)
    write(root, f"scenarios/{EXPERIMENT}/{name}.py", scenario)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A tree with two patterns; its experiment.py is the real one, found by name."""
    write(tmp_path, f"scenarios/{EXPERIMENT}/experiment.py")
    write(tmp_path, f"scenarios/{EXPERIMENT}/laws.py")
    write(tmp_path, f"scenarios/{EXPERIMENT}/__init__.py")
    write(tmp_path, f"scenarios/{EXPERIMENT}/_listener.py")
    write(tmp_path, f"targets/{EXPERIMENT}/__init__.py")
    write(tmp_path, f"targets/{EXPERIMENT}/_shared.py")
    write(tmp_path, "targets/_serve.py")
    write(tmp_path, "bench/load/user.py")
    write(tmp_path, "bench/lab/components/envoy.py", 'TITLE = "Envoy"\n')
    write(tmp_path, "bench/lab/services/__init__.py")
    write(tmp_path, "bench/lab/services/rabbitmq.py", BROKER)
    add(tmp_path, "sse")
    add(tmp_path, "long_polling")
    return tmp_path


def refusal(root: Path) -> str:
    with pytest.raises(CatalogError) as refused:
        catalog.patterns(EXPERIMENT, root)
    return str(refused.value)


# --- patterns ---------------------------------------------------------------------


def test_two_files_of_one_name_are_a_pattern(root: Path) -> None:
    found = catalog.patterns(EXPERIMENT, root)
    assert list(found) == ["long_polling", "sse"]
    pattern = found["long_polling"]
    assert pattern.id == "notifications/long_polling"
    assert (pattern.title, pattern.summary) == ("long polling", "One way.")
    assert (pattern.requires, pattern.compared, pattern.example) == ((), True, "")


def test_a_pattern_says_of_itself_what_it_is(root: Path) -> None:
    add(
        root,
        "sse",
        '"""Events over one\nstream.\n\nMore.\n"""\n'
        'TITLE = "Server-sent events"\nREQUIRES = ("rabbitmq", "envoy")\nCOMPARED = False\n'
        'EXAMPLE = "curl http://{host}:{port}/"\nOTHER = len([])\n',
    )
    pattern = catalog.patterns(EXPERIMENT, root)["sse"]
    assert pattern.title == "Server-sent events"
    assert pattern.summary == "Events over one stream."
    assert pattern.requires == ("rabbitmq", "envoy")
    assert pattern.compared is False
    assert pattern.example == "curl http://{host}:{port}/"


def test_a_service_has_the_settings_that_a_pattern_asks_for_and_else_its_own(root: Path) -> None:
    add(root, "sse", '"""One way."""\nREQUIRES = ("envoy", "rabbitmq")\n')
    (plain,) = catalog.patterns(EXPERIMENT, root)["sse"].services
    assert plain == ServiceRequest("rabbitmq", "services", (("durability", "off"), ("plugins", "")))
    asked = {"durability": "on", "plugins": "mqtt stream", "side": "backend"}
    text = f'"""One way."""\nREQUIRES = ("rabbitmq",)\nSERVICES = {{"rabbitmq": {asked}}}\n'
    add(root, "sse", text)
    (special,) = catalog.patterns(EXPERIMENT, root)["sse"].services
    assert special == ServiceRequest(
        "rabbitmq", "backend", (("durability", "on"), ("plugins", "mqtt stream"))
    )


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ('REQUIRES = ("kafka",)', "REQUIRES names 'kafka'; there is envoy, rabbitmq"),
        (
            'SERVICES = {"rabbitmq": {}}',
            "SERVICES names 'rabbitmq', which is not a service in REQUIRES; add it there",
        ),
        (
            'REQUIRES = ("envoy",)\nSERVICES = {"envoy": {}}',
            "SERVICES names 'envoy', which is not a service in REQUIRES; add it there",
        ),
        (
            'REQUIRES = ("rabbitmq",)\nSERVICES = {"rabbitmq": "on"}',
            """SERVICES["rabbitmq"] = 'on'; write {"setting": "value"}""",
        ),
        (
            'REQUIRES = ("rabbitmq",)\nSERVICES = {"rabbitmq": {"durable": "on"}}',
            "rabbitmq has no setting 'durable'; it has side, durability, plugins",
        ),
        (
            'REQUIRES = ("rabbitmq",)\nSERVICES = {"rabbitmq": {"durability": True}}',
            "rabbitmq: durability = True; write one of off, on",
        ),
        (
            'REQUIRES = ("rabbitmq",)\nSERVICES = {"rabbitmq": {"plugins": "mqtt amqp"}}',
            "rabbitmq: plugins = 'mqtt amqp'; write any of stream, mqtt",
        ),
        (
            'REQUIRES = ("rabbitmq",)\nSERVICES = {"rabbitmq": {"side": "moon"}}',
            "rabbitmq: side = 'moon'; write one of services, backend, standby",
        ),
    ],
)
def test_what_no_service_can_be_is_refused(root: Path, lines: str, words: str) -> None:
    add(root, "sse", f'"""One way."""\n{lines}\n')
    assert refusal(root) == f"targets/notifications/sse.py: {words}"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 'has no TITLE; add TITLE = "..."'),
        ('TITLE = "X"\nSETTINGS = {"a": "on"}\n', "SETTINGS['a'] = 'on'; write a tuple of values"),
        (
            'TITLE = "X"\nSETTINGS = {"a": {"all": 1}}\n',
            "SETTINGS['a'] = {'all': 1}; write a tuple",
        ),
    ],
)
def test_a_service_that_says_too_little_of_itself_is_refused(
    root: Path, text: str, words: str
) -> None:
    write(root, "bench/lab/services/odd.py", text)
    assert refusal(root).startswith(f"bench/lab/services/odd.py: {words}")


def test_a_pattern_is_read_and_never_run(root: Path) -> None:
    add(root, "sse", '"""One way."""\nraise SystemExit\n', "raise SystemExit\n")
    assert "sse" in catalog.patterns(EXPERIMENT, root)


def test_an_experiment_without_files_has_no_patterns(tmp_path: Path) -> None:
    assert catalog.patterns("unheard", tmp_path) == {}


def test_a_pattern_without_a_scenario_names_the_file_to_add(root: Path) -> None:
    write(root, f"targets/{EXPERIMENT}/polling.py", '"""One way."""\n')
    assert refusal(root) == (
        "pattern notifications/polling is half present; "
        "add scenarios/notifications/polling.py or remove the other file"
    )


def test_a_pattern_without_a_target_names_the_file_to_add(root: Path) -> None:
    write(root, f"scenarios/{EXPERIMENT}/polling.py")
    assert refusal(root) == (
        "pattern notifications/polling is half present; "
        "add targets/notifications/polling.py or remove the other file"
    )


@pytest.mark.parametrize("text", ["", "TITLE = 'x'\n", '"""   """\n', "# a comment\n"])
def test_a_pattern_without_a_docstring_is_refused(root: Path, text: str) -> None:
    add(root, "sse", text)
    assert refusal(root) == (
        "targets/notifications/sse.py: has no docstring; its first sentence describes the "
        "pattern in lists and reports"
    )


def test_a_syntax_error_is_named_with_its_line(root: Path) -> None:
    add(root, "sse", '"""One way."""\nTITLE = (\n')
    assert refusal(root) == (
        "targets/notifications/sse.py line 2: '(' was never closed; correct the file"
    )


# --- the code behind the numbers: which runs are alike -----------------------------------


def code(root: Path, name: str = "sse") -> dict[str, str]:
    return catalog.code_of(catalog.patterns(EXPERIMENT, root)[name], root).files


def test_the_code_is_what_the_patterns_files_import(root: Path) -> None:
    target = '"""One way."""\nfrom targets._serve import BaseTarget\nfrom . import _shared\n'
    scenario = "from scenarios.notifications._listener import Listener\nimport bench.load.user\n"
    add(root, "sse", target, scenario)
    write(root, "bench/load/__main__.py", "from bench.load import worker\n")
    write(root, "bench/load/worker.py")
    assert list(code(root)) == [
        "bench/load/__main__.py",
        "bench/load/user.py",
        "bench/load/worker.py",
        "scenarios/notifications/__init__.py",
        "scenarios/notifications/_listener.py",
        "scenarios/notifications/experiment.py",
        "scenarios/notifications/sse.py",
        "targets/_serve.py",
        "targets/notifications/__init__.py",
        "targets/notifications/_shared.py",
        "targets/notifications/sse.py",
    ]


def test_code_that_cannot_be_parsed_is_named(root: Path) -> None:
    write(root, f"scenarios/{EXPERIMENT}/sse.py", "import (\n")
    with pytest.raises(CatalogError, match=r"^scenarios/notifications/sse.py line 1: "):
        code(root)


def test_the_real_patterns_reach_what_runs_them() -> None:
    for pattern in catalog.select(["notifications"]):
        found = catalog.code_of(pattern)
        assert {"targets/_serve.py", "bench/load/worker.py", "bench/model/recorder.py"} <= set(
            found.files
        )
        assert {"gevent", "locust", "uvloop"} <= set(found.outside)
        assert "reports/page.py" not in found.files


# --- experiments ------------------------------------------------------------------------


def test_the_projects_experiments_are_found() -> None:
    found = catalog.experiments()
    assert isinstance(found["notifications"], Experiment)
    assert all(name == experiment.name for name, experiment in found.items())


def test_a_tree_without_scenarios_has_no_experiments(tmp_path: Path) -> None:
    assert catalog.experiments(tmp_path) == {}


def test_an_experiment_file_must_define_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "scenarios/hollow/experiment.py")
    name = "scenarios.hollow.experiment"
    monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    with pytest.raises(CatalogError) as refused:
        catalog.experiments(tmp_path)
    path = tmp_path / "scenarios/hollow/experiment.py"
    assert str(refused.value) == (
        f"{path}: defines no EXPERIMENT; add EXPERIMENT = Experiment(...)"
    )


def test_claims_say_under_which_load_their_evidence_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without it any trial would do."""
    for part in ("experiment", "claims"):
        write(tmp_path, f"scenarios/vague/{part}.py")
        module = types.ModuleType(f"scenarios.vague.{part}")
        module.__file__ = f"scenarios/vague/{part}.py"
        monkeypatch.setitem(sys.modules, module.__name__, module)
    some = catalog.experiments()["query_ids"]
    sys.modules["scenarios.vague.experiment"].EXPERIMENT = some  # type: ignore[attr-defined]
    claims = sys.modules["scenarios.vague.claims"]
    claims.CLAIMS = some.claims  # type: ignore[attr-defined]
    with pytest.raises(CatalogError, match=r"^scenarios/vague/claims.py: defines CLAIMS and no NO"):
        catalog.experiments(tmp_path)
    claims.NORMAL = some.normal  # type: ignore[attr-defined]
    assert catalog.experiments(tmp_path)["vague"].claims == some.claims


# --- selection ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (["notifications"], ["long_polling", "sse"]),
        (["notifications/"], ["long_polling", "sse"]),
        (["notifications/sse"], ["sse"]),
        (["notifications/sse", "notifications"], ["sse", "long_polling"]),
        (["notifications/sse", "notifications/sse"], ["sse"]),
        ([], []),
    ],
)
def test_names_mean_patterns_each_once(root: Path, names: list[str], chosen: list[str]) -> None:
    assert [pattern.name for pattern in catalog.select(names, root)] == chosen


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("notices", "notices: unknown experiment 'notices'; did you mean notifications?"),
        ("colour", "colour: unknown experiment 'colour'; there is notifications"),
        ("", ": unknown experiment ''; there is notifications"),
        (
            "notifications/smoke",
            "notifications/smoke: unknown pattern 'smoke'; notifications has long_polling, sse",
        ),
        (
            "notifications/laws",
            "notifications/laws: unknown pattern 'laws'; notifications has long_polling, sse",
        ),
    ],
)
def test_an_unknown_name_is_told_what_exists(root: Path, name: str, message: str) -> None:
    with pytest.raises(UsageError) as refused:
        catalog.select([name], root)
    assert str(refused.value) == message


# --- what clients read -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("notifications/short_polling", {"poll_interval", "bystander_rate"}),
        ("notifications/websocket", {"deflate", "bystander_rate"}),
        ("multipath/tcp", {"transfer"}),
    ],
)
def test_the_load_parameters_that_clients_read(pattern: str, names: set[str]) -> None:
    experiment, _, name = pattern.partition("/")
    found = {one.name for one in client_parameters(experiment, name)}
    # What only the backend reads is not there, nor what means something in a window only.
    assert found == names


def test_no_scenario_hides_a_module_of_pythons() -> None:
    """Plain Locust gives a scenario's file the module name that its stem is."""
    stems = {path.stem for path in (ROOT / "scenarios").glob("*/*.py")}
    assert stems.isdisjoint(sys.stdlib_module_names)
