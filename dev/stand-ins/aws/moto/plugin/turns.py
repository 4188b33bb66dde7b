"""Lets one request after another into moto.

moto serves requests in threads, and walks through dictionaries that other threads change. Python then refuses to go on, and
the caller gets an internal error. Its answers take milliseconds of one processor, so nobody waits longer.
"""

from __future__ import annotations

import threading
from typing import Any

from moto.core.utils import convert_to_flask_response

TURN = threading.RLock()


def install() -> None:
    respond = convert_to_flask_response.__call__

    def in_turn(self: Any, *args: Any, **kwargs: Any) -> Any:
        with TURN:
            return respond(self, *args, **kwargs)

    convert_to_flask_response.__call__ = in_turn
