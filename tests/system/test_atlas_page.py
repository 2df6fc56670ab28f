"""The atlas in a real browser: widths, schemes, keyboard, filters, pictures, and no error."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from atlas_builders import CREATED, entries
from markupsafe import Markup
from playwright.sync_api import Browser, Page, sync_playwright

from bench.lab.components import chromium
from reports.atlas import page, pictures, rows
from reports.atlas.rows import Row

MISSING = chromium.missing()
pytestmark = pytest.mark.skipif(bool(MISSING), reason=MISSING)

WIDER = """() => {
  const width = document.documentElement.clientWidth;
  document.querySelectorAll("details").forEach(one => one.open = true);
  return [...document.querySelectorAll("body *")]
    .filter(one => !one.closest("svg") || one.tagName === "svg")
    .filter(one => !one.closest(".unseen, .skip"))
    .filter(one => one.getBoundingClientRect().right > width + 1)
    .map(one => one.tagName + ": " + one.textContent.trim().slice(0, 40));
}"""
COLOURS = (
    "() => [getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]"
)
SHOWN = """() => [...document.querySelectorAll(".claim")]
  .filter(one => one.offsetParent).map(one => one.id)"""
FOCUSED = "() => document.activeElement.textContent.trim() || document.activeElement.name"


@functools.cache
def found() -> list[Row]:
    return rows.rows_of(entries())


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page with all its pictures, of which only one of each kind is really drawn."""
    around = page.Around(CREATED, "0123456789", "Fast 3000, 2 cores, Linux 6.1.0", 18)
    whole = pictures.small
    models: dict[tuple[str, bool], tuple[str, pictures.Small]] = {}

    def small(row: Row) -> pictures.Small | None:
        source = row.entry.source
        if source is None or row.verdict == "not measured":
            return whole(row)
        kind = row.entry.experiment.name, bool(source.judged.judgement.curves)
        if kind not in models:
            if (drawn := whole(row)) is not None:
                models[kind] = row.slug, drawn
            return drawn
        slug, model = models[kind]
        return dataclasses.replace(model, svg=Markup(model.svg.replace(slug, row.slug)))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pictures, "small", small)
        return page.write(found(), around, tmp_path_factory.mktemp("atlas"), with_slides=False)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as play:
        yield play.chromium.launch(executable_path=chromium.executable(), args=["--no-sandbox"])


@pytest.fixture
def shown(browser: Browser, written: Path) -> Iterator[Page]:
    """The page at 1,400 pixels; whatever the browser complains of fails the test."""
    opened = browser.new_page(viewport={"width": 1400, "height": 900})
    said = complaints(opened)
    opened.goto(written.as_uri())
    yield opened
    opened.close()
    assert said == []


def complaints(opened: Page) -> list[str]:
    said: list[str] = []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.on("requestfailed", lambda request: said.append(request.url))
    return said


def slugs(**wanted: Any) -> list[str]:
    return [
        row.slug
        for row in found()
        if row.verdict in wanted.get("verdicts", (row.verdict,))
        and wanted.get("topic", "") in ("", *row.topics)
    ]


def test_nothing_is_wider_than_the_screen(browser: Browser, written: Path) -> None:
    seen = {}
    for width in (400, 1400):
        for scheme in ("light", "dark"):
            opened = browser.new_page(
                viewport={"width": width, "height": 900},
                color_scheme="light" if scheme == "light" else "dark",
            )
            said = complaints(opened)
            opened.goto(written.as_uri())
            assert opened.evaluate(WIDER) == []
            opened.evaluate("window.dispatchEvent(new Event('beforeprint'))")
            assert opened.evaluate(WIDER) == []
            seen[width, scheme] = tuple(opened.evaluate(COLOURS))
            opened.close()
            assert said == []
    assert seen[400, "light"] == seen[1400, "light"]
    assert seen[400, "light"] != seen[400, "dark"]


