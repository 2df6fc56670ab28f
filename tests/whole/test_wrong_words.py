"""Likely mistakes, made of the catalog's own names, units and signs: each is told the right way.

No list of mistakes is kept by hand: what is added to the catalog is misspelt here too.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from bench import catalog
from bench.adaptive import precision
from bench.analysis import gates
from bench.analysis.metrics import metrics_of_all
from bench.catalog import selecting
from bench.cli import wrong_words
from bench.cli.main import application
from bench.model import hints, linktext, units
from bench.model.errors import UsageError
from bench.model.links import NAMED
from bench.model.load import ALSO_CALLED, Parameter, parameters_of
from bench.plan.claim_trials import chosen_claims
from bench.plan.trials import loads_of
from bench.run import planfile, request

EXPERIMENTS = catalog.experiments()
METRICS = metrics_of_all(EXPERIMENTS.values())
SHORTEST = 4
"""Letters of a name that can still be recognized with one of them gone."""


def misspelt(name: str) -> Iterator[str]:
    """Typing errors in the middle of a name, and its separators and case as others write them."""
    middle = len(name) // 2
    yield name[:middle] + name[middle + 1 :]
    yield name[: middle - 1] + name[middle] + name[middle - 1] + name[middle + 1 :]
    yield name[:middle] + name[middle] + name[middle:]
    yield name.upper()
    yield name.replace("_", "-") if "_" in name else f"{name}s"
    if "_" in name:
        yield name.replace("_", "")


def mistakes(
    names: Iterable[str], spell: Callable[[str], Iterator[str]] = misspelt
) -> list[tuple[str, str]]:
    """Each wrong word with the right one, where it is not a right one itself."""
    known = list(names)
    return [
        (wrong, name)
        for name in known
        if len(name) >= SHORTEST
        for wrong in dict.fromkeys(spell(name))
        if wrong not in known
    ]


def refusal(act: Callable[[], object]) -> str:
    """What the user is told; one line."""
    with pytest.raises(UsageError) as refused:
        act()
    text = str(refused.value)
    assert "\n" not in text
    assert len(text) < 250, "nobody reads a list of all names"
    return text


def suggested(text: str) -> list[str]:
    """The words that the line offers."""
    for lead in ("did you mean ", "write it as ", "write --set ", "write "):
        if lead in text:
            offered = text.partition(lead)[2].partition(";")[0].partition("?")[0]
            return [one.strip("'") for one in offered.split(" or ")]
    return []


def all_lead(
    wrong: list[tuple[str, str]], act: Callable[[str], object], form: str = "{}", most: int = 2
) -> None:
    """Each mistake is refused in a line that names the right word, among at most two."""
    missed = []
    for word, right in wrong:
        told = suggested(refusal(lambda word=word: act(word)))  # type: ignore[misc]
        assert len(told) <= most
        if form.format(right) not in told:
            missed.append((word, right, told))
    assert not missed


# --- names -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_a_misspelt_parameter(name: str) -> None:
    experiment = EXPERIMENTS[name]
    wrong = mistakes(parameters_of(experiment.load))
    assert len(wrong) > 30
    all_lead(wrong, lambda word: loads_of(experiment, {word: "1"}))


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_a_parameter_by_the_name_of_other_tools(name: str) -> None:
    experiment = EXPERIMENTS[name]
    known = parameters_of(experiment.load)
    for word, right in ALSO_CALLED.items():
        if word not in known and right in known:
            assert suggested(refusal(lambda word=word: loads_of(experiment, {word: "1"}))) == [
                right
            ]


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_a_misspelt_choice(name: str) -> None:
    experiment = EXPERIMENTS[name]
    for parameter in parameters_of(experiment.load).values():
        if parameter.choices:
            wrong = mistakes(parameter.choices)
            all_lead(wrong, lambda word, one=parameter: loads_of(experiment, {one.name: word}))  # type: ignore[misc]


def test_a_misspelt_experiment_or_pattern(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("declared", "patterns"):  # files are read once, not for each mistake
        monkeypatch.setattr(selecting, name, functools.cache(getattr(selecting, name)))
    all_lead(mistakes(EXPERIMENTS), lambda word: catalog.select([word]))
    for experiment in EXPERIMENTS:
        names = list(catalog.patterns(experiment))
        all_lead(
            mistakes(names),
            lambda word, one=experiment: catalog.select([f"{one}/{word}"]),  # type: ignore[misc]
            f"{experiment}/{{}}",
        )
        if alone := [name for name in names if name not in EXPERIMENTS]:
            all_lead(
                [(name, name) for name in alone],
                lambda word: catalog.select([word]),
                f"{experiment}/{{}}",
                most=len(EXPERIMENTS),  # a name that several have means each of them
            )


def test_a_misspelt_metric() -> None:
    wrong = mistakes(name for name in METRICS if "[" not in name)[::23]
    assert len(wrong) > 40
    missed = [(word, right) for word, right in wrong if right not in hints.nearest(word, METRICS)]
    assert not missed


@pytest.mark.parametrize("short", ["p50", "p90", "p99", "p999", "mean", "max"])
def test_a_metric_without_what_it_is_of_is_the_latency(short: str) -> None:
    told = refusal(lambda: gates.objective(f"{short}<50ms", METRICS))
    assert suggested(told)[0] == f"latency_{short}"


@pytest.mark.parametrize(("asked", "near"), [("p95", ["p90", "p99"]), ("p75", ["p50", "p90"])])
def test_a_percentile_that_is_not_measured_lies_between_two(asked: str, near: list[str]) -> None:
    for word in (asked, f"latency_{asked}", f"Latency-{asked.upper()}"):
        assert hints.nearest(word, METRICS) == [f"latency_{one}" for one in near]


def test_a_misspelt_claim_link_or_fault() -> None:
    for experiment in EXPERIMENTS.values():
        ids = [(one.id.lower(), one.id) for one in experiment.claims if one.id.lower() != one.id]
        all_lead(ids, lambda word, one=experiment: chosen_claims(one, word))  # type: ignore[misc]
    all_lead(mistakes(NAMED), linktext.settings_of)
    keys = [(wrong, name) for name in linktext.KEYS for wrong in (name.upper(), f"{name}s")]
    all_lead(keys, lambda word: linktext.settings_of(f"{word}=1"))
    ((_, load),) = loads_of(EXPERIMENTS["notifications"], {})
    pattern = catalog.patterns("notifications")["sse"]
    for wrong, right in (
        ("sever:stop", "server"),
        ("client:cut", "clients"),
        ("server:kil", "kill"),
    ):
        fault = f"{wrong}@50%"
        told = refusal(lambda text=fault: request.check_faults(pattern, load | {"fault": text}))  # type: ignore[misc]
        assert suggested(told) == [right]


def test_a_misspelt_entry_of_a_plan(tmp_path: Path) -> None:
    plan = tmp_path / "plan.toml"

    def read(word: str) -> object:
        plan.write_text(f'patterns = ["notifications"]\n{word} = "x"\n')
        return planfile.read(plan)

    all_lead([(name[:-1], name) for name in planfile.FORMS], read)


# --- units -----------------------------------------------------------------------------------

NUMERIC = [
    (experiment, parameter)
    for experiment in EXPERIMENTS.values()
    for parameter in parameters_of(experiment.load).values()
    if parameter.kind is not str
]


def told_of(parameter: Parameter, text: str) -> list[str]:
    """The values offered in place of `text`; each can be written so."""
    offered = suggested(refusal(lambda: units.parse(parameter, text)))
    for one in offered:
        units.parse(parameter, one)
    return offered


def test_a_left_out_unit() -> None:
    """Whatever number is written: what is offered is within the parameter's bounds."""
    for _, parameter in NUMERIC:
        if parameter.unit:
            for number in ("1", "5", "80"):
                offered = told_of(parameter, number)
                assert offered, parameter.name
                assert all(one.startswith(number) for one in offered)


