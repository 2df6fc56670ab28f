"""The page in a real browser: short while folded, opened by a link, whole on paper."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from make_run import make_run
from playwright.sync_api import Browser, sync_playwright

from bench.lab.components import chromium
from bench.results.evaluation import evaluate
from reports import figures, page, svg

MISSING = chromium.missing()
pytestmark = pytest.mark.skipif(bool(MISSING), reason=MISSING)

HEIGHT = "() => document.documentElement.scrollHeight"
MOST = {1400: 2500, 400: 4500}
"""Pixels of the folded page by the width of the screen."""

HIDDEN = """() => [...document.querySelectorAll("details *")]
    .filter(one => !one.closest("svg") && !one.checkVisibility({contentVisibilityAuto: true}))
    .map(one => one.tagName + ": " + one.textContent.trim().slice(0, 40))"""


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sweep with every pattern, a void trial and a failed one."""
    folder = make_run(tmp_path_factory.mktemp("results") / "run", clients=(10, 25), duration_s=1.0)
    every = figures.kinds()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(svg, "save_png", lambda *_: None)
        few = [kind for kind in every if kind.name in ("answer", "tradeoff")]
        patch.setattr(figures, "kinds", lambda: few)
        return page.write(evaluate(folder))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as play:
        found = play.chromium.launch(executable_path=chromium.executable(), args=["--no-sandbox"])
        yield found
        found.close()


@pytest.mark.parametrize("width", MOST)
def test_the_folded_page_is_short(browser: Browser, written: Path, width: int) -> None:
    shown = browser.new_page(viewport={"width": width, "height": 900})
    shown.goto(written.as_uri())
    assert 0 < shown.evaluate(HEIGHT) <= MOST[width]
    assert shown.evaluate(HIDDEN)
    shown.close()


def test_a_link_opens_the_part_that_it_names(browser: Browser, written: Path) -> None:
    shown = browser.new_page(viewport={"width": 1400, "height": 900})
    shown.goto(written.as_uri() + "#notifications-findings")
    assert shown.locator("#notifications-findings table").first.is_visible()
    assert not shown.locator("#notifications-plan dl").is_visible()
    shown.close()


def test_on_paper_nothing_is_folded(browser: Browser, written: Path) -> None:
    shown = browser.new_page(viewport={"width": 794, "height": 1123})
    shown.goto(written.as_uri())
    assert shown.evaluate(HIDDEN)
    shown.emulate_media(media="print")
    shown.wait_for_function(f"() => ({HIDDEN})().length === 0", timeout=10_000)
    shown.close()
