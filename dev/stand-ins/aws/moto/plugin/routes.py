"""
Refuses routes to what a VPC is not connected with, and ranges that may not come into one VPC; moto takes both.

The VPC must be attached to a transit gateway before a route leads there: "The transitGateway ID 'tgw-...' does not exist."
(https://github.com/hashicorp/terraform-provider-aws/issues/9222). Which ranges go together:
https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html
"""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models.route_tables import RouteBackend
from moto.ec2.models.vpcs import VPCBackend

from .dependencies import guard

PRIVATE = [ip_network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")]
NEVER = [ip_network(text) for text in ("198.19.0.0/16", "169.254.0.0/16", "127.0.0.0/8", "224.0.0.0/4")]


def install() -> None:
    guard(RouteBackend, "create_route", connected)
    guard(RouteBackend, "replace_route", connected)
    guard(VPCBackend, "associate_vpc_cidr_block", fits)
    guard(VPCBackend, "disassociate_vpc_cidr_block", unused)


def connected(self: Any, route_table_id: str, *args: Any, **kwargs: Any) -> None:
    vpc_id = self.get_route_table(route_table_id).vpc_id
    named = [str(one) for one in (*args, *kwargs.values())]
    gateway_id = next((one for one in named if one.startswith("tgw-")), None)
    if gateway_id and not any(
        one.resource_type == "vpc" and one.transit_gateway_id == gateway_id and one.vpc_id == vpc_id
        for one in self.transit_gateway_attachments.values()
    ):
        message = f"The transitGateway ID '{gateway_id}' does not exist."
        raise EC2ClientError("InvalidTransitGatewayID.NotFound", message)
    peering_id = next((one for one in named if one.startswith("pcx-")), None)
    if peering_id:
        peering = self.get_vpc_peering_connection(peering_id)
        if vpc_id not in (peering.vpc.id, peering.peer_vpc.id):
            message = f"route table {route_table_id} and network gateway {peering_id} belong to different networks"
            raise EC2ClientError("InvalidParameterValue", message)


def fits(self: Any, vpc_id: str, cidr_block: Any, *args: Any, **kwargs: Any) -> None:
    if not cidr_block:
        return
    new = ip_network(cidr_block)
    present = [ip_network(one["cidr_block"]) for one in self.get_vpc(vpc_id).get_cidr_block_association_set()]
    if not 16 <= new.prefixlen <= 28 or any(new.overlaps(one) for one in [*present, *NEVER]):
        raise refused(cidr_block)
    primary = present[0]
    own = [one for one in PRIVATE if primary.subnet_of(one)]
    if any(new.overlaps(one) for one in PRIVATE if one not in own):
        raise refused(cidr_block)
    in_first = any(one.subnet_of(ip_network("10.0.0.0/15")) for one in present)
    if in_first and new.overlaps(ip_network("10.0.0.0/16")):
        raise refused(cidr_block)
    if primary.subnet_of(ip_network("172.16.0.0/12")) and new.overlaps(ip_network("172.31.0.0/16")):
        raise refused(cidr_block)


def refused(cidr_block: str) -> EC2ClientError:
    message = (
        f"The CIDR '{cidr_block}' is restricted. Use a CIDR from the same private address range as the current VPC CIDR, "
        "or use a publicly-routable CIDR. For additional restrictions, see "
        "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html"
    )
    return EC2ClientError("InvalidVpc.Range", message)


def unused(self: Any, association_id: str) -> None:
    for vpc in self.vpcs.values():
        for one in vpc.get_cidr_block_association_set():
            if one["association_id"] != association_id:
                continue
            block = ip_network(one["cidr_block"])
            subnets = [subnet for of_zone in self.subnets.values() for subnet in of_zone.values()]
            if any(subnet.vpc_id == vpc.id and ip_network(subnet.cidr_block).subnet_of(block) for subnet in subnets):
                raise EC2ClientError("InvalidCidrBlock.InUse", f"The vpc CIDR block {one['cidr_block']} is in use.")