def test_it_opens_at_once_and_is_small(browser: Browser, written: Path) -> None:
    assert written.stat().st_size < 5_000_000
    opened = browser.new_page(viewport={"width": 1400, "height": 900})
    session = opened.context.new_cdp_session(opened)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    opened.goto(written.as_uri())
    opened.wait_for_load_state("load")
    metrics = session.send("Performance.getMetrics")["metrics"]
    spent_s = {one["name"]: one["value"] for one in metrics}["TaskDuration"]
    opened.close()
    assert spent_s < 1.0  # of the page's thread, so that a busy machine does not count


def test_all_claims_are_shown_and_pictures_come_when_they_are_near(shown: Page) -> None:
    assert shown.evaluate(SHOWN) == slugs()
    places = shown.locator(".drawn").count()
    assert shown.locator(".drawn > svg").count() < places / 2
    last = shown.locator(".drawn").last
    last.scroll_into_view_if_needed()
    last.locator("svg").wait_for()
    shown.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert shown.locator(".drawn > svg").count() == places


def test_pictures_are_there_without_scripts(browser: Browser, written: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    opened = context.new_page()
    opened.goto(written.as_uri())
    assert opened.locator(".drawn svg").count() == opened.locator(".drawn").count()
    assert not opened.locator(".filters").is_visible()
    context.close()


def test_filters_by_verdict_topic_and_words(shown: Page) -> None:
    shown.get_by_role("button", name="refuted").click()
    assert shown.evaluate(SHOWN) == slugs(verdicts=("refuted",))
    shown.get_by_role("button", name="depends").click()
    both = slugs(verdicts=("refuted", "depends"))
    assert shown.evaluate(SHOWN) == both
    assert shown.locator("output").text_content() == f"{len(both)} of {len(found())} claims"
    shown.get_by_role("combobox", name="Topic").select_option("latency")
    assert shown.evaluate(SHOWN) == slugs(verdicts=("refuted", "depends"), topic="latency")
    shown.get_by_role("searchbox", name="Words").fill("there is no such claim")
    assert shown.evaluate(SHOWN) == []
    assert shown.locator(".nothing").is_visible()
    assert not shown.locator("main section").first.is_visible()
    shown.get_by_role("button", name="Show all").click()
    assert shown.evaluate(SHOWN) == slugs()
    shown.get_by_role("searchbox", name="Words").fill("chatty polling")
    assert "notifications-n3" in shown.evaluate(SHOWN)


def test_it_works_by_keyboard_alone(shown: Page) -> None:
    shown.keyboard.press("Tab")
    assert shown.evaluate(FOCUSED) == "Skip to the claims"
    shown.keyboard.press("Enter")
    shown.keyboard.press("Tab")
    assert shown.evaluate(FOCUSED).startswith("✓ confirmed")
    shown.keyboard.press("Space")
    assert shown.evaluate(SHOWN) == slugs(verdicts=("confirmed",))
    assert shown.evaluate("() => document.activeElement.ariaPressed") == "true"
    assert shown.evaluate("() => getComputedStyle(document.activeElement).outlineStyle") == "solid"
    for _ in range(5):
        shown.keyboard.press("Tab")
    assert shown.evaluate("() => document.activeElement.name") == "topic"
    shown.keyboard.type("WebS")
    assert shown.evaluate(SHOWN) == slugs(verdicts=("confirmed",), topic="WebSocket")
    shown.keyboard.press("Tab")
    assert shown.evaluate("() => document.activeElement.name") == "words"
    shown.keyboard.press("Tab")
    shown.keyboard.press("Enter")
    assert shown.evaluate(SHOWN) == slugs()


def test_a_topic_s_name_and_an_address_choose(shown: Page, written: Path) -> None:
    shown.get_by_role("link", name="presence", exact=True).first.click()
    assert shown.evaluate(SHOWN) == slugs(topic="presence")
    hidden = next(row for row in found() if "presence" not in row.topics)
    shown.evaluate("slug => { location.hash = slug; }", hidden.slug)
    shown.wait_for_function("slug => document.getElementById(slug).offsetParent", arg=hidden.slug)
    assert shown.evaluate(SHOWN) == slugs()
    shown.goto(f"{written.as_uri()}#verdict=refuted,depends&topic=latency")
    shown.reload()
    assert shown.evaluate(SHOWN) == slugs(verdicts=("refuted", "depends"), topic="latency")
