"""What traces cost: the CPU time of one event with one finding, with and without them, as a ratio.

    cargo build --release --locked -p api-events
    python3 tests/bench/telemetry.py [--events 1000] [--debug]

Runs the binary below a stand-in of the Lambda Runtime API, with a ledger and all sinks; a server in this process takes what
it sends and remembers nothing. Each event opens SSH to the world in another security group. `none` has no traces, `unsampled`
has X-Ray and Lambda says that the trace is not sampled (the finding has one all the same), `quiet` is an event that matches
nothing. The kinds take turns, so that what else the machine does falls on all of them. Python 3.11, Linux, no packages.
"""

import argparse
import copy
import http.server
import json
import socket
import threading

import functions
from functions import EVENT, ROOT, Function, listener

ANSWERS = {
    "BatchGetItem": {"Responses": {}, "UnprocessedKeys": {}},
    "Query": {"Items": [], "Count": 0, "ScannedCount": 0},
}
PUBLISHED = (
    '<PublishBatchResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishBatchResult><Successful><member>'
    "<Id>0</Id><MessageId>m</MessageId></member></Successful><Failed/></PublishBatchResult></PublishBatchResponse>"
)


class Taker(http.server.BaseHTTPRequestHandler):
    """Every service at once: each call succeeds."""

    protocol_version = "HTTP/1.1"
    # An answer in one piece, at once.
    wbufsize = 65536
    disable_nagle_algorithm = True

    def do_POST(self):
        self.rfile.read(int(self.headers.get("content-length", 0)))
        target = self.headers.get("x-amz-target", "")
        if "smithy-protocol" in self.headers:
            self.answer(b"\xa0", "application/cbor", ("smithy-protocol", "rpc-v2-cbor"))
        elif target.startswith("DynamoDB"):
            self.answer(json.dumps(ANSWERS.get(target.split(".")[1], {})).encode(), "application/x-amz-json-1.0")
        elif target.startswith("AWSEvents"):
            entry = {"FailedEntryCount": 0, "Entries": [{"EventId": "e"}]}
            self.answer(json.dumps(entry).encode(), "application/x-amz-json-1.1")
        elif self.path.startswith("/findings"):
            taken = {"FailedCount": 0, "SuccessCount": 1, "FailedFindings": []}
            self.answer(json.dumps(taken).encode(), "application/json")
        elif self.path.startswith("/v1/traces"):
            self.answer(b"", "application/x-protobuf")
        else:
            self.answer(PUBLISHED.encode(), "text/xml")

    def answer(self, body, kind, *headers):
        self.send_response(200)
        for name, value in (("content-type", kind), ("content-length", str(len(body))), *headers):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *_):
        pass


def opening(number):
    """An event with one finding."""
    event = copy.deepcopy(EVENT)
    permission = {"ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}}
    event["detail"] |= {
        "eventName": "AuthorizeSecurityGroupIngress",
        "eventID": f"6aea78de-91f8-419b-a4d4-{number:012x}",
        "requestParameters": {"groupId": f"sg-{number:017x}", "ipPermissions": {"items": [permission]}},
        "responseElements": {"_return": True},
    }
    return json.dumps(event).encode()


def header(number, sampled):
    root = f"1-5bef4de7-ad49b0e87f6e{number:012x}"
    return f"Lambda-Runtime-Trace-Id: Root={root};Parent=9a9197af{number:08x};Sampled={sampled}\r\n"


def measure(kinds, options):
    """Seconds of each kind, for an event."""
    spent = dict.fromkeys(kinds, 0.0)
    number = 0
    for round_number in range(options.rounds + 1):
        for kind, (function, sampled, payload) in kinds.items():
            before = function.cpu()
            for _ in range(options.events // options.rounds):
                number += 1
                function.invoke(number, payload(number), header(number, sampled))
            # The first round makes clients and connections.
            if round_number > 0:
                spent[kind] += function.cpu() - before
    return {kind: seconds / (options.events // options.rounds * options.rounds) for kind, seconds in spent.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--debug", action="store_true", help="the debug binary: ratios are not those of users")
    options = parser.parse_args()
    folder = ROOT / "target" / "debug" if options.debug else functions.RELEASE
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Taker)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    endpoint = f"http://127.0.0.1:{server.server_port}"
    daemon = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    daemon.bind(("127.0.0.1", 0))
    threading.Thread(target=lambda: [daemon.recv(65536) for _ in iter(int, 1)], daemon=True).start()
    xray = {"AWS_XRAY_DAEMON_ADDRESS": f"127.0.0.1:{daemon.getsockname()[1]}"}
    otlp = {"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint}
    # The rules about a change of a group at all are below it: one event, one finding.
    one = {"TATTLETRAIL_MIN_LEVEL": "high"}

    def start(more):
        return Function("api-events", listener(), endpoint, one | more, folder)

    quiet = json.dumps(EVENT).encode()
    kinds = {
        "none": (start({}), 1, opening),
        "X-Ray": (start(xray), 1, opening),
        "unsampled": (start(xray), 0, opening),
        "X-Ray and OTLP": (start(xray | otlp), 1, opening),
        "quiet, none": (start({}), 1, lambda _: quiet),
        "quiet, X-Ray": (start(xray), 1, lambda _: quiet),
        "quiet, unsampled": (start(xray), 0, lambda _: quiet),
    }
    spent = measure(kinds, options)
    for kind, seconds in spent.items():
        base = spent["quiet, none" if kind.startswith("quiet") else "none"]
        print(f"{kind:<18} {seconds * 1e6:>8.0f} us {seconds / base:>6.2f}")
    for function, _, _ in kinds.values():
        function.end()


if __name__ == "__main__":
    main()
