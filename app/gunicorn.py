"""gunicorn's settings: threads for pages that wait, and time for slow uploads."""

import os

bind = os.environ.get("HEARD_BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_PROCESSES", "2"))
worker_class = "gthread"
threads = int(os.environ.get("WEB_THREADS", "8"))
timeout = 120
graceful_timeout = 10
keepalive = 5
accesslog = None
control_socket_disable = True
preload_app = True
