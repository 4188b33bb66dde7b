"""
Says what a VPC says by itself in IPv6: answers to neighbour solicitations and to router solicitations.

Each line of the input is a JSON object, the links by the names of their taps: {"mac", "own": [range], "free", "subnet",
"neighbours": [range]}. The program writes a line when it goes by them. The frames below it come from machines, so nothing
in them is trusted. RFC 4861; what a VPC's router is: https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html.
The kernel cannot do this: it answers for single addresses, and a prefix has 2^48.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import select
import socket
import struct
import sys
from ipaddress import IPv6Address, IPv6Network
from typing import Any, NamedTuple

ETH_P_IPV6, SO_ATTACH_FILTER, SIOCGIFHWADDR, PACKET_OUTGOING = 0x86DD, 26, 0x8927, 4
ROUTER_SOLICITATION, ROUTER_ADVERTISEMENT, SOLICITATION, ADVERTISEMENT = 133, 134, 135, 136
FIXED_ROUTER = IPv6Address("fe80:ec2::1")
ANY, ALL_NODES = IPv6Address("::"), IPv6Address("ff02::1")
# How long a default route lasts in the routers' usual setting (AdvDefaultLifetime, RFC 4861); AWS does not say.
ROUTER_LIFETIME, FOREVER = 1800, 0xFFFFFFFF
# (code, jump if true, jump if false, value): IPv6, then ICMPv6, then one of the two solicitations.
SOLICITATIONS_ONLY = [
    (0x28, 0, 0, 12),
    (0x15, 0, 6, ETH_P_IPV6),
    (0x30, 0, 0, 20),
    (0x15, 0, 4, socket.IPPROTO_ICMPV6),
    (0x30, 0, 0, 54),
    (0x15, 1, 0, ROUTER_SOLICITATION),
    (0x15, 0, 1, SOLICITATION),
    (0x06, 0, 0, 0xFFFF),
    (0x06, 0, 0, 0),
]


class Link(NamedTuple):
    """A tap and the interface of EC2 behind it."""

    mac: bytes
    router_mac: bytes
    own: list[IPv6Network]
    free: bool
    subnet: IPv6Network
    neighbours: list[IPv6Network]

    @property
    def routers(self) -> list[IPv6Address]:
        return [link_local(self.router_mac), FIXED_ROUTER, self.subnet.network_address + 1]

    def may_send_from(self, source: IPv6Address) -> bool:
        """A VPC knows an interface by its addresses, and by the link-local address that goes with its MAC address."""
        return source in (ANY, link_local(self.mac)) or self.free or any(source in one for one in self.own)

    def answers_for(self, target: IPv6Address) -> bool:
        if target in self.routers:
            return True
        return not any(target in one for one in self.own) and any(target in one for one in self.neighbours)


def link_local(mac: bytes) -> IPv6Address:
    return IPv6Address(b"\xfe\x80" + bytes(6) + bytes([mac[0] ^ 2]) + mac[1:3] + b"\xff\xfe" + mac[3:])


def mac_of(name: str) -> bytes | None:
    """The MAC address of a tap of this network namespace, or None when it is gone."""
    request = struct.pack("40s", name.encode())
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        try:
            return fcntl.ioctl(any_socket, SIOCGIFHWADDR, request)[18:24]
        except OSError:
            return None


def to_link(name: str, told: dict[str, Any]) -> Link | None:
    router_mac = mac_of(name)
    if router_mac is None:
        return None
    return Link(
        bytes.fromhex(told["mac"].replace(":", "")),
        router_mac,
        [IPv6Network(one) for one in told["own"]],
        told["free"],
        IPv6Network(told["subnet"]),
        [IPv6Network(one) for one in told["neighbours"]],
    )


def answer_to(frame: bytes, link: Link) -> bytes | None:
    """The frame that answers another one, or None. Pure."""
    source, target = IPv6Address(frame[22:38]), IPv6Address(frame[38:54])
    kind, code, hop_limit = frame[54], frame[55], frame[21]
    if frame[6:12] != link.mac or code != 0 or hop_limit != 255 or not link.may_send_from(source):
        return None
    if kind == ROUTER_SOLICITATION:
        return packet(link, link_local(link.router_mac), source, router_advertisement(link))
    if len(frame) < 78:
        return None
    target = IPv6Address(frame[62:78])
    if not link.answers_for(target):
        return None
    return packet(link, target, source, advertisement(link, target, solicited=source != ANY))


def advertisement(link: Link, target: IPv6Address, solicited: bool) -> bytes:
    flags = (0x80 if target in link.routers else 0) | (0x40 if solicited else 0) | 0x20
    return struct.pack("!BBHB3x", ADVERTISEMENT, 0, 0, flags) + target.packed + b"\x02\x01" + link.router_mac


def router_advertisement(link: Link) -> bytes:
    """A default route and the subnet's prefix, without the flag that lets machines choose addresses by themselves."""
    managed, on_link = 0x80, 0x80
    head = struct.pack("!BBHBBHII", ROUTER_ADVERTISEMENT, 0, 0, 0, managed, ROUTER_LIFETIME, 0, 0)
    prefix = struct.pack("!BBBBIII", 3, 4, link.subnet.prefixlen, on_link, FOREVER, FOREVER, 0)
    return head + b"\x01\x01" + link.router_mac + prefix + link.subnet.network_address.packed


def packet(link: Link, source: IPv6Address, asker: IPv6Address, message: bytes) -> bytes:
    target = ALL_NODES if asker == ANY else asker
    to_mac = b"\x33\x33" + target.packed[12:] if target.is_multicast else link.mac
    pseudo = source.packed + target.packed + struct.pack("!II", len(message), socket.IPPROTO_ICMPV6)
    message = message[:2] + struct.pack("!H", checksum(pseudo + message)) + message[4:]
    header = struct.pack("!IHBB", 6 << 28, len(message), socket.IPPROTO_ICMPV6, 255)
    ethernet = to_mac + link.router_mac + struct.pack("!H", ETH_P_IPV6)
    return ethernet + header + source.packed + target.packed + message


def checksum(data: bytes) -> int:
    data += b"\x00" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def listen() -> socket.socket:
    packets = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_IPV6))
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *one) for one in SOLICITATIONS_ONLY))
    program = struct.pack("HL", len(SOLICITATIONS_ONLY), ctypes.addressof(code))
    packets.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)
    return packets


def main() -> None:
    packets, links = listen(), {}
    while True:
        ready = select.select([packets, sys.stdin], [], [])[0]
        if sys.stdin in ready:
            line = sys.stdin.readline()
            if line == "":
                return
            known = {name: to_link(name, told) for name, told in json.loads(line).items()}
            links = {name: link for name, link in known.items() if link is not None}
            print("ready", flush=True)
        if packets in ready:
            frame, (name, _, kind, *_) = packets.recvfrom(65536)
            link = links.get(name)
            if link is None or kind == PACKET_OUTGOING or len(frame) < 62:
                continue
            answer = answer_to(frame, link)
            if answer is not None:
                try:
                    packets.sendto(answer, (name, ETH_P_IPV6))
                except OSError:
                    pass  # the tap is gone or down


if __name__ == "__main__":
    main()
