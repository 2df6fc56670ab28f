"""2,000 clients, one event a second each, 80 ms away: the commands that a newcomer types for it.

Nothing is measured: what is said before a run must show whether it is the run that was meant.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from bench.cli.main import application
from bench.run import runner

PLACE = ("--clients", "2000", "--link", "rtt=80ms")


@pytest.fixture
def planned(monkeypatch: pytest.MonkeyPatch) -> list[runner.RunPlan]:
    """The plans of the runs that would have been made."""
    plans: list[runner.RunPlan] = []

    def new_run(plan: runner.RunPlan, results: Path) -> Path:
        plans.append(plan)
        return results / "run"

    monkeypatch.setattr(runner, "new_run", new_run)
    monkeypatch.setattr("bench.cli.measure.execute", lambda *_: None)
    return plans


def typed(*words: str) -> list[str]:
    shown = CliRunner().invoke(application(), ["run", *words], env={"COLUMNS": "80"})
    assert shown.exception is None, shown.output
    lines = shown.output.splitlines()
    assert max(len(line) for line in lines) <= 80
    return [line.strip() for line in lines]


def test_the_backends_rate_is_a_broadcast_and_the_line_says_so(
    planned: list[runner.RunPlan],
) -> None:
    lines = typed("notifications", *PLACE, "--set", "event_rate=1/s")
    said = "load: 2,000 clients, 1 event/s for all of them = 2,000 deliveries/s; link"
    assert lines[0].startswith(said)
    assert "--per-client 1/s" in " ".join(lines[1:4])


def test_one_client_for_each_event_leads_to_a_rate_per_client(
    planned: list[runner.RunPlan],
) -> None:
    lines = typed("notifications", *PLACE, "--set", "event_rate=1/s", "--set", "audience=one")
    assert "0.0005 events/s" in lines[0]
    assert "--per-client 1/s" in " ".join(lines[1:4])


def test_a_rate_per_client_is_what_was_meant(planned: list[runner.RunPlan]) -> None:
    lines = typed("notifications", *PLACE, "--per-client", "1/s")
    said = "load: 2,000 clients, 1 event/s of its own for each of them = 2,000 deliveries/s;"
    assert " ".join(lines[:2]).startswith(said)
    assert "--per-client" not in " ".join(lines)
    (plan,) = planned
    measured = [trial.load for trial in plan.trials if not trial.calibrates]
    assert {load["event_rate_per_s"] for load in measured} == {2000.0}
    assert {load["audience"] for load in measured} == {"one"}
    assert {load["rtt_s"] for load in measured} == {0.08}


def test_a_quick_run_has_the_rate_per_client_too(planned: list[runner.RunPlan]) -> None:
    said = typed("notifications/sse", "--quick", "--clients", "20", "--per-client", "2/s")[0]
    assert said == "load: 20 clients, 2 events/s of its own for each of them = 40 deliveries/s"


def test_claims_have_loads_of_their_own(planned: list[runner.RunPlan]) -> None:
    words = ["run", "notifications", "--claims", "N2", "--per-client", "1/s"]
    shown = CliRunner().invoke(application(), words)
    assert "claims have loads of their own" in str(shown.exception)
    assert planned == []


def test_a_plan_file_can_say_it(planned: list[runner.RunPlan], tmp_path: Path) -> None:
    plan = tmp_path / "case.toml"
    plan.write_text('patterns = ["notifications/sse"]\n[load]\nclients = 20\nper_client = "1/s"\n')
    assert "1 event/s of its own for each of them = 20 deliveries/s" in typed(str(plan))[0]
