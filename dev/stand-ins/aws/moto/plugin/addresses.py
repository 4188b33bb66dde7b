"""Finds free addresses and /28 prefixes of a subnet."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network

PREFIX_LENGTH = 28


def is_reserved(subnet: IPv4Network, address: IPv4Address) -> bool:
    """EC2 reserves the first four addresses of a subnet and the last one."""
    return int(address) - int(subnet.network_address) < 4 or address == subnet.broadcast_address


def free_address(
    subnet: IPv4Network, used: Iterable[IPv4Address], blocked: Iterable[IPv4Network]
) -> IPv4Address | None:
    """The lowest free address outside the blocked ranges, or None if the subnet is full."""
    taken = set(used)
    ranges = list(blocked)
    for address in subnet:
        if is_reserved(subnet, address) or address in taken:
            continue
        if not any(address in block for block in ranges):
            return address
    return None


def free_prefixes(
    subnet: IPv4Network,
    reservations: Iterable[IPv4Network],
    explicit: Iterable[IPv4Network],
    used: Iterable[IPv4Address],
    taken: Iterable[IPv4Network],
    count: int,
) -> list[IPv4Network]:
    """The lowest `count` free /28 blocks: first from the prefix reservations, then from the rest of the
    subnet outside explicit reservations. Returns fewer if there is no room."""
    used, taken, kept = list(used), list(taken), list(explicit)
    pools = [*sorted(reservations), subnet]
    found: list[IPv4Network] = []
    for pool in pools:
        if pool.prefixlen > PREFIX_LENGTH:
            continue
        for block in pool.subnets(new_prefix=PREFIX_LENGTH):
            if len(found) == count:
                return found
            clash = block in found or any(block.overlaps(other) for other in (*taken, *kept))
            if not clash and not holds_any(subnet, block, used):
                found.append(block)
    return found


def holds_any(subnet: IPv4Network, block: IPv4Network, used: Iterable[IPv4Address]) -> bool:
    """Whether a block contains an address that is in use or that EC2 reserves."""
    return any(address in block for address in used) or any(
        is_reserved(subnet, address) for address in block
    )
