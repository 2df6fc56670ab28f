"""The program's client in Node.js: the same calls by `node:http`, with its own agent.

Each line of its standard input is a plan:

    {"host": ..., "port": ..., "method": ..., "keys": ..., "think_ms": ...,
     "start_ns": "...", "end_ns": "...", "most": ..., "clients": [...]}

Each call is a line of JSON on standard output, with the fields of `_client.Call`; the line `null`
says that a plan was carried out.  It ends when its standard input does.  Knows nothing of proxies,
and tries nothing again.
"""

from __future__ import annotations

SOURCE = """\
import http from "node:http";
import readline from "node:readline";
import { setTimeout as pause } from "node:timers/promises";

const now = () => process.hrtime.bigint();

function exchange(plan, agent, path) {
  return new Promise((resolve, reject) => {
    const headers = { Host: "servers" };
    if (plan.method !== "GET") headers["Content-Length"] = 0;
    const { host, port, method } = plan;
    const request = http.request({ host, port, method, path, headers, agent }, (response) => {
      const parts = [];
      response.on("data", (part) => parts.push(part));
      response.on("error", reject);
      response.on("end", () => {
        const body = Buffer.concat(parts);
        if (response.statusCode === 200) resolve(body);
        else reject(new Error(`HTTP ${response.statusCode}`));
      });
    });
    request.setTimeout(10_000, () => request.destroy(new Error("no answer in time")));
    request.on("error", reject);
    request.end();
  });
}

async function converse(plan, client) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const end = BigInt(plan.end_ns);
  const early = Number(BigInt(plan.start_ns) - now()) / 1e6;
  if (early > 0) await pause(early);
  for (let number = 0; now() < end && (!plan.most || number < plan.most); number++) {
    const path = plan.keys ? `/item/${number % plan.keys}` : `/call/${client}/${number}`;
    const call = { client, number, sent_ns: now(), made_ns: 0, bytes_up: path.length,
                   bytes_down: 0, process: 0, error: "" };
    try {
      const body = await exchange(plan, agent, path);
      call.bytes_down = body.length;
      const said = JSON.parse(body);
      call.made_ns = said.made_ns;
      call.process = said.process;
    } catch (error) {
      call.error = String(error.message || error);
    }
    call.done_ns = now();
    process.stdout.write(JSON.stringify(call, (_, value) =>
      typeof value === "bigint" ? Number(value) : value) + "\\n");
    await pause(plan.think_ms + (call.error ? 10 : 0));
  }
  agent.destroy();
}

const plans = readline.createInterface({ input: process.stdin });
plans.on("close", () => process.exit());
for await (const line of plans) {
  const plan = JSON.parse(line);
  await Promise.all(plan.clients.map((client) => converse(plan, client)));
  process.stdout.write("null\\n");
}
"""
