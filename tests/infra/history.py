#!/usr/bin/env python3
"""Runs the state machine of `infra/history` over trail files in a stand-in of AWS, with the real function.

    python3 tests/infra/history.py --binaries target/lambda --command target/release/tattletrail

The folder holds what `cargo lambda build` made (`trail-files/bootstrap`), or the binary by its name; the command is
`tattletrail`. Needs the packages of `tests/infra/requirements-deploy.txt`; without them it makes an environment for itself.

Under the prefix are the files of the sample trail, with its digest, and beside them a file that breaks off, a JSON that is no
trail file, an empty file and another service's log. What the machine finds must be what `tattletrail scan` finds in the same
files, whether they come in the order of their names or backwards; a broken file must be among the failures and stop no other;
nobody may be woken by it; and a second run must find nothing new.
"""

import argparse
import collections
import csv
import gzip
import io
import json
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import urllib.parse
from typing import Any

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from deploy import HERE, ROOT, TEMPLATE, Server, fitted, in_own_environment, loaded, package, until  # noqa: E402

HISTORY = ROOT / "infra" / "history" / "template.yaml"
SAMPLE = ROOT / "tests" / "fixtures" / "sample-trail" / "AWSLogs"
FOLDER = "AWSLogs/111122223333/CloudTrail/eu-central-1/2026/11/20"
BREAKS_OFF = f"{FOLDER}/111122223333_CloudTrail_eu-central-1_20261120T1200Z_BreaksOff0000001.json.gz"
NO_LOG = f"{FOLDER}/111122223333_CloudTrail_eu-central-1_20261120T1200Z_NoLog00000000001.json.gz"
EMPTY = f"{FOLDER}/111122223333_CloudTrail_eu-central-1_20261120T1200Z_Empty00000000001.json.gz"
OTHER = "AWSLogs/111122223333/elasticloadbalancing/eu-central-1/2026/11/20/other.log.gz"
# Somebody has copied a file.
COPY = f"{FOLDER}/copy of a+b=c.json.gz"
OPENS_SSH = "bac773ea-374e-4e67-a884-548266432b97"
# The sample trail's day is before it: nobody is told of what is older.
ALERTS_SINCE = "2026-11-21T00:00:00Z"

Found = collections.Counter[tuple[str, str]]


class Stand(Server):
    """The stand-in, with what it lacks of the Distributed Map."""

    COMMAND = [str(HERE / "result_writer.py")]


def records(path: pathlib.Path) -> list[Any]:
    return json.loads(gzip.decompress(path.read_bytes())).get("Records", [])


def long_file() -> bytes:
    """A file that opens SSH in a group of its own at its beginning, and is long enough to break off after that."""
    everything = [it for path in sorted(SAMPLE.rglob("*.json.gz")) for it in records(path)]
    opening = next(it for it in everything if it["eventID"] == OPENS_SSH)
    group = opening["requestParameters"]["groupId"]
    text = json.dumps(opening).replace(OPENS_SSH, "0a1b2c3d-0000-4000-8000-000000000001")
    # In the middle of the day, so that it has a place among what the other files hold.
    opening = json.loads(text.replace(group, "sg-0c0ffee0c0ffee0c0")) | {"eventTime": "2026-11-20T11:30:00Z"}
    quiet = next(it for it in everything if it["eventName"] == "DescribeInstances" and "errorCode" not in it)
    noise = random.Random(8)
    more = [
        quiet | {"eventID": f"0a1b2c3d-0000-4000-8001-{number:012}", "userAgent": noise.randbytes(400).hex()}
        for number in range(200)
    ]
    return gzip.compress(json.dumps({"Records": [opening, *more]}).encode(), mtime=0)


