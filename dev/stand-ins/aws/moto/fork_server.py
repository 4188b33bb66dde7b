"""Serves moto to tests by forking: python fork_server.py SOCKET.

Importing moto and answering its first calls takes seconds of CPU time. This process does that once, when the
first client connects, and then forks: each client gets a moto of its own, with empty state, in milliseconds.

A client connects to the Unix socket SOCKET and sends one line of JSON: `{"port": 4566, "log": "/path"}`. Its moto
listens on that port of 127.0.0.1 and ends when the client closes the connection.
"""

from __future__ import annotations

import gc
import json
import os
import random
import signal
import socket
import sys
import threading
from typing import Any, Callable

Application = Callable[..., Any]

# Calls that change nothing, so that a child finds modules loaded and data read. The first error of a service takes as long
# as its first answer.
WARM_UP_CALLS = (
    ("ec2", "POST", "/", "Action=DescribeInstanceTypes&Version=2016-11-15&InstanceType.1=m5.large"),
    ("ec2", "POST", "/", "Action=DescribeVpcs&Version=2016-11-15&VpcId.1=vpc-1"),
    ("iam", "POST", "/", "Action=ListPolicies&Version=2010-05-08"),
    ("iam", "POST", "/", "Action=GetRole&Version=2010-05-08&RoleName=none"),
    ("sts", "POST", "/", "Action=GetCallerIdentity&Version=2011-06-15"),
    ("s3", "GET", "/no-bucket", ""),
    ("events", "POST", "/", ""),
    ("kms", "POST", "/", ""),
    ("lambda", "GET", "/2015-03-31/functions", ""),
    ("logs", "POST", "/", ""),
    ("ssm", "POST", "/", '{"Name": "none"}'),
    ("moto_api", "GET", "/moto-api/", ""),
)
JSON_CALLS = {"ssm": "AmazonSSM.GetParameter"}
REGION = "ap-northeast-2"


def load() -> Application:
    """Loads moto with the plugin and returns its WSGI application, warmed up."""
    # Every account has the AWS managed policies; without this, moto cannot attach them.
    os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
    import plugin

    plugin.install()
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from werkzeug.test import Client

    application = DomainDispatcherApplication(create_backend_app)
    application.debug = True  # type: ignore
    client = Client(application)
    for service, method, path, body in WARM_UP_CALLS:
        client.open(
            path, method=method, base_url="http://127.0.0.1", headers=headers_of(service), data=body
        )
    gc.freeze()
    return application


def headers_of(service: str) -> dict[str, str]:
    """What a signed call of a service has. Calls of moto itself are not signed."""
    if service == "moto_api":
        return {}
    scope = f"20260101/{REGION}/{service}/aws4_request"
    signed = {"Authorization": f"AWS4-HMAC-SHA256 Credential=AKIA/{scope}"}
    if service in JSON_CALLS:
        form = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": JSON_CALLS[service]}
    else:
        form = {"Content-Type": "application/x-www-form-urlencoded"}
    return {**signed, **form}


def serve(application: Application, connection: socket.socket, request: bytes) -> None:
    """Runs in the child: one moto, until the client closes its connection."""
    from moto.moto_api._internal import mock_random
    from moto.moto_server.werkzeug_app import MotoRequestHandler
    from werkzeug.serving import run_simple

    wanted = json.loads(request)
    log = os.open(wanted["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(log, 1)
    os.dup2(log, 2)
    # Children would otherwise all make the same ids.
    random.seed()
    mock_random.seed()
    os.environ["MOTO_PORT"] = str(wanted["port"])
    threading.Thread(target=end_with, args=(connection,), daemon=True).start()
    run_simple(
        "127.0.0.1", wanted["port"], application, threaded=True, request_handler=MotoRequestHandler
    )


def end_with(connection: socket.socket) -> None:
    """Ends the process when the client has closed the connection."""
    try:
        connection.recv(1)
    finally:
        os._exit(0)


def main() -> None:
    path = sys.argv[1]
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(path)
    listener.listen(64)
    application: Application | None = None
    while True:
        connection, _ = listener.accept()
        application = application or load()
        request = connection.makefile("rb").readline()
        if request and os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            listener.close()
            try:
                serve(application, connection, request)
            finally:
                os._exit(1)
        connection.close()


if __name__ == "__main__":
    main()
