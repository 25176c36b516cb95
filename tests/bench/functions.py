"""What the functions cost: their start, and an event that says nothing.

    cargo build --release --locked -p api-events -p trail-logs -p trail-files
    python3 tests/bench/functions.py [--starts 30] [--events 2000]

Runs the release binaries below a stand-in of the Lambda Runtime API, with everything set up: ledger, all sinks, a place
for rejected records. `cold` is from exec to the first poll, `cold CPU` what was computed meanwhile, `resident` the memory
then, `peak` the most so far; medians of so many starts. `warm` is what is computed for one EventBridge event that matches
no rule, and `after` the memory after all of them. `calls` are connections to AWS meanwhile, which must be none. CPU times
hold on a noisy machine; `cold` is what the machine's other work leaves. Python 3.11, Linux, no packages.
"""

import argparse
import json
import os
import pathlib
import socket
import statistics
import subprocess
import time

ROOT = pathlib.Path(__file__).parents[2]
RELEASE = ROOT / "target" / "release"
ACCOUNT = "111122223333"
RECORD = {
    "eventVersion": "1.11",
    "userIdentity": {
        "type": "AssumedRole",
        "principalId": "AROA4AA3C6F301EXAMPLE:deploy",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/deploy",
        "accountId": ACCOUNT,
        "accessKeyId": "ASIAYEMGIREE3EXAMPLE",
        "sessionContext": {"attributes": {"creationDate": "2026-11-20T07:58:29Z", "mfaAuthenticated": "false"}},
    },
    "eventTime": "2026-11-20T07:58:37Z",
    "eventSource": "ec2.amazonaws.com",
    "eventName": "RunInstances",
    "awsRegion": "eu-central-1",
    "sourceIPAddress": "198.51.100.10",
    "userAgent": "aws-cli/2.31.3",
    "requestParameters": {"instancesSet": {"items": [{"imageId": "ami-0abcdef1234567890", "minCount": 1}]}},
    "responseElements": None,
    "requestID": "807385d5-7533-4870-8e94-bd00af971c3c",
    "eventID": "6aea78de-91f8-419b-a4d4-f253b7ac8453",
    "readOnly": False,
    "eventType": "AwsApiCall",
    "managementEvent": True,
    "recipientAccountId": ACCOUNT,
    "eventCategory": "Management",
}
EVENT = {
    "version": "0",
    "id": "5d5b0a6e-1f1c-4b53-9f1e-0d7c2f1c1a2b",
    "detail-type": "AWS API Call via CloudTrail",
    "source": "aws.ec2",
    "account": ACCOUNT,
    "time": "2026-11-20T07:58:37Z",
    "region": "eu-central-1",
    "resources": [],
    "detail": RECORD,
}
# For `trail-files`, which would fetch anything else: an object that was removed.
REMOVED = {
    "Records": [
        {
            "eventSource": "aws:s3",
            "eventName": "ObjectRemoved:Delete",
            "s3": {"bucket": {"name": "trail"}, "object": {"key": "AWSLogs/a.json.gz"}},
        }
    ]
}


