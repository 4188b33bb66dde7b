"""Remembers which services moto has, and which calls each has.

moto lists its own folder and the methods of a class at each request, which is more than half of the time of a small answer.
"""

from __future__ import annotations

from functools import cache


def install() -> None:
    from moto import backends
    from moto.core import responses

    modules = tuple(backends.list_of_moto_modules())
    backends.list_of_moto_modules = lambda: modules
    responses.method_names_from_class = cache(responses.method_names_from_class)
