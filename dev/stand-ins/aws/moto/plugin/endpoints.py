"""
Gives interface endpoints of a VPC what moto leaves out: their security groups, on network interfaces that nobody else may use, and the
conditions of private DNS.
"""

from __future__ import annotations

from typing import Any

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models.vpcs import VPCBackend


def install() -> None:
    VPCBackend.create_vpc_endpoint = make_endpoint(VPCBackend.create_vpc_endpoint)


def make_endpoint(original: Any) -> Any:
    def create_vpc_endpoint(self: Any, vpc_id: str, service_name: str, endpoint_type: str | None, *args: Any, **kwargs: Any) -> Any:
        is_interface = (endpoint_type or "").lower() == "interface"
        if not is_interface:
            kwargs["private_dns_enabled"] = False
        elif kwargs.get("private_dns_enabled"):
            check_private_dns(self, vpc_id, service_name)
        endpoint = original(self, vpc_id, service_name, endpoint_type, *args, **kwargs)
        for eni_id in endpoint.network_interface_ids:
            take_interface(self, self.enis[eni_id], endpoint)
        return endpoint

    return create_vpc_endpoint


def check_private_dns(self: Any, vpc_id: str, service_name: str) -> None:
    """https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html"""
    vpc = self.get_vpc(vpc_id)
    if not (vpc.enable_dns_support and vpc.enable_dns_hostnames):
        raise EC2ClientError(
            "InvalidParameter",
            f"Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for {vpc_id}",
        )
    others = [
        each
        for each in list(self.vpc_end_points.values())
        if each.vpc_id == vpc_id and each.service_name == service_name and each.private_dns_enabled
    ]
    if others:
        region, service = service_name.split(".")[2], ".".join(service_name.split(".")[3:])
        raise EC2ClientError(
            "InvalidParameter",
            f"private-dns-enabled cannot be set because there is already a conflicting DNS domain for {service}.{region}.amazonaws.com in the VPC {vpc_id}",
        )


def take_interface(self: Any, eni: Any, endpoint: Any) -> None:
    groups = [self.get_security_group_from_id(each) for each in endpoint.security_group_ids]
    eni._group_set = groups or [self.get_default_security_group(endpoint.vpc_id)]
    eni.status, eni.requester_managed = "in-use", True
    eni.interface_type = "vpc_endpoint"
    eni.description = f"VPC Endpoint Interface {endpoint.id}"
