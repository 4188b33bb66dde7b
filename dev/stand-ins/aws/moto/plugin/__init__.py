"""Adds to moto 5.2.5 what the rehearsal needs, without changing the installed package."""

from . import (
    dependencies,
    endpoints,
    instances,
    interfaces,
    ipv6_blocks,
    ipv6_interfaces,
    modules,
    policies,
    roles,
    routes,
    spot,
    tags,
    uploads,
)

MOTO_VERSION = "5.2.5"


def install() -> None:
    """Replaces the parts of moto that each module names. Call it once, before the server starts."""
    from importlib.metadata import version

    found = version("moto")
    if found != MOTO_VERSION:
        raise SystemExit(f"this plugin is written for moto {MOTO_VERSION}, not {found}")
    parts = (
        modules,
        interfaces,
        ipv6_blocks,
        ipv6_interfaces,
        instances,
        dependencies,
        endpoints,
        policies,
        roles,
        routes,
        spot,
        tags,
        uploads,
    )
    for part in parts:
        part.install()
