"""Runs the AWS CLI by forking: python fork_server.py SOCKET.

The CLI takes two thirds of a second of CPU time to load, for calls that take a tenth of that. This process loads it once,
when the first client connects, and then forks for each client.

A client (aws.py) connects to the Unix socket SOCKET and sends one line of JSON, `{"args": [], "env": {}, "cwd": "/"}`, with
its standard input, output and error. It gets back one byte: the exit code.
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import os
import signal
import socket
import sys
from typing import Callable

# One call for each service, so that a child finds its modules loaded. Nobody listens on port 9.
WARM_UP_CALLS = [
    "cloudformation describe-stacks",
    "cloudformation deploy --stack-name x --template-file /dev/null",
    "iam list-roles",
    "sts get-caller-identity",
]
WARM_UP_SETTINGS = {
    "AWS_ACCESS_KEY_ID": "x",
    "AWS_SECRET_ACCESS_KEY": "x",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    "AWS_MAX_ATTEMPTS": "1",
}


def load() -> Callable[[], int]:
    """Loads the CLI and returns its main function, warmed up."""
    from awscli import clidriver

    os.environ.update(WARM_UP_SETTINGS)
    for words in WARM_UP_CALLS:
        sys.argv = ["aws", *words.split()]
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            with contextlib.suppress(SystemExit):
                clidriver.main()
    gc.freeze()
    return clidriver.main


def serve(main: Callable[[], int], connection: socket.socket, request: bytes, streams: list[int]) -> None:
    """Runs in the child: one command, in the place of the client."""
    wanted = json.loads(request)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")
    os.chdir(wanted["cwd"])
    # The CLI has set this variable while it was loaded.
    data = {"AWS_DATA_PATH": os.environ["AWS_DATA_PATH"]}
    os.environ.clear()
    os.environ.update({**data, **wanted["env"]})
    sys.argv = ["aws", *wanted["args"]]
    try:
        code = main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    sys.stdout.flush()
    sys.stderr.flush()
    connection.send(bytes([code & 255]))


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(sys.argv[1])
    listener.listen(64)
    command: Callable[[], int] | None = None
    while True:
        connection, _ = listener.accept()
        request, streams, _, _ = socket.recv_fds(connection, 1 << 20, 3)
        while request and not request.endswith(b"\n"):
            request += connection.recv(1 << 20)
        command = command or load()
        if request and os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            listener.close()
            try:
                serve(command, connection, request, streams)
            finally:
                os._exit(0)
        for stream in streams:
            os.close(stream)
        connection.close()


if __name__ == "__main__":
    main()
