"""What a soak draws, keeps and says: the same from a seed, whole after an interruption."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.catalog import ROOT
from bench.model.errors import UsageError
from bench.tools.soak import (
    command,
    harness,
    kept,
    lanes,
    part_clocks,
    part_disk,
    part_storms,
    part_tests,
    parts,
    state,
)
from bench.tools.soak.case import Candidate, Case, Done, Options, Outcome, judged
from bench.tools.soak.drawing import dice_of, in_turn, moments
from bench.tools.soak.slopes import slope_of
from bench.tools.soak.summary import summary

OPTIONS = Options(7, moments=10)
CANDIDATES = [
    Candidate("a/plain", "a"),
    Candidate("a/served", "a", has_service=True),
    Candidate("b/proxied", "b", has_proxy=True),
    Candidate("b/both", "b", has_service=True, has_proxy=True),
    Candidate("c/plain", "c"),
]
MACHINE = {
    "cores": 2,
    "memory_gib": 4.0,
    "system": "Some Linux",
    "kernel": "6.1",
    "python": "3.11.2",
    "patternbench": "0.2.0",
    "packages": {"aiohttp": "3.9"},
    "cpu": "a CPU",
}

FINE = Outcome()


def done(key: str, outcome: Outcome = FINE, commit: str = "abc") -> Done:
    return Done(key, "kill=load seed=3", outcome, 60.0, commit, "2026-01-02T03:04:05")


# --- drawing ------------------------------------------------------------------------------------


def test_a_seed_draws_the_same_each_time_and_another_does_not() -> None:
    first, again = (parts.planned(OPTIONS, CANDIDATES) for _ in range(2))
    other = parts.planned(dataclasses.replace(OPTIONS, seed=8), CANDIDATES)
    assert first == again != other
    assert len({case.key for case in first}) == len(first)


def test_each_kind_of_kill_comes_as_often_as_asked() -> None:
    drawn = part_storms.plan(OPTIONS, CANDIDATES)
    names = [words["kill"] for words in drawn]
    assert {name: names.count(name) for name in names} == dict.fromkeys(part_storms.KILLS, 10)
    assert names[:7] == list(part_storms.KILLS), "an interrupted storm has some of each"


def test_who_is_killed_is_there() -> None:
    drawn = part_storms.plan(OPTIONS, CANDIDATES)
    assert {one["pattern"] for one in drawn if one["kill"] == "service"} == {"a/served"}
    assert {one["pattern"] for one in drawn if one["kill"] == "proxy"} == {"b/proxied"}
    only_plain = part_storms.plan(OPTIONS, CANDIDATES[:1])
    assert {one["kill"] for one in only_plain} == {*part_storms.KILLS} - {"service", "proxy"}


def test_no_experiment_has_its_second_turn_before_others_had_their_first() -> None:
    turns = in_turn(CANDIDATES, dice_of(1, "x"))
    for _ in range(5):
        assert {next(turns).experiment for _ in range(3)} == {"a", "b", "c"}


@given(st.integers(1, 60), st.floats(0, 0.9), st.integers(0, 1000))
def test_moments_cover_what_they_are_drawn_from(count: int, first: float, seed: int) -> None:
    found = sorted(moments(count, dice_of(seed), first))
    assert len(found) == count
    for place, share in enumerate(found):
        low = first + (1 - first) * place / count
        assert low - 1e-4 <= share <= low + (1 - first) / count + 1e-4


def test_disks_fill_late_enough_and_clocks_sleep_and_step() -> None:
    assert all(0.25 <= one["at"] <= 1 for one in part_disk.plan(OPTIONS, CANDIDATES))
    kinds = [one["kind"] for one in part_clocks.plan(OPTIONS, CANDIDATES)]
    assert kinds == ["sleep"] * 2 + ["step"] * 2


# --- parts and tests that are found ---------------------------------------------------------------


def test_every_part_is_one() -> None:
    assert {"clocks", "crowd", "disk", "storms", "tests"} <= set(parts.parts())
    for part in parts.parts().values():
        assert part.TITLE
        assert callable(part.run)
    assert parts.namespaces_of("disk") == ("--mount",)
    assert parts.namespaces_of("storms") == ()


def test_cases_that_take_long_begin_first() -> None:
    names = [case.part for case in parts.planned(OPTIONS, CANDIDATES)]
    assert list(dict.fromkeys(names)) == ["crowd", "tests", "clocks", "disk", "storms"]


def test_tests_say_themselves_that_they_can_try_more() -> None:
    found = part_tests.declared(ROOT)
    fuzzes = sorted((ROOT / "tests" / "fuzz").glob("test_*.py"))
    assert {f"tests/fuzz/{path.name}" for path in fuzzes} < set(found)
    for name, asked in found.items():
        text = (ROOT / name).read_text() + (ROOT / "tests" / "fuzz_cases.py").read_text()
        assert all(f'"{variable}"' in text for variable in asked), name


def test_an_environment_has_the_options() -> None:
    asked = {"CASES": "{fuzz_cases}", "SEED": "{seed}", "MORE": "3"}
    assert part_tests.filled(asked, OPTIONS) == "CASES=10000 SEED=7 MORE=3"


def test_failed_tests_are_named(tmp_path: Path) -> None:
    report = tmp_path / "tests.xml"
    report.write_text(
        '<testsuites><testsuite><testcase name="one"/><testcase name="two">'
        '<failure message="assert 1&#10;== 2"/></testcase></testsuite></testsuites>'
    )
    assert part_tests.failed(report) == (["two: assert 1 == 2"], 2)


# --- state ----------------------------------------------------------------------------------------


def begun(folder: Path) -> state.Soak:
    cases = [Case("storms", number, {"kill": "load", "seed": 3}) for number in range(3)]
    return state.begin(folder, state.Plan(state.VERSION, "2026-01-01", OPTIONS, cases, MACHINE))


def test_what_is_done_is_done_and_a_half_line_is_not(tmp_path: Path) -> None:
    soak = begun(tmp_path / "one")
    state.keep(soak, done("storms/000", Outcome("wrong", ["x"], 1, 2, 3)))
    with (soak.folder / state.DONE).open("ab") as file:
        file.write(b'{"key":"storms/001","te')
    again = state.read(soak.folder)
    assert again.plan == soak.plan
    assert again.done == soak.done
    assert [case.key for case in again.left] == ["storms/001", "storms/002"]
    state.keep(again, done("storms/001"))
    assert [case.key for case in state.read(soak.folder).left] == ["storms/002"]


def test_of_a_case_that_was_done_again_the_last_outcome_counts(tmp_path: Path) -> None:
    soak = begun(tmp_path / "one")
    state.keep(soak, done("storms/000", Outcome("wrong", ["it broke"]), commit="old"))
    assert [case.key for case in soak.wrong] == ["storms/000"]
    state.keep(soak, done("storms/000", commit="new"))
    again = state.read(soak.folder)
    assert again.wrong == soak.wrong == []
    assert again.superseded == soak.superseded
    page = summary("2026", OPTIONS, MACHINE, again.plan.cases, again.done, {}, again.superseded)
    assert "it broke. With old; as it should be with new" in page
    assert "Exceptions" not in page


def test_the_newest_goes_on(tmp_path: Path) -> None:
    assert state.newest(tmp_path / "none") is None
    for name in ("2026-01-01", "2026-01-02"):
        begun(tmp_path / name)
    newest = state.newest(tmp_path)
    assert newest is not None
    assert newest.folder.name == "2026-01-02"


def test_a_page_takes_the_summary_between_its_marks() -> None:
    page = f"before\n{state.BEGIN}\nold\n{state.END}\nafter"
    assert state.published(page, "new\n") == f"before\n{state.BEGIN}\n\nnew\n\n{state.END}\nafter"
    with pytest.raises(UsageError, match="put them back"):
        state.published("no marks", "new")


def test_the_page_of_the_docs_has_the_marks() -> None:
    assert state.published((ROOT / command.PAGE).read_text(), "new")


# --- the command ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--moments", "0"], "--moments 0: must be at least 1"),
        (["--seed", "-1"], "--seed -1: must be"),
        (["--part", "storm"], "--part storm: there is clocks, crowd"),
        (["--publish"], "begin one with `make soak`"),
        (["--again", "x/1"], "begin one with `make soak`"),
    ],
)
def test_wrong_words_are_one_line(
    words: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["--folder", str(tmp_path), *words]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--seed", "8"], "was begun with 7; leave it out, or begin another with --new"),
        (["--part", "disk"], "has other parts; add --new"),
        (["--again", "storms/9"], "no case of"),
    ],
)
def test_a_soak_under_way_keeps_its_options(
    words: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    begun(tmp_path / "one")
    assert command.main(["--folder", str(tmp_path), *words]) == 2
    assert said in capsys.readouterr().err


# --- outcomes -------------------------------------------------------------------------------------


def test_a_problem_makes_a_case_wrong() -> None:
    assert judged(Outcome("missed")).status == "missed"
    assert judged(Outcome("missed", ["left"], 1)).status == "wrong"


def test_a_summary_names_no_folder_of_this_machine() -> None:
    place = Path("/somewhere/under-way")
    outcome = Outcome("wrong", [f"bench: {place}/results/x: wrong"], said=f"{ROOT}/bench/a.py")
    short = lanes.without_paths(outcome, place)
    assert (short.problems, short.said) == (["bench: results/x: wrong"], "bench/a.py")


def test_what_is_gone_or_changed_is_lost() -> None:
    known = {"a": "1", "b": "2", "c": "3"}
    assert kept.lost(known, {"a": "1", "b": "9", "d": "4"}) == ["b is changed", "c is gone"]


def test_trials_that_are_in_place_are_finished(tmp_path: Path) -> None:
    for name in ("trials/one", "trials/two.partial"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "trial.json").write_text("{}")
        (tmp_path / name / "x.log").write_text("x")
    (tmp_path / "trials" / "three").mkdir()
    assert set(kept.finished(tmp_path)) == {"trials/one/trial.json", "trials/one/x.log"}


@pytest.mark.parametrize(
    ("window", "asleep", "expected"),
    [((0, 10), (2, 5), 3), ((0, 10), (8, 20), 2), ((0, 10), (11, 20), 0), ((0, 0), (0, 5), 0)],
)
def test_how_long_a_window_slept(
    window: tuple[int, int], asleep: tuple[int, int], expected: int
) -> None:
    record: Any = SimpleNamespace(t0_ns=window[0], t1_ns=window[1])
    assert part_clocks.overlap_ns(record, *asleep) == expected


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (["python", "-X", "y", "-m", "bench.load", "a/b"], "load"),
        (["python", "-m", "targets"], "part"),
        (["python", "-m", "bench.lab.network", "7"], "link"),
        (["python", "-m", "bench", "run"], ""),
        (["envoy", "--config-path", "x"], "other"),
        ([], ""),
    ],
)
def test_what_a_child_is(words: list[str], kind: str) -> None:
    child: Any = SimpleNamespace(cmdline=lambda: words)
    assert harness.kind_of(child) == kind


def test_what_a_command_said() -> None:
    answer = harness.Answer(2, "a\nbench: x: wrong\n")
    assert (answer.complaints, answer.tracebacks) == (["bench: x: wrong"], 0)
    assert kept.last_line(answer) == "bench: x: wrong"
    assert harness.Answer(70, "bench: a defect in patternbench (E: x)").tracebacks == 1
    assert harness.Answer(0, "    a-trial: Traceback (most recent call last)").tracebacks == 0


# --- memory ---------------------------------------------------------------------------------------


def test_memory_that_grows_is_seen_and_what_grows_at_first_is_not() -> None:
    times = [float(second) for second in range(1000)]
    noise = [dice_of(3, second).gauss(0, 1000) for second in range(1000)]
    flat = slope_of(times, [1e6 + wobble - 5e5 * (at < 80) for at, wobble in enumerate(noise)])
    grown = slope_of(times, [1e6 + wobble + 5 * at for at, wobble in enumerate(noise)])
    assert flat is not None
    assert grown is not None
    assert not flat.grows
    assert flat.low <= 0 <= flat.high
    assert grown.grows
    assert grown.low <= 5 * 3600 <= grown.high
    assert flat.median == pytest.approx(1e6, rel=0.001)


def test_memory_that_stays_the_same_does_not_grow() -> None:
    found = slope_of([float(second) for second in range(200)], [7.0] * 200)
    assert found is not None
    assert (found.per_hour, found.grows) == (0.0, False)


def test_a_few_readings_have_no_slope() -> None:
    assert slope_of([], []) is None
    assert slope_of([1.0, 2.0], [3.0, 4.0]) is None


# --- the summary ----------------------------------------------------------------------------------


def test_a_summary_counts_and_names_every_exception() -> None:
    cases = [Case("storms", number) for number in range(3)] + [Case("crowd", 0)]
    found = {
        "storms/000": done("storms/000"),
        "storms/001": done("storms/001", Outcome("wrong", ["exit 70", "y"], 1, 2, 1), "def"),
        "crowd/000": done("crowd/000", Outcome("not measured", said="too few descriptors")),
    }
    text = summary("2026-01-01", OPTIONS, MACHINE, cases, found, {"storms": "kills", "crowd": "c"})
    assert "| kills | 3 | 2 | 1 | 0 | 0 | 1 | 2 | 1 | 2.0 min |" in text
    assert "| c | 1 | 1 | 0 | 0 | 1 | 0 | 0 | 0 | 1.0 min |" in text
    assert "| all | 4 | 3 | 1 | 0 | 1 | 1 | 2 | 1 | 3.0 min |" in text
    assert "- `storms/001` (kill=load seed=3): exit 70; y" in text
    assert "- c: too few descriptors (1 cases)" in text
    assert "Code: abc, def." in text
    assert "1 of 4 cases are left." in text
    assert "2 cores, 4.0 GiB, Some Linux, Linux 6.1, Python 3.11.2, patternbench 0.2.0" in text


def test_a_summary_before_anything_is_done() -> None:
    text = summary("2026-01-01", OPTIONS, MACHINE, [Case("crowd", 0)], {}, {})
    assert "no case is done yet" in text
    assert "Exceptions" not in text
