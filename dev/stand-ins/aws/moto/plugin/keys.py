"""KMS keys without a pair of RSA keys, which moto makes for symmetric keys, too, and which takes a tenth of a second."""

from __future__ import annotations

from typing import Any

from moto.kms import models


def install() -> None:
    generate = models.generate_private_key

    def of_asymmetric_keys(key_spec: str) -> Any:
        return None if key_spec == "SYMMETRIC_DEFAULT" else generate(key_spec)

    models.generate_private_key = of_asymmetric_keys
