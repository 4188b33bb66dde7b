"""Adds to moto 5.2.5 what the rehearsal needs, without changing the installed package."""

from importlib import import_module

MOTO_VERSION = "5.2.5"

# A later one may build on what an earlier one has replaced.
PARTS = (
    "turns",
    "modules",
    "interfaces",
    "ipv6_blocks",
    "ipv6_interfaces",
    "instances",
    "dependencies",
    "endpoints",
    "keys",
    "policies",
    "routes",
    "spot",
    "tags",
    "uploads",
)


def install() -> None:
    """Replaces the parts of moto that each module names. Call it once, before the server starts."""
    from importlib.metadata import version

    found = version("moto")
    if found != MOTO_VERSION:
        raise SystemExit(f"this plugin is written for moto {MOTO_VERSION}, not {found}")
    for part in PARTS:
        import_module(f".{part}", __name__).install()
