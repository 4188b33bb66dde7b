"""Elastic network interfaces: unique addresses, IPv4 prefixes and rules for attachments."""

from __future__ import annotations

import threading
from functools import wraps
from ipaddress import IPv4Address, IPv4Network, ip_address, ip_network
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models.elastic_network_interfaces import NetworkInterface, NetworkInterfaceBackend
from moto.ec2.models.instance_types import INSTANCE_TYPES
from moto.ec2.models.instances import Instance, InstanceBackend
from moto.ec2.models.subnets import Subnet
from moto.ec2.responses.elastic_network_interfaces import ElasticNetworkInterfaces

from .addresses import PREFIX_LENGTH, free_address, free_prefixes, holds_any

# moto serves requests in threads; only one at a time may choose addresses.
LOCK = threading.RLock()


def install() -> None:
    NetworkInterface.ipv4_prefixes = []
    NetworkInterface.client_token = None
    # moto adds the groups of the instance to those of each interface.
    NetworkInterface.group_set = property(lambda self: self._group_set)
    NetworkInterface.get_filter_value = filter_value(NetworkInterface.get_filter_value)
    Subnet.get_available_subnet_ip = lambda self, instance: str(next_address(self))
    for owner, name in ((InstanceBackend, "run_instances"), (NetworkInterfaceBackend, "assign_private_ip_addresses")):
        setattr(owner, name, locked(getattr(owner, name)))
    for name, build in (
        ("create_network_interface", create_in_backend),
        ("delete_network_interface", delete_in_backend),
        ("attach_network_interface", attach_in_backend),
        ("detach_network_interface", detach_in_backend),
    ):
        setattr(NetworkInterfaceBackend, name, locked(build(getattr(NetworkInterfaceBackend, name))))
    for name, build in (
        ("create_network_interface", create),
        ("assign_private_ip_addresses", assign),
        ("unassign_private_ip_addresses", unassign),
        ("modify_network_interface_attribute", modify),
    ):
        setattr(ElasticNetworkInterfaces, name, locked(build(getattr(ElasticNetworkInterfaces, name))))


def locked(function: Any) -> Any:
    @wraps(function)
    def inner(*args: Any, **kwargs: Any) -> Any:
        with LOCK:
            return function(*args, **kwargs)

    return inner


# --- addresses of a subnet


def interfaces_in(subnet: Any) -> list[Any]:
    return [eni for eni in list(subnet.ec2_backend.enis.values()) if eni.subnet.id == subnet.id]


def used_addresses(subnet: Any) -> list[IPv4Address]:
    return [
        ip_address(each["PrivateIpAddress"])
        for eni in interfaces_in(subnet)
        for each in eni.private_ip_addresses
        if each.get("PrivateIpAddress")
    ]


def used_prefixes(subnet: Any) -> list[IPv4Network]:
    return [ip_network(each["Ipv4Prefix"]) for eni in interfaces_in(subnet) for each in eni.ipv4_prefixes]


def reservations(subnet: Any, kind: str) -> list[IPv4Network]:
    return [
        ip_network(str(each.cidr))
        for each in subnet._cidr_reservations
        if each.reservation_type == kind and ip_network(str(each.cidr)).version == 4
    ]


def next_address(subnet: Any, also_used: tuple[IPv4Address, ...] = ()) -> IPv4Address:
    blocked = [*reservations(subnet, "prefix"), *reservations(subnet, "explicit"), *used_prefixes(subnet)]
    found = free_address(subnet.cidr, [*used_addresses(subnet), *also_used], blocked)
    if found is None:
        raise EC2ClientError(
            "InsufficientFreeAddressesInSubnet",
            "The specified subnet does not have enough free addresses to satisfy the request.",
        )
    return found


def check_addresses(eni_id: str | None, subnet: Any, wanted: list[str]) -> None:
    """Refuses addresses that are outside the subnet, inside a used prefix, or held by another interface."""
    for text in wanted:
        address = ip_address(text)
        if address not in subnet.cidr:
            raise EC2ClientError("InvalidParameterValue", "Address does not fall within the subnet's address range")
        if any(address in block for block in used_prefixes(subnet)):
            raise EC2ClientError("InvalidParameterValue", f"{text} is part of a prefix that is in use")
        owner = next((eni for eni in interfaces_in(subnet) if holds(eni, text)), None)
        if owner is not None and owner.id != eni_id:
            raise EC2ClientError("InvalidIPAddress.InUse", f"Address {text} is in use.")


