"""What moto 5.2.5 lacks for the rehearsal. Loaded beside moto, which stays as it was installed."""

from . import dependencies, instances, interfaces, policies, tags

MOTO_VERSION = "5.2.5"


def install() -> None:
    """Replaces the parts of moto named in each module. Once per process, before the server starts."""
    from importlib.metadata import version

    found = version("moto")
    if found != MOTO_VERSION:
        raise SystemExit(f"this plugin is written for moto {MOTO_VERSION}, not {found}")
    for part in (interfaces, instances, dependencies, policies, tags):
        part.install()
