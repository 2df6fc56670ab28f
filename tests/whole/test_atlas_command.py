"""`bench atlas`: what it reads, what it leaves out and says so, and what is left to measure."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from make_run import make_claims_run
from typer.testing import CliRunner

from bench import catalog
from bench.analysis.kept_ledger import Restored
from bench.analysis.ledger import Entry, ledger
from bench.cli import atlas as command
from bench.cli.main import application
from bench.model.errors import ComponentMissing, UsageError
from bench.results import kept_atlas, run_folders, store
from bench.results.run_folders import runs_in
from bench.run import ledger as gaps
from bench.run import runner

CLAIMS = "N3,N4"
LEDGER = sum(len(one.claims) for one in catalog.experiments().values())


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of two claims, one without a record to read, and a folder that is no run."""
    folder = tmp_path_factory.mktemp("results")
    make_claims_run(folder / "a-claims", CLAIMS, 6)
    (folder / "b-broken").mkdir()
    (folder / "b-broken" / store.RUN_JSON).write_text("{", encoding="utf-8")
    (folder / "notes").mkdir()
    return folder


@pytest.fixture(scope="module")
def entries(results: Path) -> list[Entry]:
    return ledger(catalog.experiments().values(), runs_in(results).evaluated)


def atlas(*arguments: str) -> Any:
    return CliRunner().invoke(application(), ["atlas", *arguments])


def test_what_cannot_be_read_is_named_and_hides_nothing(results: Path) -> None:
    seen = []
    found = runs_in(results, lambda place, count, folder: seen.append((place, count, folder.name)))
    assert seen == [(1, 2, "a-claims"), (2, 2, "b-broken")]
    assert [one.folder.name for one in found.evaluated] == ["a-claims"]
    assert [line.partition(":")[0] for line in found.problems] == [
        str(results / "b-broken" / store.RUN_JSON)
    ]
    assert runs_in(results / "nothing-here").evaluated == ()