class Function:
    """One environment of a function, from exec on."""

    def __init__(self, name, api, endpoint, more=None, folder=RELEASE):
        settings = {
            "AWS_LAMBDA_RUNTIME_API": "%s:%d" % api.getsockname(),
            "AWS_LAMBDA_FUNCTION_NAME": name,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_REGION": "eu-central-1",
            "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_SESSION_TOKEN": "token",
            "AWS_ENDPOINT_URL": endpoint,
            "TATTLETRAIL_LEDGER_TABLE": "tattletrail",
            "TATTLETRAIL_SECURITY_HUB": "own",
            "TATTLETRAIL_ACCOUNT_ID": ACCOUNT,
            "TATTLETRAIL_TOPIC_ARN": f"arn:aws:sns:eu-central-1:{ACCOUNT}:alerts",
            "TATTLETRAIL_EVENT_BUS": "findings",
            "TATTLETRAIL_REJECTED": "s3://rejected/",
        }
        settings |= more or {}
        begun = time.perf_counter()
        self.process = subprocess.Popen([folder / name], env=settings, stdout=subprocess.DEVNULL)
        self.stream = api.accept()[0]
        self.request()
        self.cold = time.perf_counter() - begun
        self.cold_cpu = self.cpu()

    def request(self):
        """Reads one request whole."""
        text = b""
        while b"\r\n\r\n" not in text:
            text += self.received()
        head, body = text.split(b"\r\n\r\n", 1)
        if b"transfer-encoding: chunked" in head.lower():
            while not body.endswith(b"0\r\n\r\n"):
                body += self.received()
            return
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                while len(body) < int(line.split(b":")[1]):
                    body += self.received()

    def received(self):
        some = self.stream.recv(65536)
        if not some:
            raise SystemExit(f"the function has ended: {self.process.wait()}")
        return some

    def invoke(self, number, payload, trace=""):
        """Answers the poll that waits, and reads the function's answer and its next poll. `trace` is a header, whole."""
        deadline = int((time.time() + 60) * 1000)
        head = (
            f"HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: {number}\r\nLambda-Runtime-Deadline-Ms: {deadline}\r\n"
            f"Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:eu-central-1:{ACCOUNT}:function:f\r\n"
            f"{trace}Content-Type: application/json\r\nContent-Length: {len(payload)}\r\n\r\n"
        )
        self.stream.sendall(head.encode() + payload)
        self.request()
        self.stream.sendall(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")
        self.request()

    def cpu(self):
        """Seconds computed so far, by all threads, to the nanosecond."""
        tasks = pathlib.Path(f"/proc/{self.process.pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9

    def memory(self, name):
        """MiB, as Linux counts them."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in status if line.startswith(name)) / 1024

    def end(self):
        self.process.kill()
        self.process.wait()
        self.stream.close()


def listener():
    made = socket.create_server(("127.0.0.1", 0))
    made.settimeout(60)
    return made


def connections(aws):
    """How many came since the last time."""
    aws.setblocking(False)
    count = 0
    try:
        while True:
            aws.accept()[0].close()
            count += 1
    except BlockingIOError:
        return count


def measure(name, payload, options):
    api, aws = listener(), listener()
    endpoint = "http://%s:%d" % aws.getsockname()
    starts = []
    for _ in range(options.starts):
        function = Function(name, api, endpoint)
        starts.append((function.cold, function.cold_cpu, function.memory("VmRSS"), function.memory("VmHWM")))
        function.end()
    function = Function(name, api, endpoint)
    for number in range(100):
        function.invoke(number, payload)
    before = function.cpu()
    for number in range(options.events):
        function.invoke(number, payload)
    warm = (function.cpu() - before) / options.events
    after = function.memory("VmRSS")
    function.end()
    cold, cold_cpu, resident, peak = map(statistics.median, zip(*starts))
    print(
        f"{name:<12} {cold * 1e3:>8.1f} {cold_cpu * 1e3:>12.1f} {resident:>13.1f} {peak:>9.1f} {warm * 1e6:>8.0f}"
        f" {after:>10.1f} {connections(aws):>6}",
        flush=True,
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--starts", type=int, default=30)
    parser.add_argument("--events", type=int, default=2000)
    options = parser.parse_args()
    print(f"{options.starts} starts, {options.events} events, load {os.getloadavg()[0]:.1f}")
    head = ["cold ms", "cold CPU ms", "resident MiB", "peak MiB", "warm us", "after MiB", "calls"]
    print(f"{'function':<12} {' '.join(head)}")
    for name, payload in (("api-events", EVENT), ("trail-logs", EVENT), ("trail-files", REMOVED)):
        measure(name, json.dumps(payload).encode(), options)


if __name__ == "__main__":
    main()
