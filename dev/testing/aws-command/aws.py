"""The command `aws` of tests: python aws.py SOCKET [WORD…]. Has fork_server.py run the AWS CLI, and ends as it ends."""

import json
import os
import socket
import sys

connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
connection.connect(sys.argv[1])
request = {"args": sys.argv[2:], "env": dict(os.environ), "cwd": os.getcwd()}
line = json.dumps(request).encode() + b"\n"
sent = socket.send_fds(connection, [line], [0, 1, 2])
connection.sendall(line[sent:])
code = connection.recv(1)
if not code:
    sys.exit("aws: the fork server gave no exit code; see aws-fork-server.log in the tests' temporary folder")
sys.exit(code[0])
