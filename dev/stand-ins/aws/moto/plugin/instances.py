"""Instances: applies all of their launch template, and cleans up interfaces and volumes at termination."""

from __future__ import annotations

import copy
from typing import Any

from moto.ec2.models.instance_types import INSTANCE_TYPES
from moto.ec2.models.instances import Instance, InstanceBackend, MetadataOptions
from moto.ec2.utils import convert_tag_spec, filter_dict_attribute_mapping, filter_iam_instance_profiles

from .interfaces import locked

MORE_FILTERS = {
    "iam-instance-profile.arn": "iam_instance_profile.arn",
    "network-interface.network-interface-id": "interface_ids",
    "network-interface.addresses.private-ip-address": "interface_addresses",
    "network-interface.subnet-id": "interface_subnets",
    "client-token": "client_token",
    "instance-state-code": "state_code_text",
}


def install() -> None:
    Instance.terminate = locked(terminate(Instance.terminate))
    InstanceBackend.run_instances = run(InstanceBackend.run_instances)
    Instance.interface_ids = property(lambda self: [nic.id for nic in self.network_interfaces])
    Instance.interface_subnets = property(lambda self: [nic.subnet.id for nic in self.network_interfaces])
    Instance.interface_addresses = property(interface_addresses)
    Instance.state_code_text = property(lambda self: str(self.state_code))
    Instance.cpu_options = property(cpu_options)
    filter_dict_attribute_mapping.update(MORE_FILTERS)
    for name in ("private_ip", "private_ip_address", "public_ip", "public_ip_address"):
        setattr(Instance, name, property(of_primary(name.replace("private_ip_address", "private_ip"))))
    named = Instance.private_dns_name.fget
    Instance.private_dns_name = property(lambda self: named(self) if 0 in self.nics else "")


def cpu_options(self: Any) -> dict[str, int]:
    """EC2 tells the cores and threads of every instance; moto does not."""
    cpus = INSTANCE_TYPES.get(self.instance_type, {}).get("VCpuInfo", {})
    return {"CoreCount": cpus.get("DefaultCores", 1), "ThreadsPerCore": cpus.get("DefaultThreadsPerCore", 1)}


def interface_addresses(self: Any) -> list[str]:
    return [each["PrivateIpAddress"] for nic in self.network_interfaces for each in nic.private_ip_addresses]


def of_primary(name: str) -> Any:
    """The address of device 0. A terminated instance has none."""
    attribute = "private_ip_address" if name == "private_ip" else "public_ip"
    return lambda self: getattr(self.nics[0], attribute) if 0 in self.nics else None


def terminate(original: Any) -> Any:
    def ended(self: Any) -> Any:
        if self.state == "terminated":
            return copy.copy(self._state)
        nics, self.nics = dict(self.nics), {}
        previous = original(self)
        for nic in nics.values():
            self.detach_eni(nic)
            if nic.delete_on_termination:
                self.ec2_backend.enis.pop(nic.id, None)
        return previous

    return ended


def run(original: Any) -> Any:
    def run_instances(self: Any, image_id: Any, count: int, user_data: Any, names: Any, **kwargs: Any) -> Any:
        template = template_data(self, kwargs)
        device = next((n for n in template.get("NetworkInterfaces", []) if int(n.get("DeviceIndex", 0)) == 0), {})
        if device.get("Groups") and not kwargs.get("security_group_ids"):
            kwargs["security_group_ids"] = list(device["Groups"])
        if device.get("SubnetId") and not kwargs.get("subnet_id"):
            kwargs["subnet_id"] = device["SubnetId"]
        if template.get("MetadataOptions") and not kwargs.get("metadata_options"):
            kwargs["metadata_options"] = template["MetadataOptions"]
        market = template.get("InstanceMarketOptions", {}).get("MarketType")
        if market and not kwargs.get("instance_market_options"):
            kwargs["instance_market_options"] = market
        delete_volumes_by_default(template.get("BlockDeviceMappings", []))
        tags = template_tags(template, kwargs.get("tags") or {})
        kwargs["tags"] = tags
        reservation = original(self, image_id, count, user_data, names, **kwargs)
        for instance in reservation.instances:
            finish(self, instance, template, device, kwargs, tags)
        return reservation

    return run_instances


def template_data(backend: Any, kwargs: Any) -> dict[str, Any]:
    reference = kwargs.get("launch_template")
    return backend._get_template_from_args(reference).data if reference else {}


def template_tags(template: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """The tags by resource type; those of the call override those of the launch template."""
    written = convert_tag_spec(template.get("TagSpecifications", []))
    return {kind: {**written.get(kind, {}), **given.get(kind, {})} for kind in {*written, *given}}


def delete_volumes_by_default(mappings: list[dict[str, Any]]) -> None:
    """EC2 deletes a volume with its instance by default; moto keeps it."""
    for mapping in mappings:
        mapping.get("Ebs", {}).setdefault("DeleteOnTermination", True)


def finish(backend: Any, instance: Any, template: Any, device: Any, kwargs: Any, tags: Any) -> None:
    for nic in instance.network_interfaces:
        if nic.device_index == 0:
            keep = str(device.get("DeleteOnTermination", "true")).lower() == "false"
            nic.delete_on_termination = not keep
        nic.add_tags(tags.get("network-interface", {}))
    profile = template.get("IamInstanceProfile") or {}
    arn = kwargs.get("iam_instance_profile_arn") or profile.get("Arn")
    name = kwargs.get("iam_instance_profile_name") or profile.get("Name")
    if not (arn or name):
        return
    instance.iam_instance_profile = filter_iam_instance_profiles(
        backend.account_id, partition=backend.partition, iam_instance_profile_arn=arn, iam_instance_profile_name=name
    )
    if not (kwargs.get("iam_instance_profile_arn") or kwargs.get("iam_instance_profile_name")):
        backend.associate_iam_instance_profile(
            instance.id, iam_instance_profile_arn=arn, iam_instance_profile_name=name
        )
