"""SNS with faults, before a stand-in that has none: what is not to go wrong is handed on as it came.

    python topic.py --to http://127.0.0.1:4566

Prints its port when it answers, and ends when its standard input does. Beside SNS's own path:

    GET  /_control/state   the messages of every call of PublishBatch, in order
    POST /_control/fault   {"kind": "refuse" | "hang", "count": 1}: the first entry of so many batches is refused, the
                           others are published; or so many batches are never answered, and not published
"""

import argparse
import json
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from lifeline import end_with_input

ENTRY = "PublishBatchRequestEntries.member."
REFUSED = (
    "<member><Id>{id}</Id><Code>InternalError</Code><Message>by request</Message>"
    "<SenderFault>false</SenderFault></member>"
)
EMPTY = (
    '<PublishBatchResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishBatchResult><Successful/>'
    "<Failed></Failed></PublishBatchResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata>"
    "</PublishBatchResponse>"
)

Form = dict[str, str]


class Server(ThreadingHTTPServer):
    """Where the topics are, what goes wrong, and what was published."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, options: argparse.Namespace) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.to = options.to
        self.faults = {"refuse": 0, "hang": 0}
        self.batches: list[list[str]] = []
        self.lock = threading.Lock()

    def goes_wrong(self, kind: str) -> bool:
        with self.lock:
            self.faults[kind] -= 1
            return self.faults[kind] >= 0


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def do_GET(self) -> None:
        self.answer(200, json.dumps({"batches": self.server.batches}).encode())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path.startswith("/_control/"):
            self.control(body)
            return
        form = dict(urllib.parse.parse_qsl(body.decode(), keep_blank_values=True))
        if form.get("Action") == "PublishBatch":
            self.publish(form)
        else:
            self.answer(*self.handed_on(form))

    def log_message(self, *_: Any) -> None:
        """Every call is in the state."""

    def control(self, body: bytes) -> None:
        fault = json.loads(body)
        with self.server.lock:
            self.server.faults[fault["kind"]] = fault["count"]
        self.answer(200, b"{}")

    def publish(self, form: Form) -> None:
        entries = entries_of(form)
        with self.server.lock:
            self.server.batches.append([entry["Message"] for entry in entries])
        if self.server.goes_wrong("hang"):
            # Until the process ends.
            threading.Event().wait()
        if not self.server.goes_wrong("refuse"):
            self.answer(*self.handed_on(form))
            return
        rest = {key: value for key, value in form.items() if not key.startswith(ENTRY)}
        for number, entry in enumerate(entries[1:], 1):
            rest |= {f"{ENTRY}{number}.{key}": value for key, value in entry.items()}
        status, answer = self.handed_on(rest) if entries[1:] else (200, EMPTY.encode())
        failed = f"<Failed>{REFUSED.format(id=entries[0]['Id'])}".encode()
        self.answer(status, answer.replace(b"<Failed>", failed))

    def handed_on(self, form: Form) -> tuple[int, bytes]:
        names = ("Authorization", "Content-Type", "X-Amz-Date", "X-Amz-Security-Token")
        headers = {name: self.headers[name] for name in names if name in self.headers}
        request = urllib.request.Request(self.server.to, urllib.parse.urlencode(form).encode(), headers)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def entries_of(form: Form) -> list[Form]:
    """The entries of a batch, each with its members by their names."""
    entries: dict[int, Form] = {}
    for key, value in form.items():
        if key.startswith(ENTRY):
            number, name = key.removeprefix(ENTRY).split(".", 1)
            entries.setdefault(int(number), {})[name] = value
    return [entries[number] for number in sorted(entries)]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--to", required=True)
    server = Server(parser.parse_args())
    end_with_input()
    print(server.server_address[1], flush=True)
    server.serve_forever(poll_interval=0.1)


if __name__ == "__main__":
    sys.exit(main())
