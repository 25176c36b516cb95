"""Calls AWS for tests that have no SDK: one JSON request a line in, one JSON answer a line out, in any order.

    {"id": 1, "service": "sqs", "operation": "receive_message", "parameters": {...},
     "endpoint": "http://127.0.0.1:4566", "region": "us-east-1", "account": "123456789012"}

answers `{"id": 1, "ok": {...}}` or `{"id": 1, "error": {"code", "message", "response"}}`. The account is sent as the
access key. Bytes that are no text are `{"$base64": "..."}` both ways; the code of a function may be given as
`{"$zip": {"bootstrap": "/path/of/the/binary"}}`.
"""

import base64
import concurrent.futures
import datetime
import io
import json
import os
import pathlib
import sys
import threading
import zipfile
from typing import Any

import boto3
import botocore.config
import botocore.exceptions

CONFIG = botocore.config.Config(
    proxies={}, retries={"total_max_attempts": 1}, read_timeout=60, s3={"addressing_style": "path"}
)
# Its stand-in is tested with what a client would not even send.
UNCHECKED = CONFIG.merge(botocore.config.Config(parameter_validation=False))
clients: dict[tuple[str, ...], Any] = {}
making, writing = threading.Lock(), threading.Lock()


def client(service: str, endpoint: str, region: str, account: str) -> Any:
    """A client, made once: making one is slow, and not for two threads at a time."""
    key = (service, endpoint, region, account)
    with making:
        if key not in clients:
            clients[key] = boto3.client(
                service,
                endpoint_url=endpoint,
                region_name=region,
                aws_access_key_id=account,
                aws_secret_access_key="secret",
                config=UNCHECKED if service == "securityhub" else CONFIG,
            )
        return clients[key]


def given(value: Any) -> Any:
    """Parameters from JSON."""
    if isinstance(value, dict):
        if value.keys() == {"$base64"}:
            return base64.b64decode(value["$base64"])
        if value.keys() == {"$zip"}:
            return zipped(value["$zip"])
        return {key: given(member) for key, member in value.items()}
    return [given(item) for item in value] if isinstance(value, list) else value


def zipped(files: dict[str, str]) -> bytes:
    """An archive of executable files, by their names in it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, path in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = 0o755 << 16
            archive.writestr(entry, pathlib.Path(path).read_bytes(), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def plain(value: Any) -> Any:
    """An answer as JSON."""
    if isinstance(value, dict):
        return {str(key): plain(member) for key, member in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [plain(item) for item in value]
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    if hasattr(value, "read"):
        value = value.read()
    if isinstance(value, (bytes, bytearray)):
        try:
            return value.decode("utf-8")
        except UnicodeDecodeError:
            return {"$base64": base64.b64encode(value).decode()}
    return value if value is None or isinstance(value, (str, int, float, bool)) else str(value)


def answer(request: dict[str, Any]) -> dict[str, Any]:
    try:
        called = client(request["service"], request["endpoint"], request["region"], request["account"])
        response = getattr(called, request["operation"])(**given(request["parameters"]))
        return {"ok": plain(response)}
    except botocore.exceptions.ClientError as error:
        said = error.response.get("Error", {})
        response = plain(error.response)
        return {"error": {"code": said.get("Code"), "message": said.get("Message"), "response": response}}
    except Exception as error:  # noqa: BLE001  (every fault is the test's to see)
        return {"error": {"code": type(error).__name__, "message": str(error), "response": {}}}


def serve(line: str) -> None:
    request = json.loads(line)
    text = json.dumps({"id": request["id"], **answer(request)})
    with writing:
        print(text, flush=True)


def main() -> None:
    pool = concurrent.futures.ThreadPoolExecutor(16)
    for line in sys.stdin:
        pool.submit(serve, line)
    # Nobody waits for what is still under way.
    os._exit(0)


if __name__ == "__main__":
    main()
