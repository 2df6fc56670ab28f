"""The document that a browser is shown: its script fetches what it is told, and takes the times.

Our own application serves it.  For a server that is not ours the browser is given it in the place
of that server's answer.  Knows no server, and not how the browser is driven.
"""

DOCUMENT = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>page_load</title>
<link rel="icon" href="data:,">
<p>This page fetches resources when it is told to.</p>
<script>
// Resolves when `room` of the streams have told their first news.
function holdStreams(streams, room) {
  return new Promise(resolve => {
    let news = 0;
    const heard = () => { news += 1; if (news === room) resolve(); };
    for (const url of streams) {
      const source = new EventSource(url);
      source.addEventListener("message", heard, {once: true});
    }
    if (!room) resolve();
  });
}

// A fetch that fails, or takes more than `patience` ms (0: any time), says which one it was.
async function fetchOne(url, patience = 0) {
  const signal = patience ? AbortSignal.timeout(patience) : undefined;
  try {
    const response = await fetch(url, {cache: "no-store", redirect: "manual", signal});
    if (response.type === "opaqueredirect") throw new Error("is redirected, which is not followed");
    return {status: response.status, bytes: (await response.arrayBuffer()).byteLength};
  } catch (error) {
    const words = error.name === "TimeoutError" ? `not there after ${patience} ms` : error.message;
    throw new Error(`${url}: ${words}`);
  }
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
  const numbers = [...Array(6).keys()];
  const urls = numbers.map(number => `${location.origin}/resource?bytes=0&n=${number}`);
  await Promise.all(urls.map(url => fetchOne(url)));
  await Promise.all(urls.map(entryOf));
}

// No two URLs are alike, so that the browser's own times can be distinguished.
async function loadPage({urls: given, streams, room, patience_ms: patience}) {
  const urls = given.map(url => new URL(url).href);  // as the browser names them
  performance.setResourceTimingBufferSize(urls.length + streams.length + 10);
  await holdStreams(streams, room);
  const began = performance.now();
  const fetched = await Promise.all(urls.map(url => fetchOne(url, patience)));
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
