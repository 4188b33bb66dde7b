"""Lists IAM roles while other threads make some.

moto walks through its dictionary of roles, and Python refuses to go on when another thread adds one. CreateRole then answers
with an internal error.
"""

from __future__ import annotations

from typing import Any

from moto.iam.models import IAMBackend, Role


def install() -> None:
    IAMBackend.get_roles = get_roles


def get_roles(self: Any) -> list[Role]:
    return list(self.roles.values())
