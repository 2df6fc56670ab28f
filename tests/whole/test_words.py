"""One word for one thing: words that docs/words.md has retired stand nowhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WORDS = ROOT / "docs/words.md"
HEAD = "## Words that are not used"
ROW = re.compile(r"^\| ([^|]+?) \| ([^|]+?) \|$", re.MULTILINE)
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
CODE = sorted(
    path
    for folder in ("bench", "targets", "scenarios", "reports")
    for kind in ("*.py", "*.j2")
    for path in (ROOT / folder).rglob(kind)
)


def retired() -> dict[str, str]:
    """The words that are not used, and what is said instead."""
    rows = ROW.findall(WORDS.read_text().partition(HEAD)[2])
    return {word: instead for word, instead in rows if word not in ("not", "---")}


def found_in(text: str, words: list[str]) -> list[str]:
    """The words that the text holds: in prose, and as parts of identifiers."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", text).lower()
    return [word for word in words if re.search(rf"\b{re.escape(word)}s?\b", spaced)]


@pytest.mark.parametrize("path", [*PAGES, *CODE], ids=lambda p: str(p.relative_to(ROOT)))
def test_retired_words_are_not_used(path: Path) -> None:
    text = path.read_text()
    if path == WORDS:
        text = text.partition(HEAD)[0]
    used = found_in(text, list(retired()))
    assert {word: retired()[word] for word in used} == {}


@pytest.mark.parametrize("text", ["a scene", "Scenes", "make_scene", "TheScene of it"])
def test_words_are_found_in_prose_and_identifiers(text: str) -> None:
    assert found_in(text, ["scene"]) == ["scene"]
    assert found_in("obscenely unseen", ["scene"]) == []


def test_what_is_said_instead_is_a_word_of_the_glossary() -> None:
    known = {word for word, _ in ROW.findall(WORDS.read_text().partition(HEAD)[0])}
    known |= {"trial context", "capacity search"}  # the code's own
    known |= {"also", "at most", "clearly", "distinguished"}  # plain English
    assert set(retired().values()) <= known
