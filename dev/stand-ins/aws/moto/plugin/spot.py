"""Spot instances: prices, and that DescribeInstances tells them from on-demand ones."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models.instance_types import INSTANCE_TYPE_OFFERINGS, INSTANCE_TYPES
from moto.ec2.models.instances import Instance
from moto.ec2.responses.spot_instances import SpotInstances

VCPU_HOUR = 0.0121
"""Dollars. A price that changes would make runs differ."""

PRODUCT = "Linux/UNIX"


def install() -> None:
    Instance.instance_lifecycle = property(lambda self: self.lifecycle)
    SpotInstances.describe_spot_price_history = price_history


def price_history(self: Any) -> ActionResult:
    """The price of each type in each zone, since three hours ago. moto has neither times nor descriptions to filter by."""
    filters = self._filters_from_querystring()
    types = filters.get("instance-type") or self._get_param("InstanceTypes", [])
    zones = filters.get("availability-zone", [])
    if PRODUCT not in filters.get("product-description", [PRODUCT]):
        return ActionResult({"SpotPriceHistory": []})
    offerings = INSTANCE_TYPE_OFFERINGS["availability-zone"].get(self.region, [])
    since = datetime.now(timezone.utc).replace(microsecond=0) - timedelta(hours=3)
    history = [
        {
            "InstanceType": offering["InstanceType"],
            "ProductDescription": PRODUCT,
            "SpotPrice": f"{vcpus(offering['InstanceType']) * VCPU_HOUR:.6f}",
            "AvailabilityZone": offering["Location"],
            "Timestamp": since,
        }
        for offering in offerings
        if (not types or offering["InstanceType"] in types) and (not zones or offering["Location"] in zones)
    ]
    return ActionResult({"SpotPriceHistory": history})


def vcpus(instance_type: str) -> int:
    return INSTANCE_TYPES.get(instance_type, {}).get("VCpuInfo", {}).get("DefaultVCpus", 1)
