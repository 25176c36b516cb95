#!/usr/bin/env python3
"""The smallest function: polls, and does what the payload says.

`{"answer": ...}` is answered, `{"fail": ...}` is an error, `{"sleep": seconds}` takes its time, `{"exit": code}` ends
it, `{"headers": true}` answers with the headers of the invocation. With `FAIL_INIT` it does not even start.
"""

import http.client
import json
import os
import sys
import time


def call(api: http.client.HTTPConnection, method: str, path: str, value: object = None) -> http.client.HTTPResponse:
    api.request(method, f"/2018-06-01/runtime/{path}", None if value is None else json.dumps(value))
    return api.getresponse()


def main() -> None:
    api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    if "FAIL_INIT" in os.environ:
        call(api, "POST", "init/error", {"errorMessage": os.environ["FAIL_INIT"], "errorType": "Init"}).read()
        sys.exit(1)
    print("started in", os.environ["AWS_REGION"], flush=True)
    while True:
        response = call(api, "GET", "invocation/next")
        asked = json.loads(response.read())
        request = response.headers["Lambda-Runtime-Aws-Request-Id"]
        print("invoked", request, file=sys.stderr, flush=True)
        if "exit" in asked:
            os._exit(asked["exit"])
        time.sleep(asked.get("sleep", 0))
        value = dict(response.headers) if asked.get("headers") else asked.get("answer")
        end = ("error", asked["fail"]) if "fail" in asked else ("response", value)
        call(api, "POST", f"invocation/{request}/{end[0]}", end[1]).read()


if __name__ == "__main__":
    main()
