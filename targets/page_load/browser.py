"""A headless Chromium fetches the resources from a page's script, over the chosen protocol."""

from __future__ import annotations

from aiohttp import web

from targets.page_load._page import PageTarget

TITLE = "browser"
REQUIRES = ("envoy", "chromium")
PROXIES = ("proxy",)
EXAMPLE = "curl -i 'http://{host}:{port}/page'"

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>page_load</title>
<link rel="icon" href="data:,">
<p>This page fetches resources when it is told to.</p>
<script>
// Every URL is another one, so that the browser's own times can be distinguished.
const urlOf = (origin, bytes, number) => `${origin}/resource?bytes=${bytes}&n=${number}`;

// Resolves when `room` of the streams have told their first news.
function holdStreams(origin, streams, room) {
  return new Promise(resolve => {
    let news = 0;
    const heard = () => { news += 1; if (news === room) resolve(); };
    for (let number = 0; number < streams; number += 1) {
      const source = new EventSource(`${origin}/stream?n=${number}`);
      source.addEventListener("message", heard, {once: true});
    }
    if (!room) resolve();
  });
}

async function fetchOne(url) {
  const response = await fetch(url, {cache: "no-store"});
  return {status: response.status, bytes: (await response.arrayBuffer()).byteLength};
}

// An entry is made after the body was handed over.
async function entryOf(url) {
  for (let turn = 0; turn < 500; turn += 1) {
    const [entry] = performance.getEntriesByName(url, "resource");
    if (entry) return entry;
    await new Promise(resolve => setTimeout(resolve, 10));
  }
  throw new Error(`the browser has no times of ${url}`);
}

// So that the browser's code has run once when it is timed: from this page's own origin.
async function rehearse() {
  const urls = [...Array(6).keys()].map(number => urlOf(location.origin, 0, number));
  await Promise.all(urls.map(fetchOne));
  await Promise.all(urls.map(entryOf));
}

async function loadPage({origin, sizes, streams, room}) {
  performance.setResourceTimingBufferSize(sizes.length + streams + 10);
  await holdStreams(origin, streams, room);
  const urls = sizes.map((bytes, number) => urlOf(origin, bytes, number));
  const began = performance.now();
  const fetched = await Promise.all(urls.map(fetchOne));
  const ended = performance.now();
  const resources = [];
  for (const [number, url] of urls.entries()) {
    const {startTime, connectStart, connectEnd, requestStart, responseStart, responseEnd,
      nextHopProtocol: protocol} = await entryOf(url);
    resources.push({...fetched[number], startTime, connectStart, connectEnd, requestStart,
      responseStart, responseEnd, protocol});
  }
  return {began, ended, resources};
}
</script>
</html>
"""
OTHER_ORIGINS = {"Access-Control-Allow-Origin": "*", "Timing-Allow-Origin": "*"}


class Target(PageTarget):
    """The common application and GET /page, whose script fetches from another origin.

    Replies let a page of another origin read them and see their times, by two headers
    that the other patterns' replies do not have.
    """

    more_headers = OTHER_ORIGINS

    def routes(self) -> list[web.RouteDef]:
        return [*super().routes(), web.get("/page", self.page)]

    async def page(self, _: web.Request) -> web.Response:
        return web.Response(text=PAGE, content_type="text/html")
