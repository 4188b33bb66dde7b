"""
IPv6 blocks of VPCs and subnets: which fit, and which may go; moto takes and gives up all.

A subnet has one block, of /44 to /64 in steps of 4: https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html.
What EC2 answers: hashicorp/terraform-provider-aws#31913 (outside), #28775 (size), #29077 and #39854 (VPC in use), #46017
(automatic addresses); telia-oss/terraform-aws-vpc#33 (overlap). No source has its answers to a second block of a subnet,
and to a block whose addresses are in use; the ones here are the nearest known ones.
"""

from __future__ import annotations

import random
from ipaddress import IPv6Network, ip_network
from typing import Any

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import vpcs
from moto.ec2.models.route_tables import RouteBackend
from moto.ec2.models.subnets import Subnet, SubnetBackend
from moto.ec2.models.vpcs import VPCBackend

from .dependencies import guard
from .interfaces import interfaces_in

SUBNET_LENGTHS = range(44, 65, 4)


def install() -> None:
    vpcs.random_ipv6_cidr = amazon_block
    Subnet.ipv6_cidr_block_association_set = property(associations)
    SubnetBackend.associate_subnet_cidr_block = associate(SubnetBackend.associate_subnet_cidr_block)
    SubnetBackend.create_subnet = create(SubnetBackend.create_subnet)
    RouteBackend.create_route_table = without_former(RouteBackend.create_route_table)
    guard(SubnetBackend, "create_subnet_cidr_reservation", of_ipv4)
    guard(SubnetBackend, "disassociate_subnet_cidr_block", subnet_block_unused)
    guard(VPCBackend, "disassociate_vpc_cidr_block", vpc_block_unused)


def amazon_block() -> str:
    """A /56 in the form in which EC2 writes it; moto's has leading zeros."""
    return str(IPv6Network(((0x24006500 << 96) | (random.getrandbits(24) << 72), 56)))


def associations(self: Any) -> list[dict[str, Any]]:
    return [
        {
            "AssociationId": one["associationId"],
            "Ipv6CidrBlock": one["ipv6CidrBlock"],
            "Ipv6CidrBlockState": {"State": "associated"},
        }
        for one in current(self)
    ]


def current(subnet: Any) -> list[dict[str, Any]]:
    """The associations of a subnet that hold, at most one."""
    found = list(subnet.ipv6_cidr_block_associations.values())
    return [one for one in found if one["ipv6CidrBlockState"]["State"] == "associated"]


def block_of(subnet: Any) -> IPv6Network | None:
    return next((IPv6Network(one["ipv6CidrBlock"]) for one in current(subnet)), None)


def blocks_of(vpc: Any) -> list[IPv6Network]:
    found = vpc.get_cidr_block_association_set(ipv6=True)
    return [IPv6Network(one["cidr_block"]) for one in found if one["cidr_block_state"]["state"] == "associated"]


def check_fits(backend: Any, vpc_id: str, text: str) -> str:
    """Refuses a block that is no block of a subnet, outside the VPC's, or another subnet's. Returns its canonical form."""
    try:
        block = IPv6Network(text, strict=False)
    except ValueError:
        raise invalid(text) from None
    if block.prefixlen not in SUBNET_LENGTHS:
        raise invalid(text)
    if not any(block.subnet_of(one) for one in blocks_of(backend.get_vpc(vpc_id))):
        raise EC2ClientError("InvalidSubnet.Range", f"The IPv6 CIDR '{text}' is invalid.")
    others = backend.describe_subnets(filters={"vpc-id": vpc_id})
    taken = [found for found in map(block_of, others) if found is not None]
    if any(block.overlaps(one) for one in taken):
        raise EC2ClientError("InvalidSubnet.Conflict", f"The IPv6 CIDR '{text}' conflicts with another subnet")
    return str(block)


def invalid(text: str) -> EC2ClientError:
    return EC2ClientError("InvalidParameterValue", f"invalid value for parameter ipv6-cidr-block: {text}")


def associate(original: Any) -> Any:
    def associate_subnet_cidr_block(self: Any, subnet_id: str, ipv6_cidr_block: str) -> Any:
        subnet = self.get_subnet(subnet_id)
        if block_of(subnet) is not None:
            raise EC2ClientError("InvalidParameterValue", f"The subnet '{subnet_id}' already has an IPv6 CIDR block")
        made = original(self, subnet_id, check_fits(self, subnet.vpc_id, ipv6_cidr_block))
        return {
            "AssociationId": made["associationId"],
            "Ipv6CidrBlock": made["ipv6CidrBlock"],
            "Ipv6CidrBlockState": {"State": "associating"},
        }

    return associate_subnet_cidr_block


def create(original: Any) -> Any:
    def create_subnet(self: Any, vpc_id: str, cidr_block: str, ipv6_cidr_block: Any = None, *args: Any, **kwargs: Any) -> Any:
        fitting = check_fits(self, vpc_id, ipv6_cidr_block) if ipv6_cidr_block else None
        return original(self, vpc_id, cidr_block, fitting, *args, **kwargs)

    return create_subnet


def without_former(original: Any) -> Any:
    """moto gives new route tables a route for each block that the VPC ever had."""

    def create_route_table(self: Any, vpc_id: str, *args: Any, **kwargs: Any) -> Any:
        table = original(self, vpc_id, *args, **kwargs)
        present = [str(one) for one in blocks_of(self.get_vpc(vpc_id))]
        for key, route in list(table._routes.items()):
            if route.local and route.destination_ipv6_cidr_block not in (None, *present):
                del table._routes[key]
        return table

    return create_route_table


def of_ipv4(self: Any, subnet_id: str, reservation_type: str, cidr: str, *args: Any, **kwargs: Any) -> None:
    """moto lists every address of a reservation, which for IPv6 never ends."""
    if ":" in cidr:
        raise EC2ClientError("Unsupported", f"The stand-in has no reservations of IPv6 ranges such as {cidr}")


def subnet_block_unused(self: Any, association_id: str) -> None:
    subnet = self.get_subnet_from_ipv6_association(association_id)
    if subnet is None or association_id not in [one["associationId"] for one in current(subnet)]:
        return
    reason = None
    if str(subnet.assign_ipv6_address_on_creation).lower() == "true":
        reason = "because its subnet has assign-ipv6-address-on-creation set to true"
    elif any(eni.ipv6_addresses or eni.ipv6_prefixes for eni in interfaces_in(subnet)):
        reason = "because it is in use"
    if reason is not None:
        raise EC2ClientError(
            "InvalidCidrBlock.InUse",
            f"The subnet IPv6 CIDR block with association ID {association_id} may not be disassociated, {reason}.",
        )


def vpc_block_unused(self: Any, association_id: str) -> None:
    for vpc in self.vpcs.values():
        held = [one for one in vpc.get_cidr_block_association_set(ipv6=True) if one["association_id"] == association_id]
        subnets = self.describe_subnets(filters={"vpc-id": vpc.id}) if held else []
        taken = [found for found in map(block_of, subnets) if found is not None]
        for one in held:
            if any(block.subnet_of(ip_network(one["cidr_block"])) for block in taken):
                raise EC2ClientError(
                    "InvalidCidrBlock.InUse",
                    f"The vpc {vpc.id} currently has a subnet within CIDR block {one['cidr_block']}",
                )