@pytest.mark.parametrize("unit", [unit for unit in units.SCALES if unit])
def test_a_unit_as_others_write_it(unit: str) -> None:
    anything = Parameter("value", "value", float, unit, 1, "", None, None, ())
    known = units.SCALES[unit]
    words = [(word, right) for right, others in hints.UNITS[unit].items() for word in others]
    words += [(one, right) for right in known for one in (right.upper(), right.lower())]
    count = 0
    for word, right in words:
        if word not in known:
            count += 1
            (offered,) = told_of(anything, f"5{word}")
            # mb, which is neither, stands for the greater one.
            assert (
                offered.lower() == f"5{right}".lower() or word.lower() in hints.UNITS[unit][right]
            )
    assert count >= 1


def test_a_number_as_others_write_it() -> None:
    clients = parameters_of(EXPERIMENTS["notifications"].load)["clients"]
    assert told_of(clients, "10k") == ["10000"]
    assert told_of(clients, "2000 clients") == ["2000"]
    told = refusal(lambda: loads_of(EXPERIMENTS["notifications"], {"clients": "2,000"}))
    assert suggested(told) == ["2000"]
    for experiment, parameter in NUMERIC:
        if parameter.unit == "s":
            told = refusal(lambda one=parameter: units.quantity("1,5s", "s", one.name))
            assert suggested(told) == ["1.5s"], experiment.name


