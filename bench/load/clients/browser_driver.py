"""`python -m bench.load.browser_driver`: a headless Chromium, driven by Playwright.

A process of its own, as Playwright needs an interpreter that gevent has not patched.
First line in: the configuration; first line out: it is ready.  Then requests, answered in any
order (browser_messages.py):

    OpenTab          a fresh context without connections, the document in it, and `rehearse()`
    LoadPage         the document's `loadPage(options)`: its result, and the clock's zero

End of input ends the browser and this process: it comes with the load process's end,
however that ends.  Were this process killed, Playwright's would hear its own end of input.
Knows nothing of samples or loads.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys

import msgspec
from playwright.async_api import (
    Browser,
    BrowserContext,
    CDPSession,
    Error,
    Page,
    Request,
    async_playwright,
)

from bench.clock import now_ns
from bench.lab.components import chromium
from bench.lab.scratch import make_folder
from bench.load.clients.browser_messages import (
    BrowserCommand,
    BrowserConfig,
    BrowserFailed,
    BrowserReady,
    BrowserReply,
    LoadPage,
    OpenTab,
    Options,
    PageLoaded,
    PageTiming,
    TabOpened,
)
from bench.load.clients.browser_stand_in import ELSEWHERE, StandIn
from bench.pipes import first_line, hear, say

FOLDER_PREFIX = "patternbench-browser-"
END_SECONDS = 5
GIVEN_UP = "net::ERR_ABORTED"
"""What the network says where the page itself gave up."""

REST_SECONDS = 0.1
"""After a page is there Chromium still draws its window, on the same core."""

WITHOUT = (
    # A window's own user interface is a page too, in a process that is busy for half a
    # second; so is one that is kept in reserve for the next page.
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "SpareRendererForSitePerProcess",
    # What Playwright would leave out; only the last of such lists counts.
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "OptimizationHints",
    "NetworkTimeServiceQuerying",
    "PreconnectToSearch",
    "MediaRouter",
    "AimEnabled",
    "PaintHolding",
    "DestroyProfileOnBrowserClose",
)

FLAGS = (
    "--disable-gpu",
    "--no-proxy-server",
    "--disable-component-update",
    "--disable-domain-reliability",
    f"--disable-features={','.join(WITHOUT)}",
)
BY_PROTOCOL = {
    "http1": ("--disable-quic", "--disable-http2"),
    "http2": ("--disable-quic",),
    "http3": ("--enable-quic",),
}


def flags(config: BrowserConfig) -> list[str]:
    """What makes it speak the one protocol, and believe the one certificate."""
    chosen = [*FLAGS, *BY_PROTOCOL[config.protocol]]
    authority = config.origin.partition("//")[2]
    # It is to speak with nobody else in the world, whatever its version has a mind to.
    host = authority.rpartition(":")[0]
    chosen.append(f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE {host}")
    if config.protocol == "http3":
        chosen.append(f"--origin-to-force-quic-on={authority}")
    if config.key_fingerprint:
        chosen.append(f"--ignore-certificate-errors-spki-list={config.key_fingerprint}")
    return chosen


def said_by(error: Error) -> str:
    """What a page's script, or Playwright, said of an error: the first line of it."""
    return str(error).partition("\n")[0].removeprefix("Page.evaluate: Error: ")


class PageFailed(Exception):
    """A page did not load: what its script says of it, and what its network says."""

    def __init__(self, words: str, failure: str) -> None:
        is_told = failure and failure != GIVEN_UP
        super().__init__(f"{words} ({failure})" if is_told else words)


class Tab:
    """One client's page in a context of its own, which shares no connection with any other."""

    def __init__(self, context: BrowserContext, page: Page, devtools: CDPSession) -> None:
        self.context, self._page, self._devtools = context, page, devtools
        self._failure = ""
        page.on("requestfailed", self._note)

    def _note(self, request: Request) -> None:
        """Why a request failed; a page's script is not told."""
        self._failure = self._failure or request.failure or ""

    @classmethod
    async def open(cls, browser: Browser, command: OpenTab) -> Tab:
        context = await browser.new_context(extra_http_headers=dict(command.headers))
        page = await context.new_page()
        devtools = await context.new_cdp_session(page)
        await devtools.send("Performance.enable")
        if command.document:
            async with StandIn(devtools, command.url, command.document):
                await _shown(page, ELSEWHERE)
        else:
            await _shown(page, command.url)
        await asyncio.sleep(REST_SECONDS)
        return cls(context, page, devtools)

    async def load(self, number: int, options: Options) -> PageLoaded:
        """The page's own times, and where their zero lies on this host's monotonic clock.

        Chromium's clock is the same one; before and after bracket what the page says.
        """
        before_ns = now_ns()
        try:
            result = await self._page.evaluate(
                "options => loadPage(options)", msgspec.to_builtins(options)
            )
        except Error as error:
            raise PageFailed(said_by(error), self._failure) from None
        after_ns = now_ns()
        found = await self._devtools.send("Performance.getMetrics")
        values = {entry["name"]: entry["value"] for entry in found["metrics"]}
        zero_ns = round(values["NavigationStart"] * 1e9)
        page = msgspec.convert(result, PageTiming)
        return PageLoaded(number, page, zero_ns, (before_ns, after_ns))


async def _shown(page: Page, url: str) -> None:
    """Have the page go there, and let its code run once."""
    await page.goto(url)
    await page.evaluate("rehearse()")


class Driver:
    """Does what is asked, several things at once."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._tabs: dict[int, Tab] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, command: BrowserCommand) -> None:
        task = asyncio.create_task(self._answer(command))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, command: BrowserCommand) -> None:
        try:
            reply = await self._done(command)
        except (Error, PageFailed, KeyError, msgspec.ValidationError) as error:
            reply = BrowserFailed(str(error).partition("\n")[0], command.number)
        say(reply)

    async def _done(self, command: BrowserCommand) -> BrowserReply:
        if isinstance(command, LoadPage):
            return await self._tabs[command.client].load(command.number, command.options)
        if (before := self._tabs.pop(command.client, None)) is not None:
            await before.context.close()
        self._tabs[command.client] = await Tab.open(self._browser, command)
        return TabOpened(command.number)


async def drive(config: BrowserConfig, folder: str) -> None:
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(lines), sys.stdin
    )
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium.executable(),
            args=flags(config),
            env={**os.environ, "HOME": folder},
        )
        say(BrowserReady(browser.version))
        driver = Driver(browser)
        while line := await lines.readline():
            driver.begin(hear(line, BrowserCommand))
        signal.alarm(END_SECONDS)  # whatever closing may wait for
        await browser.close()


def main() -> None:
    config = hear(first_line(), BrowserConfig)
    folder = str(make_folder(FOLDER_PREFIX))
    os.environ["TMPDIR"] = folder  # where Playwright makes the profile
    try:
        asyncio.run(drive(config, folder))
    except Error as error:
        say(BrowserFailed(str(error).partition("\n")[0]))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
