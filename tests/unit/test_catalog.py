"""Experiments and patterns are found by their files; what is half there stops with the fix."""

from __future__ import annotations

import sys
import types
from pathlib import Path

import pytest

from bench import catalog
from bench.catalog import CatalogError
from bench.model.errors import UsageError
from bench.model.experiment import Experiment

EXPERIMENT = "notifications"


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


# --- the code hash: which runs are alike ----------------------------------------------


@pytest.mark.parametrize(
    ("path", "changes"),
    [
        ("targets/notifications/sse.py", True),
        ("scenarios/notifications/sse.py", True),
        ("targets/_serve.py", True),
        ("targets/notifications/_shared.py", True),
        ("scenarios/notifications/_listener.py", True),
        ("bench/load/user.py", True),
        ("targets/notifications/long_polling.py", False),
        ("scenarios/notifications/long_polling.py", False),
        ("scenarios/notifications/laws.py", False),
        ("reports/page.py", False),
        ("docs/sse.md", False),
    ],
)
def test_the_hash_covers_the_code_behind_the_numbers(
    root: Path, tmp_path_factory: pytest.TempPathFactory, path: str, changes: bool
) -> None:
    other = tmp_path_factory.mktemp("other")
    for file in root.rglob("*.py"):
        write(other, str(file.relative_to(root)), file.read_text())
    write(other, path, '"""One way, changed."""\n')
    before = catalog.code_hash(EXPERIMENT, "sse", root)
    assert len(before) == 16
    assert (catalog.code_hash(EXPERIMENT, "sse", other) != before) == changes


def test_code_that_moves_between_files_changes_the_hash(tmp_path: Path) -> None:
    hashes = set()
    for number, (one, two) in enumerate([("ab", "c"), ("a", "bc")]):
        write(tmp_path, f"{number}/targets/e/p.py", one)
        write(tmp_path, f"{number}/scenarios/e/p.py", two)
        hashes.add(catalog.code_hash("e", "p", tmp_path / str(number)))
    assert len(hashes) == 2


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
        ("notices", "notices: unknown experiment 'notices'; there is notifications"),
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
