"""S3 uploads, one after another: of several uploads of one key with If-None-Match, S3 accepts the first one.

moto looks for the key and writes it in two steps, between which another thread may write.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
"""

from __future__ import annotations

from threading import Lock
from typing import Any

from moto.s3.responses import S3Response

ONE_AT_A_TIME = Lock()
put_object = S3Response.put_object


def install() -> None:
    S3Response.put_object = put_one_object


def put_one_object(self: Any) -> Any:
    with ONE_AT_A_TIME:
        return put_object(self)
