"""DescribeTags of existing resources only; moto also returns tags of deleted ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from moto.ec2.models.tags import TagBackend

# For other kinds of resources, deleted ones are included, as in moto.
EXISTING: dict[str, Callable[[Any], Iterable[str]]] = {
    "eipalloc": lambda ec2: [each.allocation_id for each in list(ec2.addresses)],
    "eni": lambda ec2: ec2.enis,
    "igw": lambda ec2: ec2.internet_gateways,
    "lt": lambda ec2: ec2.launch_templates,
    "rtb": lambda ec2: ec2.route_tables,
    "sg": lambda ec2: [each for groups in list(ec2.groups.values()) for each in list(groups)],
    "subnet": lambda ec2: [each for zone in list(ec2.subnets.values()) for each in list(zone)],
    "vol": lambda ec2: ec2.volumes,
    "vpc": lambda ec2: ec2.vpcs,
    "vpce": lambda ec2: ec2.vpc_end_points,
}


def install() -> None:
    TagBackend.describe_tags = of_existing(TagBackend.describe_tags)


def of_existing(original: Any) -> Any:
    def describe_tags(self: Any, *args: Any, **kwargs: Any) -> list[dict[str, str]]:
        found = original(self, *args, **kwargs)
        existing = {prefix: set(ids(self)) for prefix, ids in EXISTING.items()}
        return [each for each in found if is_there(each["resource_id"], existing)]

    return describe_tags


def is_there(resource_id: str, existing: dict[str, set[str]]) -> bool:
    prefix = resource_id.split("-")[0]
    return prefix not in existing or resource_id in existing[prefix]
