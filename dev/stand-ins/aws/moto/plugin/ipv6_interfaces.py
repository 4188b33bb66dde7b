"""
IPv6 addresses and /80 prefixes of network interfaces; moto knows no prefixes and takes any address.

Each counts towards the limit of the instance type; prefixes are for Nitro types only:
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-prefix-eni.html. That addresses and prefixes exclude each other in one
call: aws/karpenter-provider-aws#2187. No source has EC2's answers to a subnet without IPv6, to too many addresses and to a
type without prefixes; the ones here are the nearest known ones.
"""

from __future__ import annotations

import random
from ipaddress import IPv6Address, IPv6Network
from typing import Any, NamedTuple

from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models.elastic_network_interfaces import NetworkInterface, NetworkInterfaceBackend
from moto.ec2.models.instance_types import INSTANCE_TYPES
from moto.ec2.responses.elastic_network_interfaces import ElasticNetworkInterfaces

from .dependencies import guard
from .interfaces import interfaces_in, locked, network_info
from .ipv6_blocks import block_of

PREFIX_LENGTH = 80


def install() -> None:
    NetworkInterface.ipv6_prefixes = []
    NetworkInterface.get_filter_value = filter_value(NetworkInterface.get_filter_value)
    NetworkInterfaceBackend.create_network_interface = locked(automatic(NetworkInterfaceBackend.create_network_interface))
    guard(NetworkInterfaceBackend, "attach_network_interface", fits_type)
    responses = ElasticNetworkInterfaces
    responses.create_network_interface = locked(create(responses.create_network_interface))
    responses.assign_ipv6_addresses = locked(assign)
    responses.unassign_ipv6_addresses = locked(unassign)


class Wanted(NamedTuple):
    """What a call asks for: some of it by name, or a number of it."""

    addresses: list[str]
    address_count: int
    prefixes: list[str]
    prefix_count: int

    @property
    def total(self) -> int:
        return len(self.addresses) + self.address_count + len(self.prefixes) + self.prefix_count


def wanted_of(response: Any) -> Wanted:
    """What a call asks for. Refuses more than one kind of it."""
    wanted = Wanted(
        texts(response, "Ipv6Addresses", "Ipv6Address"),
        response._get_int_param("Ipv6AddressCount", 0),
        texts(response, "Ipv6Prefixes", "Ipv6Prefix"),
        response._get_int_param("Ipv6PrefixCount", 0),
    )
    if sum(bool(one) for one in wanted) > 1:
        raise EC2ClientError(
            "InvalidParameterValue",
            "You can and can only specify one of ipv6-addresses or ipv6-addresses-count  ipv6-prefix and ipv6-prefix-count.",
        )
    return wanted


def texts(response: Any, name: str, inner: str) -> list[str]:
    given = response._get_param(name, []) or []
    return [each if isinstance(each, str) else each[inner] for each in given]


# --- what is free in a subnet


def used_addresses(subnet: Any) -> list[IPv6Address]:
    return [IPv6Address(text) for eni in interfaces_in(subnet) for text in eni.ipv6_addresses]


def used_prefixes(subnet: Any) -> list[IPv6Network]:
    return [IPv6Network(each["Ipv6Prefix"]) for eni in interfaces_in(subnet) for each in eni.ipv6_prefixes]


def required_block(subnet: Any) -> IPv6Network:
    block = block_of(subnet)
    if block is None:
        raise EC2ClientError("InvalidParameterValue", f"The subnet '{subnet.id}' has no IPv6 CIDR block")
    return block


def is_reserved(block: IPv6Network, address: IPv6Address) -> bool:
    """EC2 keeps the first four addresses of a subnet and the last one."""
    return int(address) - int(block.network_address) < 4 or address == block.broadcast_address


def holds_reserved(block: IPv6Network, prefix: IPv6Network) -> bool:
    return block.network_address in prefix or block.broadcast_address in prefix


