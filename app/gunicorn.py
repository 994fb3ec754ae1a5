"""gunicorn's settings: threads for pages that wait, time for slow senders, none for silent ones
(`app/host/patience.py`)."""

import os

bind = os.environ.get("HEARD_BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_PROCESSES", "2"))
worker_class = "app.host.patience.PatientWorker"
# A thread is held as long as its client sends or takes bytes: enough for a room full of phones.
threads = int(os.environ.get("WEB_THREADS", "32"))
timeout = 120
graceful_timeout = 10
keepalive = 5
accesslog = None
# Whom to believe is TRUSTED_HOPS' affair alone: gunicorn would take a whole address from a header.
forwarded_allow_ips = ""
control_socket_disable = True
preload_app = True
sendfile = False  # it would send past the count of who takes too little
