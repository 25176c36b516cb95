#!/usr/bin/env python3
"""Deploys `infra/sam/template.yaml` into a stand-in of AWS on this machine and has it find something.

    python3 tests/infra/deploy.py --binaries target/lambda

The folder holds what `cargo lambda build` made (`NAME/bootstrap`), or binaries by their names (`NAME`), for this machine's
processor. Needs the packages of `tests/infra/requirements-deploy.txt`; without them it makes an environment for itself.

One call that opens SSH to the internet comes by all three ways: on the bus, in the trail's log group and in a file in the
trail's bucket. It has to come out as one finding: one alert, one metric. Then what can't be read, and the schedule. After
that each way in alone, with the function that the others leave out left out: the same call, the same finding.
"""

import argparse
import contextlib
import gzip
import io
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import venv
import zipfile
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

T = TypeVar("T")

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TEMPLATE = ROOT / "infra" / "sam" / "template.yaml"
FUNCTIONS = ["api-events", "trail-logs", "trail-files"]
ACCOUNT, REGION, STACK = "123456789012", "us-east-1", "tattletrail"

# What is chosen: all ways together, then each alone. A log group and a bucket can be given where no trail is made.
EVERY_WAY = {"UseEventBridge": "true", "UseLogs": "true", "UseFiles": "true", "CreateTrail": "true"}
EVERY_WAY |= {"MetricsProfile": "standard"}
ONE_WAY = {
    "events": {"UseEventBridge": "true", "AllEvents": "true"},
    "logs": {"UseEventBridge": "false", "UseLogs": "true", "TrailLogGroupName": "given/trail"},
    "files": {"UseEventBridge": "false", "UseFiles": "true", "TrailBucketName": "given-trail"},
}
# What each way brings, and no other.
OF_A_WAY = {"events": "ApiEvents", "logs": "TrailLogs", "files": "TrailFiles"}

# What the stand-in does not know; cfn-lint checks these against CloudFormation's own schemas.
UNKNOWN_TO_THE_STAND_IN = {
    "AWS::CloudTrail::Trail",
    "AWS::CloudWatch::CompositeAlarm",
    "AWS::Logs::QueryDefinition",
    "AWS::XRay::Group",
    "AWS::XRay::ResourcePolicy",
    "AWS::XRay::SamplingRule",
}


def in_own_environment() -> None:
    """Starts again in an environment that has what is needed, where this one has not."""
    try:
        import boto3  # noqa: F401
        import ministack  # noqa: F401
        import samtranslator  # noqa: F401
        import yaml  # noqa: F401
    except ImportError:
        if os.environ.get("STAND_IN_ENVIRONMENT_MADE"):
            raise
    else:
        return
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tattletrail-deploy-"))
    try:
        venv.create(folder, with_pip=True)
        python = folder / "bin" / "python"
        wanted = ["install", "--quiet", "--disable-pip-version-check", "-r", HERE / "requirements-deploy.txt"]
        subprocess.run([python, "-m", "pip", *wanted], check=True)
        environment = os.environ | {"STAND_IN_ENVIRONMENT_MADE": str(folder)}
        sys.exit(subprocess.run([python, *sys.argv], env=environment).returncode)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def loaded(text: str) -> Any:
    """A template in YAML, its short functions written out."""
    import yaml

    class Loader(yaml.SafeLoader):
        pass

    def function(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> Any:
        if isinstance(node, yaml.ScalarNode):
            value: Any = loader.construct_scalar(node)
        elif isinstance(node, yaml.SequenceNode):
            value = loader.construct_sequence(node, deep=True)
        else:
            value = loader.construct_mapping(node, deep=True)
        if suffix == "GetAtt" and isinstance(value, str):
            value = value.split(".", 1)
        return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}

    Loader.add_multi_constructor("!", function)
    # "2012-10-17" is a word here and not a day.
    Loader.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in Loader.yaml_implicit_resolvers.items()
    }
    return yaml.load(text, Loader)


