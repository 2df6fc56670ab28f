"""The server in Node.js: the same paths by `node:http`; Redis by its own few lines.

    node server.mjs '{"host": ..., "port": ..., "number": ..., "backends": ..., "reply_bytes": ...,
                      "work_ms": ..., "max_age_s": ..., "break_every": ..., "redis_host": ...,
                      "redis_port": ..., "times": ..., "values": ...}'

It prints the port as a line, then what it has counted whenever that has changed.  It ends when
its standard input does.  Knows nothing of proxies.
"""

from __future__ import annotations

SOURCE = """\
import http from "node:http";
import net from "node:net";
import { setTimeout as pause } from "node:timers/promises";

const own = JSON.parse(process.argv[2]);
const counts = { served: 0, broken: 0, made: 0 };
const seen = new Set();
const text = "x".repeat(own.reply_bytes - 60);
process.stdin.resume().on("end", () => process.exit());

// Redis (RESP): commands go out in order, and so do the answers come, one line each.
const waiting = [];
let store, rest = "";
function command(words) {
  if (!store) {
    store = net.connect(own.redis_port, own.redis_host).setNoDelay(true);
    store.on("data", (data) => {
      const lines = (rest + data).split("\\r\\n");
      rest = lines.pop();
      for (const line of lines) waiting.shift()(line);
    });
  }
  const parts = words.map((word) => `$${Buffer.byteLength(word)}\\r\\n${word}\\r\\n`);
  store.write(`*${words.length}\\r\\n${parts.join("")}`);
  return new Promise((resolve) => waiting.push(resolve));
}

async function have(method, call) {
  const value = method === "POST" ? ["HINCRBY", own.values, call, "1"]
                                  : ["HSET", own.values, call, "1"];
  await Promise.all([command(["HINCRBY", own.times, call, "1"]), command(value)]);
}

function isLost(client, number) {
  const every = own.break_every;
  const turn = (number + 1) / every;
  if (!every || !Number.isInteger(turn) || turn % own.backends !== own.number) return false;
  const call = `${client}/${number}`;
  if (seen.has(call)) return false;
  seen.add(call);
  return true;
}

function answer(response, headers) {
  const made_ns = Number(process.hrtime.bigint());
  const body = JSON.stringify({ made_ns, process: process.pid, text });
  const said = { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) };
  response.writeHead(200, { ...said, ...headers });
  response.end(body);
}

const server = http.createServer({ keepAliveTimeout: 0 }, async (request, response) => {
  const [, kind, first, second] = request.url.split("/");
  counts.served++;
  if (kind === "item") {
    counts.made++;
    answer(response, { "Cache-Control": `public, max-age=${own.max_age_s}` });
    return;
  }
  if (request.method !== "GET") await have(request.method, `${first}/${second}`);
  await pause(own.work_ms);
  if (isLost(first, Number(second))) {
    counts.broken++;
    request.socket.resetAndDestroy();
    return;
  }
  answer(response, {});
});
server.listen(own.port, own.host, () => process.stdout.write(`${server.address().port}\\n`));

let told = "";
setInterval(() => {
  const line = JSON.stringify(counts);
  if (line !== told) process.stdout.write(line + "\\n");
  told = line;
}, 20);
"""