def test_a_second_atlas_evaluates_nothing(results: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runs_in(results)

    def refuse(*_: object) -> None:
        pytest.fail("evaluated again")

    monkeypatch.setattr("bench.results.evaluation.evaluate_run", refuse)
    assert len(runs_in(results).evaluated) == 1


def test_the_whole_ledger_is_written(results: Path, tmp_path: Path) -> None:
    said = atlas("--results", str(results), "--out", str(tmp_path / "out"), "--no-slides")
    assert said.exit_code == 0, said.output
    assert f"Of {LEDGER} claims: " in said.stdout
    assert "left out: " in said.stdout
    assert f"atlas: {tmp_path / 'out' / 'index.html'}" in said.stdout
    table = pd.read_csv(tmp_path / "out" / "atlas.csv", keep_default_na=False)
    assert len(table) == LEDGER
    measured = table[table.run != ""]
    assert set(measured.run) == {"a-claims"}
    # Its trials say something of other claims, too: of those that need the same.
    assert set(CLAIMS.split(",")) <= set(measured[measured.doubts == ""].claim)
    numbers = pd.read_csv(tmp_path / "out" / "numbers.csv")
    assert set(numbers.claim) == set(measured.claim)
    assert not (tmp_path / "out" / "slides").exists()


def test_a_topic_and_a_verdict_narrow_it(results: Path, tmp_path: Path) -> None:
    at = ["--results", str(results), "--out", str(tmp_path), "--no-slides"]
    assert atlas(*at, "--topic", "requests", "--verdict", "depends").exit_code == 0
    table = pd.read_csv(tmp_path / "atlas.csv")
    assert "N3" in set(table.claim)
    assert set(table.verdict) == {"depends"}
    assert all("requests" in text.split("; ") for text in table.topics)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_an_atlas_is_kept_when_its_runs_are_gone(
    results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a results folder that is lost: the same rows, and in the end the same bytes."""
    out, empty = tmp_path / "out", tmp_path / "empty"
    now = ["--results", str(empty), "--out", str(out), "--no-slides"]
    assert atlas("--results", str(results), *now[2:]).exit_code == 0
    before = contents(out)
    assert set(before) == {"index.html", "atlas.csv", "numbers.csv", "atlas.json"}

    refused = atlas(*now)
    assert isinstance(refused.exception, UsageError)
    assert "add --keep" in str(refused.exception)
    assert contents(out) == before

    kept = atlas(*now, "--keep")
    assert kept.exit_code == 0, kept.output
    assert "kept from the earlier atlas" in kept.stdout
    after = contents(out)
    assert {name for name in before if after[name] != before[name]} == {"index.html"}
    assert b"1 of them kept from an earlier atlas" in after["index.html"]
    assert atlas(*now, "--keep").exit_code == 0
    assert contents(out) == after

    # A page of a few claims does not lose the others.
    assert atlas(*now, "--keep", "--topic", "presence").exit_code == 0
    assert (out / "atlas.json").read_bytes() == before["atlas.json"]

    with monkeypatch.context() as patch:
        gone = Restored((), ("notifications N99: there is no such claim any more",))
        patch.setattr(kept_atlas, "known", lambda _: gone)
        said = atlas(*now, "--keep", "--topic", "presence")
    assert f"not kept: {gone.left_out[0]}" in said.stdout
    assert f"not kept: {gone.left_out[0]}" in (out / "index.html").read_text(encoding="utf-8")
    assert b"N3" not in (out / "atlas.json").read_bytes()

    (out / "atlas.json").write_bytes(before["atlas.json"].replace(b"depends", b"refuted", 1))
    damaged = contents(out)
    for arguments in (now, [*now, "--keep"]):
        said = atlas(*arguments)
        assert isinstance(said.exception, UsageError)
        assert "not as it was written" in str(said.exception)
        assert contents(out) == damaged


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--verdict", "refutd"], "did you mean refuted?"),
        (["--verdict", "refuted", "--topic", "presence"], "no claim on presence is"),
        (["--topic", "long poling"], "did you mean long polling"),
        (["--results", __file__], "a file, not a folder"),
    ],
)
def test_a_wrong_word_is_told(arguments: list[str], words: str, tmp_path: Path) -> None:
    said = atlas("--results", str(tmp_path), "--out", str(tmp_path / "out"), *arguments)
    assert said.exception is not None
    assert words in str(said.exception)
    assert not (tmp_path / "out").exists()


# --- what is left ---------------------------------------------------------------------


@pytest.fixture
def able(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that can do everything, and is not asked."""
    monkeypatch.setattr(gaps.runner, "without_missing", lambda patterns, _: (list(patterns), {}))
    monkeypatch.setattr(gaps.runner, "check", lambda _: None)


@pytest.mark.usefixtures("able")
def test_what_is_missing_is_planned_by_experiment_and_the_shortest_first(
    entries: list[Entry],
) -> None:
    some = [one for one in entries if one.experiment.name in {"multipath", "waiting"}]
    notifications = [one for one in entries if one.claim.id in {"N2", "N3", "N8"}]
    found = gaps.outlook([*notifications, *some], {})
    planned = {one.experiment: one for one in found.missing}
    assert planned["notifications"].command == "bench run notifications --claims N2,N8"
    assert planned["waiting"].ids == ("W1", "W2", "W2b")
    lengths = [one.seconds for one in found.missing]
    assert lengths == sorted(lengths)
    assert found.seconds == pytest.approx(sum(lengths))
    assert found.claims == 6
    assert found.trials == sum(len(one.plan.trials) for one in found.missing)
    assert found.impossible == ()
    again = gaps.outlook(some, {}, {("multipath", "M8")})
    assert [one.experiment for one in again.missing] == ["waiting"]


@pytest.mark.usefixtures("able")
def test_what_is_kept_counts_as_measured_and_is_measured_again_without(
    entries: list[Entry], capsys: pytest.CaptureFixture[str]
) -> None:
    known = [dataclasses.replace(one.source, is_kept=True) for one in entries if one.source]
    chosen = {"notifications": ["N3", "N4"]}
    nothing = run_folders.Runs((), (), ())
    command.say_outlook(nothing, chosen, {}, known)
    assert "nothing is left to measure" in capsys.readouterr().out
    command.say_outlook(nothing, chosen, {})
    assert "N3, N4" in capsys.readouterr().out


@pytest.mark.usefixtures("able")
def test_one_claim_that_cannot_be_does_not_keep_the_others(
    entries: list[Entry], monkeypatch: pytest.MonkeyPatch
) -> None:
    def check(plan: runner.RunPlan) -> None:
        if "W2b" in plan.command:
            raise ComponentMissing("no threads here")

    monkeypatch.setattr(gaps.runner, "check", check)
    found = gaps.outlook([one for one in entries if one.experiment.name == "waiting"], {})
    assert [one.ids for one in found.missing] == [("W1", "W2")]
    assert found.impossible == ("W2b: no threads here",)


def test_what_a_component_is_missing_for_is_named(
    entries: list[Entry], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gaps.runner, "check", lambda _: None)
    absent = {"waiting/client_io_uring": "io_uring is missing; get it"}
    monkeypatch.setattr(
        gaps.runner,
        "without_missing",
        lambda patterns, _: ([one for one in patterns if one.id not in absent], absent),
    )
    found = gaps.outlook([one for one in entries if one.experiment.name == "waiting"], {})
    assert found.missing == ()
    assert found.impossible[0] == "W1: io_uring is missing; get it"


def test_an_unfinished_run_is_completed_if_it_serves(
    entries: list[Entry],
    results: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = tmp_path / "half"
    shutil.copytree(results / "a-claims", folder)
    stored = store.open_run(folder)
    stored = dataclasses.replace(stored, trials=stored.trials[:-1])
    monkeypatch.setattr(gaps.runner, "check_resumable", lambda *_: None)
    missing = [dataclasses.replace(one, source=None) for one in entries]
    assert gaps.resumable([stored], missing, {}) == ([stored], [])
    others = [one for one in missing if one.experiment.name == "waiting"]
    assert gaps.resumable([stored], others, {}) == ([], [])
    assert gaps.resumable([stored], entries, {}) == ([], [])  # another run says it already

    def refuse(*_: object) -> None:
        raise ComponentMissing("changed since")

    monkeypatch.setattr(gaps.runner, "check_resumable", refuse)
    assert gaps.resumable([stored], missing, {}) == ([], ["not resumed: changed since"])


@pytest.mark.usefixtures("able")
def test_measuring_runs_each_once_and_then_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is measured here: each run is made by the writers of the tests, or fails."""
    begun: list[str] = []

    def execute(folder: Path, *_: object) -> None:
        command_of = store.open_run(folder).file.command
        begun.append(command_of)
        shutil.rmtree(folder)
        if command_of.endswith("N4"):
            make_claims_run(folder, "N4", 6)
        else:
            raise command.TrialFailed("no such luck")

    monkeypatch.setattr("bench.cli.measure.execute", execute)
    monkeypatch.setattr(runner, "check", lambda _: None)
    chosen = {"notifications": ["N4"], "multipath": ["M8"]}
    monkeypatch.setattr(command.topics, "about", lambda *_: chosen)
    at = ["--results", str(tmp_path / "results"), "--no-slides"]
    said = atlas("--measure", "--topic", "two of them", *at)
    assert said.exit_code == 0, said.output
    assert sorted(begun) == [
        "bench run multipath --claims M8",
        "bench run notifications --claims N4",
    ]
    assert "left: 2 runs" in said.stdout
    assert "nothing is left to measure" in said.stdout
    assert "no such luck" in said.stdout
    assert "Of 2 claims: 1 confirmed, 1 not measured" in said.stdout or "1 depends" in said.stdout


def test_an_interrupt_says_how_to_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def execute(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("bench.cli.measure.execute", execute)
    with pytest.raises(KeyboardInterrupt):
        command._carry_out(tmp_path, {})
    assert "`bench atlas --measure` continues" in capsys.readouterr().out


def test_folders_that_are_no_runs_are_not_looked_into(results: Path) -> None:
    assert [one.name for one in run_folders.folders_in(results)] == ["a-claims", "b-broken"]