def holds(eni: Any, address: str) -> bool:
    return any(each.get("PrivateIpAddress") == address for each in eni.private_ip_addresses)


# --- prefixes


def allocate_prefixes(eni: Any, count: int, wanted: list[str]) -> list[dict[str, str]]:
    """Assigns prefixes to an interface: those requested by CIDR, or `count` free ones. Returns the new ones."""
    subnet, taken = eni.subnet, used_prefixes(eni.subnet)
    for text in wanted:
        block = ip_network(text)
        if block.prefixlen != PREFIX_LENGTH or not block.subnet_of(subnet.cidr):
            raise EC2ClientError("InvalidParameterValue", f"Value ({text}) for parameter prefix is invalid.")
        if block in taken or holds_any(subnet.cidr, block, used_addresses(subnet)):
            raise EC2ClientError("InvalidParameterValue", f"The prefix {text} is already in use.")
    found = [ip_network(text) for text in wanted] or free_prefixes(
        subnet.cidr,
        reservations(subnet, "prefix"),
        reservations(subnet, "explicit"),
        used_addresses(subnet),
        taken,
        count,
    )
    if len(found) < max(count, len(wanted)):
        raise EC2ClientError(
            "InsufficientCidrBlocks",
            "The specified subnet does not have enough free cidr blocks to satisfy the request.",
        )
    check_slots(eni, len(found))
    new = [{"Ipv4Prefix": str(block)} for block in found]
    eni.ipv4_prefixes = [*eni.ipv4_prefixes, *new]
    return new


def check_slots(eni: Any, more: int) -> None:
    """Each address and each prefix of an attached interface takes one of its IPv4 slots."""
    if eni.instance is None:
        return
    limit = network_info(eni.instance.instance_type).get("Ipv4AddressesPerInterface")
    if limit and len(eni.private_ip_addresses) + len(eni.ipv4_prefixes) + more > limit:
        raise EC2ClientError(
            "PrivateIpAddressLimitExceeded",
            f"Number of private addresses will exceed limit of {limit} for {eni.id}.",
        )


def network_info(instance_type: str) -> dict[str, Any]:
    return INSTANCE_TYPES.get(instance_type, {}).get("NetworkInfo", {})


def wanted_prefixes(response: Any) -> list[str]:
    given = response._get_param("Ipv4Prefixes", []) or []
    return [each if isinstance(each, str) else each["Ipv4Prefix"] for each in given]


# --- API actions


def create(original: Any) -> Any:
    def create_network_interface(self: Any) -> ActionResult:
        token = self._get_param("ClientToken")
        backend = self.ec2_backend
        known = next((eni for eni in list(backend.enis.values()) if token and eni.client_token == token), None)
        if known is not None:
            return ActionResult({"NetworkInterface": known})
        count, wanted = self._get_int_param("Ipv4PrefixCount", 0), wanted_prefixes(self)
        plain = [n for n in ("PrivateIpAddresses", "SecondaryPrivateIpAddressCount") if self._get_param(n)]
        if (count or wanted) and (plain or (count and wanted)):
            raise EC2ClientError("InvalidParameterCombination", "Prefixes cannot be combined with each other or with secondary addresses")
        for group in self._get_param("Groups", []):
            if not backend.get_security_group_from_id(group):
                raise EC2ClientError("InvalidGroup.NotFound", f"The security group '{group}' does not exist")
        answer = original(self)
        eni = answer.result["NetworkInterface"]
        eni.client_token = token
        try:
            if count or wanted:
                allocate_prefixes(eni, count, wanted)
        except EC2ClientError:
            backend.enis.pop(eni.id)
            raise
        return answer

    return create_network_interface