def test_the_value_of_a_longer_name() -> None:
    """`rate` is a link's; `rate=5/s` was meant for the rate of something."""
    for experiment in EXPERIMENTS.values():
        known = parameters_of(experiment.load)
        rates = [name for name, one in known.items() if one.unit == "/s"]
        if rates and "rate" in known:
            told = refusal(lambda one=experiment: loads_of(one, {"rate": "5/s"}))
            assert f"or did you mean {rates[0]}=5/s?" in told


@pytest.mark.parametrize(("value", "key"), [("80ms", "rtt"), ("1%", "loss"), ("20mbit", "rate")])
def test_a_value_of_a_link_without_its_name(value: str, key: str) -> None:
    told = refusal(lambda: linktext.settings_of(value))
    assert suggested(told) == [f"{key}={value}"]
    assert linktext.settings_of(suggested(told)[0])[key] == value


def test_a_share_as_a_number() -> None:
    told = refusal(lambda: precision.goal("0.05", "latency_p50", 30, METRICS))
    assert suggested(told) == ["0.05%", "5%"]


# --- signs -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("sign", "right"), gates.SIGNS.items())
@pytest.mark.parametrize("name", ["latency_p99", "latency-p99", "p99"])
def test_a_sign_as_others_write_it(sign: str, right: str, name: str) -> None:
    told = refusal(lambda: gates.objective(f"{name} {sign} 50ms", METRICS))
    assert suggested(told) == [f"latency_p99 {right} 50ms"]
    assert gates.objective(suggested(told)[0], METRICS).metric == "latency_p99"


@pytest.mark.parametrize(("sign", "right"), [("<", ">"), (">=", "<=")])
def test_a_bound_before_its_metric(sign: str, right: str) -> None:
    told = refusal(lambda: gates.objective(f"50ms {sign} latency_p99", METRICS))
    assert suggested(told) == [f"latency_p99 {right} 50ms"]


def test_a_bound_without_unit_or_sign() -> None:
    assert suggested(refusal(lambda: gates.objective("latency_p99 < 50", METRICS))) == ["50 ms"]
    told = refusal(lambda: gates.change("latency_p99 > 10%", METRICS))
    assert "write +10% (more) or -10%" in told


@pytest.mark.parametrize("pair", ["event_rate:5/s", "event_rate 5/s", "event_rate: 5/s"])
def test_a_setting_without_its_sign(pair: str) -> None:
    assert suggested(refusal(lambda: request.settings_of([pair]))) == ["event_rate=5/s"]


# --- options ---------------------------------------------------------------------------------


@functools.cache
def command() -> Any:
    """All commands with their options; to make them takes longer than to refuse a word."""
    return typer.main.get_command(application())


def refused_option(*arguments: str) -> str:
    with pytest.raises(typer.TyperException) as refused:
        command()(arguments, standalone_mode=False)
    text = wrong_words.remedied(refused.value)
    assert "\n" not in text
    return text


def test_a_misspelt_command_or_option() -> None:
    assert refused_option("rnu").endswith("Did you mean 'run'?")
    commands = command().commands
    options = [
        (name, one) for name in commands for each in commands[name].params for one in each.opts
    ]
    wrong = [(name, one, one[:4] + one[5:]) for name, one in options if len(one) > SHORTEST + 2]
    assert len(wrong) > 40
    for name, option, word in wrong:
        if option.startswith("--"):
            assert option in suggested(refused_option(name, word, "1"))


def test_an_experiment_as_a_command() -> None:
    assert suggested(refused_option("notifications")) == ["`bench run notifications`"]
    assert suggested(refused_option("notifications/sse")) == ["`bench run notifications/sse`"]


def test_a_pattern_by_its_name_alone_where_one_is_needed() -> None:
    told = refusal(lambda: request.one_pattern("rabbitmq", [], {}))
    assert "notifications/rabbitmq" in suggested(told)
    assert "write EXPERIMENT/PATTERN, e.g. multipath/" in refusal(
        lambda: request.one_pattern("multipath", [], {})
    )


def test_an_option_without_a_value_or_with_a_wrong_one() -> None:
    assert suggested(refused_option("run", "notifications", "--clients")) == ["--clients=VALUE"]
    told = refused_option("run", "notifications", "--repeats", "5x")
    assert told.startswith("repeats: not a whole number; ")
    assert told.endswith(" run --help` shows how")


def test_a_parameter_as_an_option() -> None:
    told = refused_option("run", "notifications", "--event-rate", "5/s")
    assert suggested(told) == ["event_rate=VALUE"]