def check_address(subnet: Any, text: str) -> str:
    block = required_block(subnet)
    try:
        address = IPv6Address(text)
    except ValueError:
        raise EC2ClientError("InvalidParameterValue", f"Invalid IPv6 address: {text}") from None
    if address not in block or is_reserved(block, address):
        raise EC2ClientError("InvalidParameterValue", "Address does not fall within the subnet's address range")
    if any(address in prefix for prefix in used_prefixes(subnet)):
        raise EC2ClientError("InvalidParameterValue", f"{text} is part of a prefix that is in use")
    if address in used_addresses(subnet):
        raise EC2ClientError("InvalidIPAddress.InUse", f"Address {text} is in use.")
    return str(address)


def check_prefix(subnet: Any, text: str) -> str:
    block = required_block(subnet)
    try:
        prefix = IPv6Network(text)
    except ValueError:
        raise EC2ClientError("InvalidParameterValue", f"Value ({text}) for parameter prefix is invalid.") from None
    if prefix.prefixlen != PREFIX_LENGTH or not prefix.subnet_of(block) or holds_reserved(block, prefix):
        raise EC2ClientError("InvalidParameterValue", f"Value ({text}) for parameter prefix is invalid.")
    if not is_free(subnet, prefix):
        raise EC2ClientError("InvalidParameterValue", f"The prefix {text} is already in use.")
    return str(prefix)


def is_free(subnet: Any, prefix: IPv6Network) -> bool:
    return prefix not in used_prefixes(subnet) and not any(one in prefix for one in used_addresses(subnet))


def free_prefix(subnet: Any) -> str:
    """A free prefix anywhere in the subnet, as in EC2."""
    block = required_block(subnet)
    for _ in range(200):
        start = int(block.network_address) + (random.getrandbits(PREFIX_LENGTH - block.prefixlen) << (128 - PREFIX_LENGTH))
        prefix = IPv6Network((start, PREFIX_LENGTH))
        if not holds_reserved(block, prefix) and is_free(subnet, prefix):
            return str(prefix)
    raise EC2ClientError(
        "InsufficientCidrBlocks",
        "The specified subnet does not have enough free cidr blocks to satisfy the request.",
    )


def free_address(subnet: Any) -> str:
    block, prefixes = required_block(subnet), used_prefixes(subnet)
    while True:
        address = block.network_address + random.getrandbits(128 - block.prefixlen)
        if not is_reserved(block, address) and address not in used_addresses(subnet):
            if not any(address in one for one in prefixes):
                return str(address)


# --- limits of instance types


def check_type(eni: Any, instance_type: str, more: int, prefixes: bool) -> None:
    """Refuses what the type of an instance does not take."""
    info = network_info(instance_type)
    total = len(eni.ipv6_addresses) + len(eni.ipv6_prefixes) + more
    if not info or total == 0:
        return
    if not info.get("Ipv6Supported"):
        raise EC2ClientError("InvalidParameterCombination", f"IPv6 is not supported by the instance type {instance_type}")
    if prefixes and INSTANCE_TYPES[instance_type].get("Hypervisor") == "xen":
        raise EC2ClientError("Unsupported", f"Prefixes are not supported by the instance type {instance_type}")
    limit = info.get("Ipv6AddressesPerInterface", 0)
    if total > limit:
        raise EC2ClientError(
            "PrivateIpAddressLimitExceeded",
            f"Number of IPv6 addresses will exceed limit of {limit} for {eni.id}.",
        )


def fits_type(self: Any, eni_id: str, instance_id: str, *args: Any, **kwargs: Any) -> None:
    eni = self.get_network_interface(eni_id)
    check_type(eni, self.get_instance(instance_id).instance_type, 0, bool(eni.ipv6_prefixes))


# --- API actions


