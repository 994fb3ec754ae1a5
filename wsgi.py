from contextlib import ExitStack

from app import create_app
from app.config import read_settings
from app.domain.errors import Conflict
from app.host import locks

settings = read_settings()
_held = ExitStack()  # as long as this process lives, or one that it forked
try:
    _held.enter_context(locks.at_work(settings.data, locks.WEB))
except Conflict as refusal:
    raise SystemExit(refusal.sentence) from None
app = create_app(settings)
