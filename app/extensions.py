"""Flask's extensions, unbound. `create_app` binds them."""

from __future__ import annotations

import ipaddress

from flask import request, session
from flask_babel import Babel
from flask_limiter import Limiter
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf.csrf import CSRFProtect

db = SQLAlchemy()
migrate = Migrate()
login = LoginManager()
csrf = CSRFProtect()
babel = Babel()


def who_asks() -> str:
    """For whom a request is counted: the signed-in member, so that a flood from the same address
    doesn't keep them out; else the address, of IPv6 the network that one customer has."""
    if signed_in := session.get("_user_id"):
        return f"member {signed_in.partition('.')[0]}"
    try:
        address = ipaddress.ip_address((request.remote_addr or "").partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped  # as a socket that takes both kinds tells it
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network((address, 64), strict=False))


# What has no limit of its own, each address by itself: pages ask for their news every two seconds,
# a player for a few ranges.
limiter = Limiter(key_func=who_asks, default_limits=["600 per minute"])