def fitted(template: Any, endpoint: str, bucket: str) -> Any:
    """The template as the stand-in can take it. Everything that is changed is changed here."""
    resources = template["Resources"]
    gone = {name for name, resource in resources.items() if resource["Type"] in UNKNOWN_TO_THE_STAND_IN}
    # Nor does it know alarms that calculate.
    gone |= {name for name, resource in resources.items() if "Metrics" in resource.get("Properties", {})}
    for name in gone:
        del resources[name]
    for name, output in list(template["Outputs"].items()):
        if any(f'"{resource}"' in json.dumps(output) for resource in gone):
            del template["Outputs"][name]
    for resource in resources.values():
        if resource["Type"] == "AWS::Serverless::Function":
            binary = resource["Metadata"]["BuildProperties"]["Binary"]
            resource["Properties"]["CodeUri"] = {"Bucket": bucket, "Key": f"{binary}.zip"}
        if resource["Type"] == "AWS::CloudFormation::Stack":
            resource["Properties"]["TemplateURL"] = f"{endpoint}/{bucket}/dashboards.json"
        # It knows no other state in which a rule matches.
        if resource["Type"] == "AWS::Events::Rule":
            resource["Properties"]["State"] = "ENABLED"
    # CloudFormation makes a number of a parameter that is one; the stand-in leaves it a text.
    queue = resources["TrailFiles"]["Properties"]["Events"]["Files"]["Properties"]
    queue["ScalingConfig"] = {"MaximumConcurrency": template["Parameters"]["FilesConcurrency"]["Default"]}
    # The functions find the stand-in, and there is no daemon of X-Ray.
    variables = template["Globals"]["Function"]["Environment"]["Variables"]
    variables |= {"AWS_ENDPOINT_URL": endpoint, "OTEL_TRACES_EXPORTER": "none"}
    # Nobody but AWS may say `aws.`, and the stand-in holds to it.
    for name, resource in resources.items():
        if resource["Type"] == "AWS::Events::Rule" and name.startswith("ApiEventsRule"):
            resource["Properties"]["EventPattern"]["source"].append({"prefix": "test."})
    return template


class Server:
    """The stand-in, on a free port of this machine only."""

    COMMAND = ["-m", "ministack"]

    def __enter__(self) -> "Server":
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.endpoint = f"http://127.0.0.1:{port}"
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tattletrail-aws-"))
        self.log = self.folder / "log"
        environment = os.environ | {
            "GATEWAY_PORT": str(port),
            "BIND_HOST": "127.0.0.1",
            "MINISTACK_ACCOUNT_ID": ACCOUNT,
            "TMPDIR": str(self.folder),
        }
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, *self.COMMAND],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            until("the stand-in", self.answers)
        except BaseException:
            self.__exit__()
            raise
        return self

    def answers(self) -> bool:
        if self.process.poll() is not None:
            sys.exit(f"the stand-in ended:\n{self.log.read_text(errors='replace')[-4000:]}")
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            opener.open(self.endpoint, timeout=5).close()
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True

    def client(self, service: str) -> Any:
        import boto3
        import botocore.config

        config = botocore.config.Config(proxies={}, s3={"addressing_style": "path"})
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=ACCOUNT,
            aws_secret_access_key="secret",
            config=config,
        )

    def __exit__(self, *_: object) -> None:
        # With the functions that it started.
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def until(what: str, ask: Callable[[], T], seconds: float = 90) -> T:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answer := ask():
            return answer
        time.sleep(0.2)
    sys.exit(f"{what} did not come within {seconds:.0f} seconds")


