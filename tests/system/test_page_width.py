"""The page in a real browser: nothing is wider than a telephone's screen, light and dark."""

from __future__ import annotations

from pathlib import Path

import pytest
from make_run import make_run
from playwright.sync_api import sync_playwright

from bench.lab.components import chromium
from bench.results.evaluation import evaluate
from reports import figures, page, svg

MISSING = chromium.missing()
pytestmark = pytest.mark.skipif(bool(MISSING), reason=MISSING)

WIDER = """() => {
  const width = document.documentElement.clientWidth;
  document.querySelectorAll("details").forEach(one => one.open = true);
  return [...document.querySelectorAll("body *")]
    .filter(one => !one.closest("svg") || one.tagName === "svg")
    .filter(one => one.getBoundingClientRect().right > width + 1)
    .map(one => one.tagName + ": " + one.textContent.trim().slice(0, 40));
}"""
COLOURS = (
    "() => [getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]"
)
SCREENS = ((400, "light"), (400, "dark"), (1400, "light"))


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With a void trial, a failed one, a pattern that is missing, and a sweep."""
    folder = make_run(tmp_path_factory.mktemp("results") / "run", clients=(10, 25), duration_s=1.0)
    every = figures.kinds()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(svg, "save_png", lambda *_: None)  # a page has its figures in it
        few = [kind for kind in every if kind.name in ("tradeoff", "latency_over_time")]
        patch.setattr(figures, "kinds", lambda: few)
        return page.write(evaluate(folder))


def test_nothing_is_wider_than_the_screen(written: Path) -> None:
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium.executable(), args=["--no-sandbox"])
        seen = {}
        for width, scheme in SCREENS:
            shown = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
            shown.goto(written.as_uri())
            assert shown.evaluate(WIDER) == []
            seen[width, scheme] = tuple(shown.evaluate(COLOURS))
            shown.close()
        browser.close()
    assert seen[400, "light"] == seen[1400, "light"]
    assert seen[400, "light"] != seen[400, "dark"]
