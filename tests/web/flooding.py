"""`python -m tests.web.flooding PORT SECONDS PATH…`: asks for them on 16 connections at once, as
fast as they are answered; prints how often each status came, as JSON."""

from __future__ import annotations

import http.client
import json
import sys
import threading
import time
from collections import Counter

CONNECTIONS = 16


def flood(port: int, until: float, paths: list[str], seen: Counter[int]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    number = 0
    while time.monotonic() < until:
        try:
            connection.request("GET", paths[number % len(paths)])
            answer = connection.getresponse()
            answer.read()
            seen[answer.status] += 1
        except (OSError, http.client.HTTPException):
            seen[0] += 1
            connection.close()
        number += 1


def main() -> None:
    port, seconds, paths = int(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]
    until, seen = time.monotonic() + seconds, Counter[int]()
    threads = [
        threading.Thread(target=flood, args=(port, until, paths, seen)) for _ in range(CONNECTIONS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps(seen))


if __name__ == "__main__":
    main()
