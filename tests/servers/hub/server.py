"""Security Hub over HTTP: who calls what, the faults that were asked for, and the control of the stand-in itself."""

import argparse
import json
import re
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from hub.faults import Fault, fault
from hub.model import operations
from hub.rules import Caller
from hub.service import Hub, Refused, now

CREDENTIAL = re.compile(r"AWS4-HMAC-SHA256 Credential=([^/,\s]+)/\d{8}/([a-z0-9-]+)/securityhub/aws4_request\b")


class Server(ThreadingHTTPServer):
    """The hub, and which account an access key belongs to."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, options: argparse.Namespace) -> None:
        super().__init__(("127.0.0.1", options.port), Handler)
        self.hub = Hub(limited=not options.unlimited)
        self.accounts = dict(pair.split("=", 1) for pair in options.account)
        self.default_account = options.default_account

    def caller(self, authorization: str) -> Caller:
        found = CREDENTIAL.match(authorization)
        if not found:
            raise Refused(403, "MissingAuthenticationTokenException", "Missing Authentication Token")
        return Caller(self.accounts.get(found[1], self.default_account), found[2])


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: Server

    def do_GET(self) -> None:
        self.route("GET")

    def do_POST(self) -> None:
        self.route("POST")

    def do_PATCH(self) -> None:
        self.route("PATCH")

    def log_message(self, *_: Any) -> None:
        """Every call is in the state."""

    def route(self, method: str) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path = urllib.parse.urlsplit(self.path).path
        try:
            if path.startswith("/_control/"):
                self.answer(200, self.control(method, path.removeprefix("/_control/"), body))
            elif operation := operations().get((method, path)):
                self.operation(operation, body)
            else:
                raise Refused(404, "ResourceNotFoundException", f"this stand-in has no {method} {path}")
        except Refused as error:
            self.answer(error.status, {"Code": error.code, "Message": error.message}, error.code)

    def control(self, method: str, what: str, body: bytes) -> dict[str, Any]:
        hub = self.server.hub
        with hub.lock:
            match method, what:
                case "GET", "state":
                    return json.loads(json.dumps(hub.state()))
                case "POST", "fault":
                    hub.faults.asked.append(self.fault(body))
                case "POST", "recover":
                    hub.faults.asked.clear()
                case "POST", "reset":
                    hub.reset()
                case _:
                    raise Refused(404, "NoSuchControl", what)
        return {}

    def fault(self, body: bytes) -> Fault:
        try:
            return fault(json.loads(body))
        except (ValueError, KeyError, re.error) as error:
            raise Refused(400, "NoSuchFault", str(error)) from error

    def operation(self, operation: str, body: bytes) -> None:
        """Faults first, then the limit of calls, then the call itself."""
        hub, caller = self.server.hub, self.server.caller(self.headers.get("Authorization", ""))
        parameters = parsed(body)
        trace = self.headers.get("X-Amzn-Trace-Id")
        record = {"at": now(), "operation": operation, "account": caller.account, "region": caller.region, "trace": trace}
        record |= {"ids": ids(parameters), "bytes": len(body), "outcome": "answered"}
        with hub.lock:
            hub.calls.append(record)
            hub.counts["calls"] += 1
            going_wrong = hub.faults.of_call() if operation == "BatchImportFindings" else None
            if going_wrong:
                record["outcome"] = going_wrong.kind
                hub.counts["throttled" if going_wrong.kind == "throttle" else "faulted"] += 1
            elif hub.limited and not hub.rate.allows(caller, operation):
                record["outcome"] = "throttle"
                hub.counts["throttled"] += 1
                raise Refused(429, "TooManyRequestsException", "Rate exceeded")
        if going_wrong and not self.happens(going_wrong):
            return
        with hub.lock:
            try:
                answer = hub.call(operation, caller, parameters, len(body))
            except Refused as error:
                record["outcome"] = error.code
                raise
        self.answer(200, answer)

    def happens(self, going_wrong: Fault) -> bool:
        """Lets it go wrong; true if the call is answered all the same, only later."""
        match going_wrong.kind:
            case "throttle":
                raise Refused(429, going_wrong.code, "Rate exceeded")
            case "error":
                raise Refused(going_wrong.status, going_wrong.code, "by request")
            case "close":
                self.close_connection = True
                return False
        time.sleep(going_wrong.seconds)
        return True

    def answer(self, status: int, value: dict[str, Any], error: str | None = None) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if error:
            self.send_header("x-amzn-ErrorType", error)
        self.end_headers()
        self.wfile.write(body)


def parsed(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body or b"{}")
    except ValueError as error:
        raise Refused(400, "SerializationException", str(error)) from error
    if not isinstance(value, dict):
        raise Refused(400, "SerializationException", "the body is no object")
    return value


def ids(parameters: dict[str, Any]) -> list[str]:
    """The ids that a call is about, in its order."""
    listed = parameters.get("Findings") or parameters.get("FindingIdentifiers") or []
    return [str(one.get("Id")) for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
