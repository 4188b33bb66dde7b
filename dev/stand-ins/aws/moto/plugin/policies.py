"""S3 bucket policies: stores conditional statements but does not apply them.

moto ignores the Condition of a statement, so the usual Deny of plain HTTP would refuse every upload.
"""

from __future__ import annotations

import json
from typing import Any

from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.s3.models import FakeBucket


def install() -> None:
    FakeBucket.get_permission = get_permission


def get_permission(self: Any, action: str, resource: str) -> Any:
    if self.policy is None:
        return PermissionResult.NEUTRAL
    policy = unconditional(json.loads(self.policy))
    if not policy["Statement"]:
        return PermissionResult.NEUTRAL
    return IAMPolicy(json.dumps(policy)).is_action_permitted(action, resource)


def unconditional(policy: dict[str, Any]) -> dict[str, Any]:
    """The policy without its conditional statements."""
    statements = policy.get("Statement", [])
    listed = statements if isinstance(statements, list) else [statements]
    return {**policy, "Statement": [each for each in listed if not each.get("Condition")]}