def allocate(eni: Any, wanted: Wanted) -> tuple[list[str], list[str]]:
    """Gives an interface what a call asks for. Returns the new addresses and prefixes."""
    if wanted.total:
        required_block(eni.subnet)
    if eni.instance is not None:
        check_type(eni, eni.instance.instance_type, wanted.total, bool(wanted.prefixes or wanted.prefix_count))
    addresses = [check_address(eni.subnet, text) for text in dict.fromkeys(wanted.addresses)]
    prefixes = [check_prefix(eni.subnet, text) for text in dict.fromkeys(wanted.prefixes)]
    before = list(eni.ipv6_addresses), list(eni.ipv6_prefixes)
    eni.ipv6_addresses = [*eni.ipv6_addresses, *addresses]
    eni.ipv6_prefixes = [*eni.ipv6_prefixes, *({"Ipv6Prefix": text} for text in prefixes)]
    try:
        for _ in range(wanted.address_count):
            addresses.append(free_address(eni.subnet))
            eni.ipv6_addresses = [*eni.ipv6_addresses, addresses[-1]]
        for _ in range(wanted.prefix_count):
            prefixes.append(free_prefix(eni.subnet))
            eni.ipv6_prefixes = [*eni.ipv6_prefixes, {"Ipv6Prefix": prefixes[-1]}]
    except EC2ClientError:
        eni.ipv6_addresses, eni.ipv6_prefixes = before
        raise
    return addresses, prefixes


def create(original: Any) -> Any:
    def create_network_interface(self: Any) -> ActionResult:
        wanted = wanted_of(self)
        before = set(self.ec2_backend.enis)
        answer = original(self)
        eni = answer.result["NetworkInterface"]
        if eni.id in before or not wanted.total:
            return answer
        eni.ipv6_addresses = []
        try:
            allocate(eni, wanted)
        except EC2ClientError:
            self.ec2_backend.enis.pop(eni.id)
            raise
        return answer

    return create_network_interface


def automatic(original: Any) -> Any:
    """A subnet may give each new interface an address. The API's call replaces it with what it asks for."""

    def create_network_interface(self: Any, *args: Any, **kwargs: Any) -> Any:
        kwargs.pop("ipv6_addresses", None)
        count = int(kwargs.pop("ipv6_address_count", None) or 0)
        eni = original(self, *args, **kwargs)
        automatically = str(eni.subnet.assign_ipv6_address_on_creation).lower() == "true"
        if not count and automatically and block_of(eni.subnet) is not None:
            count = 1
        try:
            allocate(eni, Wanted([], count, [], 0))
        except EC2ClientError:
            self.enis.pop(eni.id)
            raise
        return eni

    return create_network_interface


def assign(self: Any) -> ActionResult:
    eni = self.ec2_backend.get_network_interface(self._get_param("NetworkInterfaceId"))
    addresses, prefixes = allocate(eni, wanted_of(self))
    return ActionResult(
        {"NetworkInterfaceId": eni.id, "AssignedIpv6Addresses": addresses, "AssignedIpv6Prefixes": prefixes}
    )


def unassign(self: Any) -> ActionResult:
    eni = self.ec2_backend.get_network_interface(self._get_param("NetworkInterfaceId"))
    addresses = [canonical(text) for text in texts(self, "Ipv6Addresses", "Ipv6Address")]
    prefixes = texts(self, "Ipv6Prefixes", "Ipv6Prefix")
    held = [each["Ipv6Prefix"] for each in eni.ipv6_prefixes]
    unknown = [each for each in addresses if each not in eni.ipv6_addresses] + [each for each in prefixes if each not in held]
    if unknown:
        raise EC2ClientError("InvalidParameterValue", f"Some of {unknown} are not assigned to interface {eni.id}")
    eni.ipv6_addresses = [each for each in eni.ipv6_addresses if each not in addresses]
    eni.ipv6_prefixes = [each for each in eni.ipv6_prefixes if each["Ipv6Prefix"] not in prefixes]
    return ActionResult(
        {"NetworkInterfaceId": eni.id, "UnassignedIpv6Addresses": addresses, "UnassignedIpv6Prefixes": prefixes}
    )


def canonical(text: str) -> str:
    try:
        return str(IPv6Address(text))
    except ValueError:
        return text


def filter_value(original: Any) -> Any:
    def get_filter_value(self: Any, name: str, method: str | None = None) -> Any:
        if name == "ipv6-addresses.ipv6-address":
            return list(self.ipv6_addresses)
        return original(self, name, method)

    return get_filter_value