def assign(original: Any) -> Any:
    def assign_private_ip_addresses(self: Any) -> ActionResult:
        eni = self.ec2_backend.get_network_interface(self._get_param("NetworkInterfaceId"))
        count, wanted = self._get_int_param("Ipv4PrefixCount", 0), wanted_prefixes(self)
        if count or wanted:
            new = allocate_prefixes(eni, count, wanted)
            return ActionResult({"NetworkInterfaceId": eni.id, "AssignedIpv4Prefixes": new})
        addresses = list(self._get_param("PrivateIpAddresses", []))
        if self._get_bool_param("AllowReassignment", False):
            release_elsewhere(eni, addresses)
        check_addresses(eni.id, eni.subnet, addresses)
        for _ in range(self._get_int_param("SecondaryPrivateIpAddressCount", 0)):
            addresses.append(str(next_address(eni.subnet, tuple(map(ip_address, addresses)))))
        new_addresses = [each for each in addresses if not holds(eni, each)]
        check_slots(eni, len(new_addresses))
        eni.private_ip_addresses.extend({"Primary": False, "PrivateIpAddress": each} for each in new_addresses)
        assigned = [{"PrivateIpAddress": each} for each in new_addresses]
        return ActionResult({"NetworkInterfaceId": eni.id, "AssignedPrivateIpAddresses": assigned})

    return assign_private_ip_addresses


def release_elsewhere(eni: Any, addresses: list[str]) -> None:
    for other in interfaces_in(eni.subnet):
        if other.id != eni.id:
            other.private_ip_addresses = [
                each
                for each in other.private_ip_addresses
                if each.get("Primary") or each.get("PrivateIpAddress") not in addresses
            ]


def unassign(original: Any) -> Any:
    def unassign_private_ip_addresses(self: Any) -> EmptyResult:
        eni = self.ec2_backend.get_network_interface(self._get_param("NetworkInterfaceId"))
        addresses, prefixes = self._get_param("PrivateIpAddresses", []), wanted_prefixes(self)
        held = [each["Ipv4Prefix"] for each in eni.ipv4_prefixes]
        unknown = [a for a in addresses if not holds(eni, a) or a == eni.private_ip_address]
        unknown += [p for p in prefixes if p not in held]
        if unknown:
            raise EC2ClientError("InvalidParameterValue", f"Some of {unknown} are not assigned to interface {eni.id}")
        eni.ipv4_prefixes = [each for each in eni.ipv4_prefixes if each["Ipv4Prefix"] not in prefixes]
        self.ec2_backend.unassign_private_ip_addresses(eni.id, addresses)
        return EmptyResult()

    return unassign_private_ip_addresses


def modify(original: Any) -> Any:
    def modify_network_interface_attribute(self: Any) -> Any:
        attachment = self._get_param("Attachment")
        if not attachment:
            return original(self)
        eni = self.ec2_backend.get_network_interface(self._get_param("NetworkInterfaceId"))
        wanted = attachment.get("AttachmentId")
        if not eni.attachment_id or wanted != eni.attachment_id:
            raise EC2ClientError("InvalidAttachmentID.NotFound", f"The attachment ID '{wanted}' does not exist")
        if "DeleteOnTermination" in attachment:
            eni.delete_on_termination = str(attachment["DeleteOnTermination"]).lower() == "true"
        return EmptyResult()

    return modify_network_interface_attribute


# --- backend methods, which all parts of moto call


def create_in_backend(original: Any) -> Any:
    def create_network_interface(
        self: Any, subnet: Any, private_ip_address: Any, private_ip_addresses: Any = None, *args: Any, **kwargs: Any
    ) -> Any:
        subnet = self.get_subnet(subnet) if isinstance(subnet, str) else subnet
        address = private_ip_address[0] if isinstance(private_ip_address, list) and private_ip_address else private_ip_address
        if address and ip_address(address) not in subnet.cidr:
            address = None  # moto gives NAT gateways and endpoints an address outside the subnet
        listed = [each["PrivateIpAddress"] if isinstance(each, dict) else each for each in private_ip_addresses or []]
        check_addresses(None, subnet, [each for each in [address, *listed] if each])
        if not address and not private_ip_addresses:
            address = str(next_address(subnet))
        count = int(kwargs.pop("secondary_ips_count", None) or 0)
        if count:
            private_ip_addresses = [{"Primary": True, "PrivateIpAddress": address}]
            for _ in range(count):
                chosen = tuple(ip_address(each["PrivateIpAddress"]) for each in private_ip_addresses)
                private_ip_addresses.append({"Primary": False, "PrivateIpAddress": str(next_address(subnet, chosen))})
        eni = original(self, subnet, address, private_ip_addresses, *args, **kwargs)
        name_after_address(eni)
        return eni

    return create_network_interface


