"""Plays the machine behind a tap: hands every frame of one tap device to another, and back."""

import fcntl
import os
import select
import struct
import sys

TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454CA, 0x0002, 0x1000


def open_tap(name: str) -> int:
    tap = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(tap, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TAP | IFF_NO_PI))
    return tap


ends = [open_tap(name) for name in sys.argv[1:3]]
print("joined", flush=True)
while True:
    for ready in select.select(ends, [], [])[0]:
        frame = os.read(ready, 65536)
        try:
            os.write(ends[1 - ends.index(ready)], frame)
        except OSError:
            pass  # the other end is down
