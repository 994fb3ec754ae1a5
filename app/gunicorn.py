"""gunicorn's settings: threads for pages that wait, time for slow senders, none for silent ones."""

import os
import socket
import struct
from typing import Any

bind = os.environ.get("HEARD_BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_PROCESSES", "2"))
worker_class = "gthread"
# A thread is held as long as its client sends or takes bytes: enough for a room full of phones.
threads = int(os.environ.get("WEB_THREADS", "32"))
timeout = 120
graceful_timeout = 10
keepalive = 5
accesslog = None
control_socket_disable = True
preload_app = True

SILENCE = 30  # seconds that a client may send nothing in the midst of a request


def when_ready(server: Any) -> None:
    """gthread reads without any limit, so that a few silent sockets would hold every thread.

    What a listening socket is told, those that it accepts inherit (Linux, socket(7)). Only
    reading is limited: a player that pauses takes nothing for as long as it likes.
    """
    for listener in server.LISTENERS:
        limit = struct.pack("@ll", SILENCE, 0)
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