def name_after_address(eni: Any) -> None:
    """Sets the private DNS name. moto uses `.ec2.internal` everywhere; outside us-east-1 EC2 uses
    `<region>.compute.internal`."""
    if not getattr(eni, "private_dns_name", None):
        return
    region = eni.ec2_backend.region_name
    zone = "ec2.internal" if region == "us-east-1" else f"{region}.compute.internal"
    eni.private_dns_name = f"ip-{eni.private_ip_address.replace('.', '-')}.{zone}"
    for each in eni.private_ip_addresses:
        if each.get("Primary"):
            each["PrivateDnsName"] = eni.private_dns_name


def delete_in_backend(original: Any) -> Any:
    def delete_network_interface(self: Any, eni_id: str) -> None:
        eni = self.enis.get(eni_id)
        if eni is not None and eni.status == "in-use":
            raise EC2ClientError("InvalidParameterValue", f"Network interface '{eni_id}' is currently in use.")
        original(self, eni_id)

    return delete_network_interface


def attach_in_backend(original: Any) -> Any:
    def attach_network_interface(self: Any, eni_id: str, instance_id: str, device_index: Any) -> Any:
        eni, instance = self.get_network_interface(eni_id), self.get_instance(instance_id)
        check_attachment(eni, instance, int(device_index))
        eni.delete_on_termination = False
        return original(self, eni_id, instance_id, device_index)

    return attach_network_interface


def check_attachment(eni: Any, instance: Instance, device_index: int) -> None:
    if eni.status == "in-use":
        raise EC2ClientError("InvalidNetworkInterface.InUse", f"Interface: [{eni.id}] in use.")
    if instance.state in ("shutting-down", "terminated"):
        raise EC2ClientError("IncorrectState", f"Instance '{instance.id}' is not in a state that allows attaching")
    if eni.availability_zone != instance.availability_zone:
        raise EC2ClientError(
            "InvalidParameterCombination",
            "You may not attach a network interface to an instance if they are not in the same availability zone",
        )
    if device_index in instance.nics:
        raise EC2ClientError(
            "InvalidParameterValue",
            f"Instance '{instance.id}' already has an interface attached at device index '{device_index}'.",
        )
    info = network_info(instance.instance_type)
    limit = info.get("MaximumNetworkInterfaces")
    if limit and len(instance.nics) >= limit:
        raise EC2ClientError(
            "AttachmentLimitExceeded",
            f"Interface count {len(instance.nics) + 1} exceeds the limit for {instance.instance_type}",
        )
    slots = info.get("Ipv4AddressesPerInterface")
    if slots and len(eni.private_ip_addresses) + len(eni.ipv4_prefixes) > slots:
        raise EC2ClientError(
            "PrivateIpAddressLimitExceeded",
            f"Number of private addresses will exceed limit of {slots} for {eni.id}.",
        )


def detach_in_backend(original: Any) -> Any:
    def detach_network_interface(self: Any, attachment_id: str) -> None:
        eni = next((each for each in list(self.enis.values()) if each.attachment_id == attachment_id), None)
        if eni is not None and eni.instance is None:
            raise EC2ClientError("OperationNotPermitted", f"Attachment {attachment_id} belongs to an AWS service")
        if eni is not None and eni.device_index == 0:
            raise EC2ClientError(
                "OperationNotPermitted",
                "The network interface at device index 0 cannot be detached.",
            )
        original(self, attachment_id)

    return detach_network_interface


def filter_value(original: Any) -> Any:
    def get_filter_value(self: Any, name: str, method: str | None = None) -> Any:
        if name == "addresses.private-ip-address":
            return [each["PrivateIpAddress"] for each in self.private_ip_addresses]
        if name == "attachment.status":
            return "attached" if self.attachment_id else "detached"
        attached = {
            "status": self.status,
            "attachment.device-index": None if self.device_index is None else str(self.device_index),
            "attachment.delete-on-termination": bool(self.delete_on_termination),
            "mac-address": self.mac_address,
            "owner-id": self.owner_id,
            "interface-type": self.interface_type,
            "requester-managed": self.requester_managed,
            "private-dns-name": getattr(self, "private_dns_name", None),
        }
        return attached[name] if name in attached else original(self, name, method)

    return get_filter_value
