"""A run at the moment that a case drew for it, with a command that only pretends."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import pytest

from bench.tools.soak import moment
from bench.tools.soak.case import Outcome
from bench.tools.soak.harness import Answer, Place

WORDS = {"pattern": "a/plain", "seed": 7, "at": 0.5}


class Command:
    """Stands in for the harness: whether its run begins, and how it ends."""

    begun = True
    answer = Answer(0, "")
    all: ClassVar[list[Command]]

    def __init__(self, place: Place, words: list[str]) -> None:
        self.place, self.words, self.waited, self.open = place, words, 0.0, True
        self.all.append(self)

    def __enter__(self) -> Command:
        return self

    def __exit__(self, *_: object) -> None:
        self.open = False

    def begins(self) -> Path | None:
        return self.place.results / "run" if self.begun else None

    def reaches(self, share: float, run: Path) -> bool:
        self.waited = share
        trial = run / "trials" / "one"
        trial.mkdir(parents=True)
        (trial / "trial.json").write_text("{}")
        return True

    def family(self) -> list[Any]:
        return []

    def wait(self, _: float) -> Answer:
        return self.answer


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> type[Command]:
    class Own(Command):
        all: ClassVar[list[Command]] = []

    monkeypatch.setattr(moment, "Harness", Own)
    return Own


def test_a_run_is_had_at_its_moment_with_what_it_has_finished(
    command: type[Command], tmp_path: Path
) -> None:
    with moment.reached(Place(tmp_path), WORDS) as found:
        assert isinstance(found, moment.Reached)
        (own,) = command.all
        assert own.open
        assert (own.words[:2], own.waited) == (["run", "a/plain"], 0.5)
        assert own.words[own.words.index("--seed") + 1] == "7"
        assert set(found.finished) == {"trials/one/trial.json"}
        assert found.facts(Answer(130, ""))["exit"] == 130
        assert found.facts(Answer(130, ""))["files of finished trials"] == 1
    assert not own.open


@pytest.mark.parametrize(("code", "status"), [(4, "not measured"), (2, "wrong"), (None, "wrong")])
def test_a_run_that_does_not_begin_is_the_outcome(
    command: type[Command], tmp_path: Path, code: int | None, status: str
) -> None:
    command.begun, command.answer = False, Answer(code, "bench: no such thing\n")
    with moment.reached(Place(tmp_path), WORDS) as found:
        assert isinstance(found, Outcome)
        assert found.status == status
        assert "bench: no such thing" in f"{found.said}{found.problems}"
    (own,) = command.all
    assert not own.open
    assert not own.waited


def test_an_error_of_a_case_ends_its_command(command: type[Command], tmp_path: Path) -> None:
    with pytest.raises(OSError, match="full"), moment.reached(Place(tmp_path), WORDS):
        raise OSError("full")
    assert not command.all[0].open
