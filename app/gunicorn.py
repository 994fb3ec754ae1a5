"""gunicorn's settings: threads for pages that wait, time for slow senders, none for silent ones
(`app/host/patience.py`)."""

import resource

from app.config import BadSetting, read_settings

try:
    settings = read_settings()
except BadSetting as wrong:
    raise SystemExit(str(wrong)) from None
bind = settings.bind
workers = settings.web_processes
worker_class = "app.host.patience.PatientWorker"
# A thread is held as long as its client sends or takes bytes: enough for a room full of phones.
threads = settings.web_threads
timeout = 120
graceful_timeout = 10
keepalive = 5
accesslog = None
# Whom to believe is TRUSTED_HOPS' affair alone: gunicorn would take a whole address from a header.
forwarded_allow_ips = ""
control_socket_disable = True
preload_app = True
sendfile = False  # it would send past the count of who takes too little
# A thousand connections are a thousand open files, and requests open more: many systems allow 1024.
soft, most = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(most, 8192)), most))