def prepared(folder: pathlib.Path) -> pathlib.Path:
    """The files of the history, as the bucket has them."""
    shutil.copytree(SAMPLE, folder / "AWSLogs")
    whole = long_file()
    contents = {BREAKS_OFF: whole[: len(whole) * 2 // 3], NO_LOG: gzip.compress(b'{"hello": "world"}'), EMPTY: b""}
    for key, body in contents.items():
        (folder / key).write_bytes(body)
    shutil.copy(min((folder / FOLDER).glob("*_IPuI2kvgPSGIszEo.json.gz")), folder / COPY)
    return folder


def scanned(command: pathlib.Path, folder: pathlib.Path) -> Found:
    """What the command finds in the same files, with the rules that the functions have."""
    rules = folder.parent / "functions.ttrules"
    subprocess.run([command, "rules", "bundle", "--without-correlations", "-o", rules], check=True, capture_output=True)
    scan = [command, "scan", folder, "--format", "jsonl", "--rules", rules]
    output = subprocess.run(scan, capture_output=True, text=True)
    # It says that three files can't be read.
    if output.returncode != 2:
        sys.exit(f"tattletrail scan ended with {output.returncode}:\n{output.stderr[-2000:]}")
    findings = [json.loads(line) for line in output.stdout.splitlines()]
    return collections.Counter((it["finding_id"], it["status"]) for it in findings)


def named(findings: Any) -> Found:
    if findings["not_named"]:
        sys.exit(f"{findings['not_named']} findings are not named")
    opened = collections.Counter((id, "open") for id in findings["opened"])
    return opened + collections.Counter((id, "closed") for id in findings["closed"])


def expect(what: str, got: object, expected: object) -> None:
    if got != expected:
        sys.exit(f"{what}: {got}, expected {expected}")


class World:
    """A deployment of the function and of the machine, under a name of its own, with a ledger of its own."""

    def __init__(self, server: Server, name: str) -> None:
        self.server, self.name = server, name
        self.aws = server.client
        template = fitted(loaded(TEMPLATE.read_text()), server.endpoint, "code")
        given = {"Architecture": "x86_64", "UseEventBridge": "false", "UseFiles": "true", "CreateTrail": "true"}
        self.function = self.deployed(name, template, given | {"Dashboards": "false"})
        given = {"TrailFilesArn": self.function["TrailFilesArn"], "MaxConcurrency": "5"}
        given |= {"TrailFilesRoleArn": self.function["TrailFilesRoleArn"], "TrailBucketName": "trail"}
        self.machine = self.deployed(f"{name}-history", loaded(HISTORY.read_text()), given)
        self.bucket = self.machine["ResultsBucketOut"]
        sqs = self.aws("sqs")
        self.heard = sqs.create_queue(QueueName=f"{name}-heard")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=self.heard, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        self.aws("sns").subscribe(TopicArn=self.function["AlertTopicArn"], Protocol="sqs", Endpoint=arn)

    def deployed(self, name: str, template: Any, given: dict[str, str]) -> dict[str, str]:
        cloudformation = self.aws("cloudformation")
        self.aws("s3").put_object(Bucket="code", Key=f"{name}.json", Body=json.dumps(template).encode())
        cloudformation.create_stack(
            StackName=name,
            TemplateURL=f"{self.server.endpoint}/code/{name}.json",
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()],
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        )

        def stack() -> Any:
            stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
            if "FAILED" in stack["StackStatus"] or "ROLLBACK" in stack["StackStatus"]:
                events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
                failed = [it for it in events if "FAILED" in it["ResourceStatus"]]
                sys.exit("\n".join(f"{it['LogicalResourceId']}: {it.get('ResourceStatusReason')}" for it in failed))
            return stack if stack["StackStatus"] == "CREATE_COMPLETE" else None

        return {it["OutputKey"]: it["OutputValue"] for it in until(f"stack {name}", stack)["Outputs"]}

    def run(self, given: Any, alerts_since: str = ALERTS_SINCE) -> tuple[str, Any]:
        """How an execution ended, and what it said: its output, or its error and cause."""
        states = self.aws("stepfunctions")
        text = json.dumps(given | {"alerts_since": alerts_since})
        arn = states.start_execution(stateMachineArn=self.machine["HistoryArn"], input=text)["executionArn"]

        def ended() -> Any:
            execution = states.describe_execution(executionArn=arn)
            return execution if execution["status"] != "RUNNING" else None

        execution = until("the end of the run", ended, 400)
        if execution["status"] == "SUCCEEDED":
            return "SUCCEEDED", json.loads(execution["output"])
        cause = execution.get("cause", "")
        return execution["error"], json.loads(cause) if cause.startswith("{") else cause

    def list(self, place: str) -> Any:
        bucket, _, key = place.removeprefix("s3://").partition("/")
        return json.loads(self.aws("s3").get_object(Bucket=bucket, Key=key)["Body"].read())

    def found(self, said: Any) -> Found:
        """The findings in all lists of a run."""
        lists, all = said["totals"]["lists"], collections.Counter()
        for place in lists.get("succeeded", []):
            for child in self.list(place):
                all += named(json.loads(child["Output"])["findings"])
        for place in lists.get("failed", []):
            for child in self.list(place):
                all += named(json.loads(child["Cause"])["findings"])
        for place in lists["in_turn"]:
            all += named(self.list(place))
        return all

    def failures(self, said: Any) -> dict[str, Any]:
        """The failures of a run by file."""
        children = [child for place in said["totals"]["lists"].get("failed", []) for child in self.list(place)]
        causes = [json.loads(child["Cause"]) | {"Error": child["Error"]} for child in children]
        return {cause["key"]: cause for cause in causes}

    def waiting(self, url: str) -> int:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        answer = self.aws("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)
        return sum(int(answer["Attributes"][name]) for name in names)

    def nobody_was_woken(self) -> None:
        expect("alerts", self.waiting(self.heard), 0)
        for queue in ("RejectedQueueUrl", "DeadLetterQueueUrl"):
            expect(queue, self.waiting(self.function[queue]), 0)
        metrics = self.aws("cloudwatch").list_metrics(Namespace="Tattletrail/Detection")["Metrics"]
        expect("metrics of findings", metrics, [])

    def check(self, name: str, given: Any, expected: Found, files: int) -> Any:
        """Runs the history for the first time."""
        error, said = self.run(given)
        if error != "FilesFailed":
            sys.exit(f"{name}: the run ended as {error}, expected FilesFailed: {said}")
        totals = said["totals"]
        expect("files", (totals["files"], totals["failed"], totals["not_trail_files"]), (files, 3, 2))
        failures = self.failures(said)
        wrong = {BREAKS_OFF: "FileNotWhole", EMPTY: "FileNotWhole", NO_LOG: "RecordsRejected"}
        expect("failures", {key: it["Error"] for key, it in failures.items()}, wrong)
        for failure in failures.values():
            if not failure["reasons"]:
                sys.exit(f"{failure['key']}: no reason is given")
        got = self.found(said)
        if got != expected:
            sys.exit(f"{name}: not found {expected - got}, found as well {got - expected}")
        expect("opened and closed", (totals["opened"], totals["closed"]), counted(expected))
        read = [json.loads(it["Output"]) for place in totals["lists"]["succeeded"] for it in self.list(place)]
        left = sum(it["later"]["turn"]["count"] for it in [*read, *failures.values()])
        expect("records that had their turn", said["in_turn"]["received"], left)
        self.nobody_was_woken()
        opened, closed = counted(expected)
        held = f"{files} files, {totals['records']} records"
        print(f"{name}: {held}, {opened} opened, {closed} closed, as the scan says; 3 failures")
        return said


def counted(found: Found) -> tuple[int, int]:
    return tuple(sum(count for (_, status), count in found.items() if status == wanted) for wanted in ("open", "closed"))


def filled(server: Server, folder: pathlib.Path) -> list[str]:
    """The trail's bucket, with all that a prefix can hold; its keys."""
    s3 = server.client("s3")
    s3.create_bucket(Bucket="trail")
    keys = [str(path.relative_to(folder)) for path in sorted(folder.rglob("*")) if path.is_file()]
    for key in keys:
        s3.put_object(Bucket="trail", Key=key, Body=(folder / key).read_bytes())
    s3.put_object(Bucket="trail", Key=OTHER, Body=b"h2 2026-11-20T00:00:00Z")
    return [*keys, OTHER]


def one_after_another(server: Server, keys: list[str], folder: pathlib.Path, command: pathlib.Path) -> None:
    expected = scanned(command, folder)
    world = World(server, "forwards")
    said = world.check("by prefix", {"bucket": "trail", "prefix": "AWSLogs/"}, expected, len(keys))
    error, again = world.run({"bucket": "trail", "prefix": "AWSLogs/"})
    expect("a second run", (error, again["totals"]["opened"], again["totals"]["closed"]), ("FilesFailed", 0, 0))
    print("a second run: nothing new")
    whole = long_file()
    world.aws("s3").put_object(Bucket="trail", Key=BREAKS_OFF, Body=whole)
    errors = set()
    for place in said["totals"]["lists"]["failed"]:
        bucket, _, key = place.removeprefix("s3://").partition("/")
        error, again = world.run({"list": {"bucket": bucket, "key": key}})
        errors.add(error)
        for key in world.failures(again):
            expect("still broken", key in (NO_LOG, EMPTY), True)
    expect("failures once more", errors, {"FilesFailed"} if len(errors) == 1 else {"FilesFailed", "SUCCEEDED"})
    world.aws("s3").put_object(Bucket="trail", Key=BREAKS_OFF, Body=(folder / BREAKS_OFF).read_bytes())
    print("failures once more: the mended file is none any more")
    expect("nothing under the prefix", world.run({"bucket": "trail", "prefix": "/AWSLogs"})[0], "NothingThere")
    expect("no input", world.run({})[0], "NothingAsked")
    world = World(server, "backwards")
    items = [{"Key": key} for key in reversed(keys)]
    world.aws("s3").put_object(Bucket=world.bucket, Key="lists/backwards.json", Body=json.dumps(items).encode())
    given = {"bucket": "trail", "list": {"bucket": world.bucket, "key": "lists/backwards.json"}, "turns_at_once": 3}
    said = world.check("by list, backwards, few at a time", given, expected, len(keys))
    if said["in_turn"]["readings"] < 5:
        sys.exit(f"{said['in_turn']['readings']} readings in turn, expected a dozen")
    by_inventory(world, keys)
    aloud(World(server, "aloud"))


def by_inventory(world: World, keys: list[str]) -> None:
    """What a list has named, an inventory names again: every file is found, and nothing is new."""
    rows = io.StringIO()
    csv.writer(rows, quoting=csv.QUOTE_ALL).writerows(["trail", urllib.parse.quote(key), "5"] for key in keys)
    s3 = world.aws("s3")
    s3.put_object(Bucket=world.bucket, Key="inventory/data/1.csv.gz", Body=gzip.compress(rows.getvalue().encode()))
    manifest = {"sourceBucket": "trail", "destinationBucket": f"arn:aws:s3:::{world.bucket}", "fileFormat": "CSV"}
    manifest |= {"fileSchema": "Bucket, Key, Size", "files": [{"key": "inventory/data/1.csv.gz"}]}
    s3.put_object(Bucket=world.bucket, Key="inventory/manifest.json", Body=json.dumps(manifest).encode())
    error, said = world.run({"inventory": {"bucket": world.bucket, "key": "inventory/manifest.json"}})
    totals = said["totals"]
    got = (error, totals["files"], totals["failed"], totals["opened"], totals["closed"])
    expect("by inventory", got, ("FilesFailed", len(keys), 3, 0, 0))
    print("by inventory: the same files, nothing new")


def aloud(world: World) -> None:
    """Whoever wants alerts gets them, where the event is not before what the input says."""
    given = {"bucket": "trail", "list": {"bucket": world.bucket, "key": "lists/one.json"}}
    world.aws("s3").put_object(Bucket=world.bucket, Key="lists/one.json", Body=json.dumps([{"Key": BREAKS_OFF}]).encode())
    error, said = world.run(given, "2026-11-20T11:30:00Z")
    expect("one file", (error, said["totals"]["opened"]), ("FilesFailed", len(world.found(said))))
    until("an alert", lambda: world.waiting(world.heard), 20)
    print("with an earlier alerts_since: an alert")


def leads_somewhere(states: Any, first: str) -> None:
    """Every state is there, and can be reached."""
    reached, ahead = set(), [first]
    while ahead:
        name = ahead.pop()
        if name not in states:
            sys.exit(f"the machine goes on to {name}, which it has not")
        if name in reached:
            continue
        reached.add(name)
        state = states[name]
        ahead += [it["Next"] for it in [state, *state.get("Choices", []), *state.get("Catch", [])] if "Next" in it]
        ahead += [state["Default"]] if "Default" in state else []
        if processor := state.get("ItemProcessor"):
            leads_somewhere(processor["States"], processor["StartAt"])
    expect("states that are reached", reached, set(states))


def same_processors() -> None:
    """The three ways to name files differ in how they are read, and in nothing else."""
    definition = loaded(HISTORY.read_text())["Resources"]["History"]["Properties"]["Definition"]
    states = definition["States"]
    leads_somewhere(states, definition["StartAt"])
    ways = [states[f"FilesOf{name}"] for name in ("Prefix", "Inventory", "List")]
    for way in ways:
        for name in ("Label", "ItemReader"):
            del way[name]
        way["ItemSelector"].pop("encoded", None)
    expect("the maps", [way == ways[0] for way in ways], [True, True, True])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binaries", type=pathlib.Path, required=True, help="folder with the function's binary")
    parser.add_argument("--command", type=pathlib.Path, required=True, help="the command tattletrail")
    arguments = parser.parse_args()
    in_own_environment()
    same_processors()
    with tempfile.TemporaryDirectory(prefix="tattletrail-history-") as scratch, Stand() as server:
        folder = prepared(pathlib.Path(scratch) / "trail")
        s3 = server.client("s3")
        s3.create_bucket(Bucket="code")
        s3.put_object(Bucket="code", Key="trail-files.zip", Body=package(arguments.binaries, "trail-files"))
        keys = filled(server, folder)
        try:
            one_after_another(server, keys, folder, arguments.command.resolve())
        except SystemExit:
            print(server.log.read_text(errors="replace")[-6000:], file=sys.stderr)
            raise
    print("the history is what the scan says")


if __name__ == "__main__":
    main()
