"""Starts moto's server with the plugin: python start.py PORT.

Serves 127.0.0.1 only. Ends on a signal, or when the process that started it has ended.
"""

from __future__ import annotations

import os
import sys
import threading
import time

import plugin


def end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(0)


def main() -> None:
    port = sys.argv[1]
    threading.Thread(target=end_with, args=(os.getppid(),), daemon=True).start()
    os.environ["MOTO_PORT"] = port
    # Every account has the AWS managed policies; without this, moto cannot attach them.
    os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
    plugin.install()
    from moto.server import main as serve

    serve(["-H", "127.0.0.1", "-p", port])


if __name__ == "__main__":
    main()
