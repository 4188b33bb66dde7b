"""
Refuses to delete EC2 resources that others depend on, and deletes what goes with a resource; moto mostly does neither.
"""

from __future__ import annotations

from typing import Any

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models.elastic_ip_addresses import ElasticAddressBackend
from moto.ec2.models.internet_gateways import InternetGatewayBackend
from moto.ec2.models.nat_gateways import NatGatewayBackend
from moto.ec2.models.security_groups import SecurityGroupBackend
from moto.ec2.models.subnets import SubnetBackend
from moto.ec2.models.vpcs import VPCBackend

from .interfaces import interfaces_in


def install() -> None:
    SubnetBackend.delete_subnet = end_subnet(SubnetBackend.delete_subnet)
    guard(SubnetBackend, "delete_subnet", subnet_in_use)
    guard(SecurityGroupBackend, "delete_security_group", group_in_use)
    guard(VPCBackend, "delete_vpc", vpc_in_use)
    guard(InternetGatewayBackend, "detach_internet_gateway", gateway_in_use)
    guard(ElasticAddressBackend, "release_address", address_in_use)
    NatGatewayBackend.create_nat_gateway = make_nat(NatGatewayBackend.create_nat_gateway)
    NatGatewayBackend.delete_nat_gateway = end_nat(NatGatewayBackend.delete_nat_gateway)
    VPCBackend.delete_vpc_endpoints = end_endpoints(VPCBackend.delete_vpc_endpoints)


def guard(owner: Any, name: str, check: Any) -> None:
    original = getattr(owner, name)

    def inner(self: Any, *args: Any, **kwargs: Any) -> Any:
        check(self, *args, **kwargs)
        return original(self, *args, **kwargs)

    setattr(owner, name, inner)


def violation(message: str) -> EC2ClientError:
    return EC2ClientError("DependencyViolation", message)


def subnet_in_use(self: Any, subnet_id: str) -> None:
    subnet = self.get_subnet(subnet_id)
    # AWS documents neither that reservations hold their subnet nor that they go with it. Here they hold it.
    if subnet._cidr_reservations or interfaces_in(subnet):
        raise violation(f"The subnet '{subnet_id}' has dependencies and cannot be deleted.")


def end_subnet(original: Any) -> Any:
    def delete_subnet(self: Any, subnet_id: str) -> Any:
        subnet = original(self, subnet_id)
        # Each subnet is associated with one network ACL, as long as it exists.
        for acl in list(self.network_acls.values()):
            acl._associations = {key: each for key, each in acl._associations.items() if each.subnet_id != subnet_id}
        return subnet

    return delete_subnet


def group_in_use(self: Any, name: str | None = None, group_id: str | None = None) -> None:
    group = self.get_security_group_by_name_or_id(group_id or name)
    if group is None:
        return
    held = any(group.id in [each.id for each in eni._group_set] for eni in list(self.enis.values()))
    others = [other for groups in list(self.groups.values()) for other in list(groups.values()) if other.id != group.id]
    named = any(
        (rule.source_group or {}).get("GroupId") == group.id
        for other in others
        for rule in (*other.ingress_rules, *other.egress_rules)
    )
    if held or named:
        raise violation(f"resource {group.id} has a dependent object")


def vpc_in_use(self: Any, vpc_id: str) -> None:
    gateways = [each for each in list(self.internet_gateways.values()) if each.vpc and each.vpc.id == vpc_id]
    groups = [each for each in list(self.groups[vpc_id].values()) if each.name != "default"]
    endpoints = [each for each in list(self.vpc_end_points.values()) if each.vpc_id == vpc_id and each.state != "deleted"]
    if gateways or groups or endpoints:
        raise violation(f"The vpc '{vpc_id}' has dependencies and cannot be deleted.")


def gateway_in_use(self: Any, internet_gateway_id: str, vpc_id: str) -> None:
    if any(each.eni and each.eni.vpc_id == vpc_id for each in list(self.addresses)):
        raise violation(
            f"Network {vpc_id} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway."
        )


def address_in_use(self: Any, address: str | None = None, allocation_id: str | None = None) -> None:
    found = self.address_by_ip([address]) if address else self.address_by_allocation([allocation_id])
    if any(each.eni and each.eni.status == "in-use" for each in found):
        raise EC2ClientError(
            "InvalidIPAddress.InUse", f"Address with allocation id [{found[0].allocation_id}] is in use."
        )


def make_nat(original: Any) -> Any:
    def create_nat_gateway(self: Any, *args: Any, **kwargs: Any) -> Any:
        nat = original(self, *args, **kwargs)
        nat._eni.status, nat._eni.requester_managed = "in-use", True
        nat._eni.interface_type = "nat_gateway"
        nat._eni.description = f"Interface for NAT Gateway {nat.id}"
        return nat

    return create_nat_gateway


def end_nat(original: Any) -> Any:
    def delete_nat_gateway(self: Any, nat_gateway_id: str) -> Any:
        if nat_gateway_id not in self.nat_gateways:
            raise EC2ClientError("NatGatewayNotFound", f"The Nat Gateway {nat_gateway_id} was not found")
        nat = original(self, nat_gateway_id)
        for address in [each for each in self.addresses if each.eni and each.eni.id == nat._eni.id]:
            self.disassociate_address(address=address.public_ip)
        self.enis.pop(nat._eni.id, None)
        return nat

    return delete_nat_gateway


def end_endpoints(original: Any) -> Any:
    def delete_vpc_endpoints(self: Any, vpce_ids: list[str] | None = None) -> None:
        original(self, vpce_ids)
        for each in vpce_ids or []:
            self.vpc_end_points.pop(each, None)

    return delete_vpc_endpoints
