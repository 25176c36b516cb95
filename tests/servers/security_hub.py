"""A strict stand-in of Security Hub on 127.0.0.1.

    python security_hub.py [--port 0] [--default-account 123456789012] [--account AKID=123456789012]... [--unlimited]

Prints its port when it answers, and ends when its standard input does. Beside Security Hub's own paths:

    GET  /_control/state   all findings, counts, and every call in order
    POST /_control/fault   {"kind": "refuse" | "throttle" | "error" | "hang" | "close", ...}: see `hub/faults.py`
    POST /_control/recover no more faults
    POST /_control/reset   as at the start
"""

import argparse
import sys

from hub.model import operations
from hub.server import Server
from lifeline import end_with_input


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--default-account", default="123456789012")
    parser.add_argument("--account", action="append", default=[], metavar="AKID=ACCOUNT")
    parser.add_argument("--unlimited", action="store_true", help="no limit of calls a second")
    server = Server(parser.parse_args())
    operations()
    end_with_input()
    print(server.server_address[1], flush=True)
    server.serve_forever(poll_interval=0.1)


if __name__ == "__main__":
    sys.exit(main())