def package(binaries: pathlib.Path, name: str) -> bytes:
    candidates = [binaries / name / "bootstrap", binaries / name]
    binary = next((path for path in candidates if path.is_file()), None)
    if binary is None:
        sys.exit(f"no {name} in {binaries}: cargo lambda build --release -p {name}")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        entry = zipfile.ZipInfo("bootstrap")
        entry.external_attr = 0o755 << 16
        archive.writestr(entry, binary.read_bytes(), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def opened() -> dict[str, Any]:
    """The call of the sample trail that opens SSH, as if made now by somebody in the account of the stand-in."""
    for file in sorted((ROOT / "tests/fixtures/sample-trail/AWSLogs").rglob("*.json.gz")):
        for record in json.loads(gzip.decompress(file.read_bytes())).get("Records", []):
            if record["eventID"] == "bac773ea-374e-4e67-a884-548266432b97":
                text = json.dumps(record).replace("111122223333", ACCOUNT).replace("eu-central-1", REGION)
                return json.loads(text) | {"eventTime": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
    sys.exit("the sample trail has no such call any more")


class Deployment:
    def __init__(self, server: Server) -> None:
        self.server = server
        self.aws = server.client

    def deploy(self, binaries: pathlib.Path, chosen: dict[str, str]) -> None:
        s3, cloudformation = self.aws("s3"), self.aws("cloudformation")
        s3.create_bucket(Bucket="code")
        for name in FUNCTIONS:
            s3.put_object(Bucket="code", Key=f"{name}.zip", Body=package(binaries, name))
        dashboards = json.loads((TEMPLATE.parent / "dashboards.json").read_text())
        resources = dashboards["Resources"].items()
        kept = {name: value for name, value in resources if value["Type"] not in UNKNOWN_TO_THE_STAND_IN}
        body = json.dumps(dashboards | {"Resources": kept})
        s3.put_object(Bucket="code", Key="dashboards.json", Body=body.encode())
        template = fitted(loaded(TEMPLATE.read_text()), self.server.endpoint, "code")
        s3.put_object(Bucket="code", Key="template.json", Body=json.dumps(template).encode())
        given = {"Architecture": "x86_64", "LogLevel": "debug"} | chosen
        cloudformation.create_stack(
            StackName=STACK,
            TemplateURL=f"{self.server.endpoint}/code/template.json",
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()],
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        )

        def status() -> str:
            stack = cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]
            if stack["StackStatus"] == "CREATE_COMPLETE":
                self.outputs = {it["OutputKey"]: it["OutputValue"] for it in stack.get("Outputs", [])}
                return stack["StackStatus"]
            if "FAILED" in stack["StackStatus"] or "ROLLBACK" in stack["StackStatus"]:
                events = cloudformation.describe_stack_events(StackName=STACK)["StackEvents"]
                failed = [it for it in events if "FAILED" in it["ResourceStatus"]]
                sys.exit("\n".join(f"{it['LogicalResourceId']}: {it.get('ResourceStatusReason')}" for it in failed))
            return ""

        until("CREATE_COMPLETE", status)
        made = cloudformation.describe_stack_resources(StackName=STACK)["StackResources"]
        self.made = {it["LogicalResourceId"] for it in made}
        self.could_be = template["Resources"].keys()
        print(f"CREATE_COMPLETE: {len(made)} resources")

    def everything_is_there(self) -> None:
        # Nobody's address is given, the chosen events are taken, and the rules are the built-in ones.
        missing = self.could_be - {"AlertMail", "OperationsMail", "ApiEventsRuleAll", "RulesRefused"} - self.made
        if missing:
            sys.exit(f"not deployed: {', '.join(sorted(missing))}")

    def nothing_else_is_there(self, way: str) -> None:
        others = tuple(start for other, start in OF_A_WAY.items() if other != way)
        needless = sorted(name for name in self.made if name.startswith(others))
        if needless or OF_A_WAY[way] not in self.made:
            sys.exit(f"with {way} alone: {', '.join(needless) or 'its function is missing'}")

    def listen(self) -> None:
        """A queue that hears what the topic says."""
        sqs = self.aws("sqs")
        self.heard = sqs.create_queue(QueueName="heard")["QueueUrl"]
        arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:heard"
        self.aws("sns").subscribe(TopicArn=self.outputs["AlertTopicArn"], Protocol="sqs", Endpoint=arn)

    def alerts(self) -> list[Any]:
        answer = self.aws("sqs").receive_message(
            QueueUrl=self.heard, MaxNumberOfMessages=10, VisibilityTimeout=0, WaitTimeSeconds=0
        )
        return [json.loads(json.loads(it["Body"])["Message"]) for it in answer.get("Messages", [])]

    def findings(self) -> float:
        now = time.time()
        answer = self.aws("cloudwatch").get_metric_statistics(
            Namespace="Tattletrail/Detection",
            MetricName="Findings",
            Dimensions=[{"Name": "Level", "Value": "high"}],
            StartTime=now - 3600,
            EndTime=now + 3600,
            Period=3600,
            Statistics=["Sum"],
        )
        return float(sum(point["Sum"] for point in answer["Datapoints"]))

    def waiting(self, url: str) -> int:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        answer = self.aws("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)
        return sum(int(answer["Attributes"][name]) for name in names)

    def healths(self, function: str) -> list[Any]:
        """The lines of health in the function's log."""
        logs, group = self.aws("logs"), f"/aws/lambda/{STACK}-{function}"
        events = logs.filter_log_events(logGroupName=group).get("events", [])
        lines = [line for event in events for line in event["message"].splitlines() if '"_aws"' in line]
        return [json.loads(line[line.index("{") :]) for line in lines]

    def bus(self, detail: str, kind: str = "AWS API Call via CloudTrail") -> None:
        entry = {"Source": "test.ec2", "DetailType": kind, "Detail": detail}
        answer = self.aws("events").put_events(Entries=[entry])
        if answer["FailedEntryCount"]:
            sys.exit(f"the bus did not take the event: {answer}")

    def one_call_by_three_ways(self) -> None:
        record = opened()
        self.bus(json.dumps(record))
        [alert] = until("the alert", self.alerts)
        until("the metric", self.findings)
        print(f"on the bus: {alert['title']}; an alert and a metric")
        self.log(f"/aws/cloudtrail/{STACK}", record)
        until("the copy in the log group", lambda: sum(it["Copies"] for it in self.healths("trail-logs")))
        print("in the log group: a copy, nothing is sent again")
        self.file(self.outputs["TrailBucketOut"], record)
        until("the copy in the bucket", lambda: sum(it["Copies"] for it in self.healths("trail-files")))
        print("in the bucket: a copy, nothing is sent again")
        alerts, findings = len(self.alerts()), self.findings()
        if (alerts, findings) != (1, 1.0):
            sys.exit(f"one call is {alerts} alerts and {findings} in the metric")
        rows = self.aws("dynamodb").scan(TableName=self.outputs["LedgerTable"])["Items"]
        print(f"one finding; the ledger has {len(rows)} rows")

    def one_call_by(self, way: str) -> None:
        record = opened()
        if way == "events":
            self.bus(json.dumps(record))
        elif way == "logs":
            self.log("given/trail", record)
        else:
            self.file("given-trail", record)
        [alert] = until("the alert", self.alerts)
        until("the metric", self.findings)
        print(f"by {way} alone: {alert['title']}; an alert and a metric")

    def log(self, group: str, record: Any) -> None:
        logs = self.aws("logs")
        logs.create_log_stream(logGroupName=group, logStreamName="trail")
        line = {"timestamp": int(time.time() * 1000), "message": json.dumps(record)}
        logs.put_log_events(logGroupName=group, logStreamName="trail", logEvents=[line])

    def file(self, bucket: str, record: Any) -> None:
        key = f"AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/2026/11/22/a.json.gz"
        body = gzip.compress(json.dumps({"Records": [record]}).encode())
        self.aws("s3").put_object(Bucket=bucket, Key=key, Body=body)

    def what_is_given(self, way: str) -> None:
        """What an account has before the stack."""
        if way == "logs":
            self.aws("logs").create_log_group(logGroupName="given/trail")
        if way == "files":
            s3 = self.aws("s3")
            s3.create_bucket(Bucket="given-trail")
            configuration = {"EventBridgeConfiguration": {}}
            s3.put_bucket_notification_configuration(Bucket="given-trail", NotificationConfiguration=configuration)

    def invoke(self, payload: str) -> Any:
        answer = self.aws("lambda").invoke(FunctionName=self.outputs["ApiEventsArn"], Payload=payload.encode())
        said = json.loads(answer["Payload"].read())
        if answer.get("FunctionError"):
            sys.exit(f"the function failed: {said}")
        return said

    def what_cannot_be_read(self) -> None:
        self.invoke('{"no": "record"}')
        until("the rejected message", lambda: self.waiting(self.outputs["RejectedQueueUrl"]))
        print("what can't be read: in the queue of rejected messages")

    def the_schedule(self) -> None:
        said = self.invoke(json.dumps({"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}}))
        if said.get("skipped") != 1:
            sys.exit(f"the schedule was taken for something else: {said}")
        print("the schedule: the ledger was read")

    def dashboards(self) -> None:
        names = {it["DashboardName"] for it in self.aws("cloudwatch").list_dashboards()["DashboardEntries"]}
        wanted = {f"{STACK}-pipeline", f"{STACK}-account-baseline"}
        if not wanted <= names:
            sys.exit(f"dashboards: {names}, expected {wanted}")
        body = self.aws("cloudwatch").get_dashboard(DashboardName=f"{STACK}-pipeline")["DashboardBody"]
        if "${" in body or f"{STACK}-api-events" not in json.dumps(json.loads(body)):
            sys.exit("the dashboard of the pipeline does not name this stack")
        print(f"dashboards: {', '.join(sorted(wanted))}")

    def alarms(self) -> None:
        named = self.aws("cloudwatch").describe_alarms(AlarmNamePrefix=f"{STACK}-", MaxRecords=100)["MetricAlarms"]
        silent = [it["AlarmName"] for it in named if it["AlarmName"].endswith("silent")]
        lenient = [name for it in named if (name := it["AlarmName"]) in silent and it["TreatMissingData"] != "breaching"]
        undescribed = [it["AlarmName"] for it in named if len(it.get("AlarmDescription", "")) < 60]
        if not silent or lenient or undescribed:
            sys.exit(f"alarms: {silent=} {lenient=} {undescribed=}")
        print(f"alarms: {len(named)}, of them {len(silent)} on silence")


@contextlib.contextmanager
def deployed(binaries: pathlib.Path, chosen: dict[str, str], way: str = "") -> Iterator[Deployment]:
    """A stand-in of its own with the stack in it; what it logged is shown where something fails."""
    with Server() as server:
        deployment = Deployment(server)
        try:
            deployment.what_is_given(way)
            deployment.deploy(binaries, chosen)
            yield deployment
        except (SystemExit, ValueError):
            print(server.log.read_text(errors="replace")[-6000:], file=sys.stderr)
            raise


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binaries", type=pathlib.Path, required=True, help="folder with the functions' binaries")
    arguments = parser.parse_args()
    in_own_environment()
    with deployed(arguments.binaries, EVERY_WAY) as deployment:
        deployment.everything_is_there()
        deployment.dashboards()
        deployment.alarms()
        deployment.listen()
        deployment.one_call_by_three_ways()
        deployment.what_cannot_be_read()
        deployment.the_schedule()
    for way, chosen in ONE_WAY.items():
        with deployed(arguments.binaries, chosen, way) as deployment:
            deployment.nothing_else_is_there(way)
            deployment.listen()
            deployment.one_call_by(way)
    print("deployed, found, ended")


if __name__ == "__main__":
    main()
