#!/usr/bin/env python3
"""Deploys `infra/org` into a stand-in of AWS on this machine, as one account that is member, log archive and audit account.

    python3 tests/infra/organisation.py

Needs the packages of `tests/infra/requirements-deploy.txt`; without them it makes an environment for itself.

What happens on a member's default bus has to reach the targets of the rules on the two buses of the audit account: a call of
CloudTrail, a pulse, an alarm, a new file; and what has no business there has to stay in the member, and if it came by other
ways, on the bus. An alarm there has to reach the operations topic. Removed, the stacks have to leave nothing behind.

What the stand-in cannot show, since it has no such thing: another account and another Region (it delivers to buses of its own
only), policies (it asks nobody for permission: not the buses' bond to the organisation, no role, no external id), StackSets,
archives, the state of a rule that brings in calls that only read, the schedule's call coming back by CloudTrail, events that
CloudWatch makes of alarms by itself, delivery to log groups (queues stand in for them and for the function), dead letters.
"""

import argparse
import json
import sys
import time
from typing import Any

from deploy import ACCOUNT, REGION, ROOT, STACK, Server, in_own_environment, loaded, opened, until

FOLDER = ROOT / "infra" / "org"

# What the stand-in does not know, or what has nothing to stand on where a queue is in place of the function.
UNKNOWN_TO_THE_STAND_IN = {
    "AWS::CloudFormation::StackSet",
    "AWS::Events::Archive",
    "AWS::Events::EventBusPolicy",
    "AWS::Lambda::Permission",
    "AWS::Logs::ResourcePolicy",
}
BUSES = ["organisation", "members"]
# Source, kind and detail.
Event = tuple[str, str, Any]
ALWAYS = {"Fn::Equals": ["this is", "this is"]}
# A role of the function, and what the stacks are told of it.
FUNCTION_ROLE = f"arn:aws:iam::{ACCOUNT}:role/tattletrail-ApiEventsRole-A1B2C3"
HUB = {"FunctionRoleArns": FUNCTION_ROLE, "SecurityHubExternalId": "tattletrail-o-a1b2c3d4e5"}


def queue_arn(name: str) -> str:
    return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"


def fitted(template: Any) -> Any:
    """The template as the stand-in can take it. Everything that is changed is changed here."""
    resources = template["Resources"]
    for name in [name for name, it in resources.items() if it["Type"] in UNKNOWN_TO_THE_STAND_IN]:
        del resources[name]
    conditions = template.get("Conditions", {})
    # Here the member and the audit account are one; nor does it know in a condition where it is.
    for name in conditions.keys() & {"IsElsewhere", "HasHubRole"}:
        conditions[name] = ALWAYS
    for resource in resources.values():
        if "DependsOn" in resource:
            del resource["DependsOn"]
        if resource["Type"] != "AWS::Events::Rule":
            continue
        rule = resource["Properties"]
        # It knows no other state in which a rule matches.
        rule["State"] = "ENABLED"
        # Nobody but AWS may say `aws.`, and the stand-in holds to it.
        rule["EventPattern"]["source"] = [at for it in rule["EventPattern"]["source"] for at in (it, of_a_test(it))]
        for target in rule["Targets"]:
            arn = json.dumps(target["Arn"])
            if ":lambda:" in arn or ":logs:" in arn:
                target["Arn"] = queue_arn("in-place-of-" + rule["Name"]["Fn::Sub"].replace("${MainStack}-", ""))
    return template


def of_a_test(source: Any) -> Any:
    return json.loads(json.dumps(source).replace("aws.", "test."))


def the_stack_set(central: Any, members: Any) -> None:
    """What the StackSet says has to be what its template asks for: the stand-in makes none."""
    given = {it["ParameterKey"] for it in central["Resources"]["MemberStacks"]["Properties"]["Parameters"]}
    if given != members["Parameters"].keys():
        sys.exit(f"the StackSet gives {sorted(given)}; members.yaml has {sorted(members['Parameters'])}")
    differing = [name for name in given & central["Parameters"].keys() if not alike(central, members, name)]
    if differing:
        sys.exit(f"not the same in central.yaml and members.yaml: {differing}")
    print(f"the StackSet gives the members' {len(given)} parameters")


def the_conditions(members: Any) -> None:
    """Where what is made, which the stand-in cannot tell: by the account and Region that a stack is in."""

    def value(it: Any, known: dict[str, Any]) -> Any:
        [(function, given)] = it.items() if isinstance(it, dict) else [("", it)]
        match function:
            case "Ref":
                return known[given]
            case "Condition":
                return value(members["Conditions"][given], known)
            case "Fn::Equals":
                return value(given[0], known) == value(given[1], known)
            case "Fn::Not":
                return not value(given[0], known)
            case "Fn::And":
                return all(value(part, known) for part in given)
            case "Fn::Join":
                return given[0].join(value(given[1], known))
            case "":
                return it
        sys.exit(f"members.yaml has a condition with {function}, which this check does not know")

    def made(account: str, region: str, alarms: str, roles: list[str]) -> str:
        known = {"AWS::AccountId": account, "AWS::Region": region, "Alarms": alarms, "FunctionRoleArns": roles}
        known |= {"CentralAccount": "111122223333", "CentralRegion": "eu-central-1"}
        known |= {"AllEvents": "false"}
        names = ("IsElsewhere", "ForwardsAll", "ForwardsChosen", "HasAlarms", "HasHubRole")
        return " ".join(name for name in names if value({"Condition": name}, known))

    roles = [FUNCTION_ROLE]
    found = [
        made("111122223333", "eu-central-1", "true", roles),
        made("111122223333", "us-east-1", "true", roles),
        made("444455556666", "eu-central-1", "true", roles),
        made("444455556666", "eu-central-1", "false", [""]),
        made("444455556666", "us-east-1", "true", roles),
    ]
    forwards = "IsElsewhere ForwardsChosen"
    elsewhere = f"{forwards} HasAlarms"
    if found != ["", elsewhere, f"{elsewhere} HasHubRole", forwards, elsewhere]:
        sys.exit(f"what is made where: {found}")
    print("what is made where: as it should be")


def alike(central: Any, members: Any, name: str) -> bool:
    one, other = central["Parameters"][name], members["Parameters"][name]
    return all(one.get(key) == other.get(key) for key in ("Type", "Default", "AllowedPattern", "AllowedValues"))


class Organisation:
    def __init__(self, server: Server) -> None:
        self.aws = server.client
        self.outputs: dict[str, str] = {}

    def beside(self) -> None:
        """What the stack of Tattletrail itself would have: its queues and its topic, and a queue that hears the topic."""
        names = ["dead-letters", "events"]
        for name in names:
            self.aws("sqs").create_queue(QueueName=f"{STACK}-{name}")
        for name in ["api-events", "pulses", "member-alarms"]:
            self.aws("sqs").create_queue(QueueName=f"in-place-of-{name}")
        self.aws("sqs").create_queue(QueueName="heard")
        topic = self.aws("sns").create_topic(Name=f"{STACK}-operations")["TopicArn"]
        self.aws("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue_arn("heard"))

    def deploy(self, name: str, template: Any, parameters: dict[str, str]) -> None:
        cloudformation = self.aws("cloudformation")
        cloudformation.create_stack(
            StackName=name,
            TemplateBody=json.dumps(fitted(template)),
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )

        def status() -> str:
            stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
            if "FAILED" in stack["StackStatus"] or "ROLLBACK" in stack["StackStatus"]:
                events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
                failed = [it for it in events if "FAILED" in it["ResourceStatus"]]
                sys.exit("\n".join(f"{it['LogicalResourceId']}: {it.get('ResourceStatusReason')}" for it in failed))
            self.outputs |= {it["OutputKey"]: it["OutputValue"] for it in stack.get("Outputs", [])}
            return stack["StackStatus"] if stack["StackStatus"] == "CREATE_COMPLETE" else ""

        until(f"CREATE_COMPLETE of {name}", status)
        made = {it["LogicalResourceId"] for it in cloudformation.describe_stack_resources(StackName=name)["StackResources"]}
        # Nobody asks for everything.
        if missing := template["Resources"].keys() - made - {"ForwardAll"}:
            sys.exit(f"{name}: not deployed: {', '.join(sorted(missing))}")
        print(f"{name}: CREATE_COMPLETE, {len(made)} resources")

    def listen(self) -> None:
        """On both buses of the audit account a rule that hears everything."""
        for bus in BUSES:
            self.aws("sqs").create_queue(QueueName=f"on-{bus}")
            pattern = json.dumps({"account": [{"exists": True}]})
            where = {"EventBusName": f"{STACK}-{bus}"}
            self.aws("events").put_rule(Name="listen", EventPattern=pattern, State="ENABLED", **where)
            target = {"Id": "queue", "Arn": queue_arn(f"on-{bus}")}
            self.aws("events").put_targets(Rule="listen", Targets=[target], **where)

    def listen_no_more(self) -> None:
        for bus in BUSES:
            where = {"EventBusName": f"{STACK}-{bus}"}
            self.aws("events").remove_targets(Rule="listen", Ids=["queue"], **where)
            self.aws("events").delete_rule(Name="listen", **where)

    def happens(self, source: str, kind: str, detail: Any, bus: str = "default") -> None:
        entry = {"Source": f"test.{source}", "DetailType": kind, "Detail": json.dumps(detail), "EventBusName": bus}
        if (answer := self.aws("events").put_events(Entries=[entry]))["FailedEntryCount"]:
            sys.exit(f"the bus {bus} did not take the event: {answer}")

    def arrived(self, queue: str) -> list[Any]:
        """The details of the events in a queue, which are taken out."""
        sqs = self.aws("sqs")
        url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        found = []
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            for message in messages:
                found.append(json.loads(message["Body"]))
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return found

    def goes(self, what: str, way: tuple[str, str], wanted: Event, others: list[Event]) -> None:
        """On its way from the member by a bus to a queue is what is wanted, and none of the others."""
        bus, queue = way
        for event in [*others, wanted]:
            self.happens(*event)
        for place in (f"on-{bus}", queue):
            events = until(f"{what} ({place})", lambda: self.arrived(place), 30)
            time.sleep(1)
            events += self.arrived(place)
            if [it["detail"] for it in events] != [wanted[2]] or events[0]["account"] != ACCOUNT:
                sys.exit(f"{what}, {place}: {json.dumps(events)[:2000]}")
        # On the bus itself, whoever put them there.
        for event in others:
            self.happens(*event, bus=f"{STACK}-{bus}")
        until(f"what is not {what}", lambda: self.arrived(f"on-{bus}"), 30)
        time.sleep(1)
        self.arrived(f"on-{bus}")
        if past := self.arrived(queue):
            sys.exit(f"{what}: the bus let through {json.dumps(past)[:2000]}")
        print(f"{what}: arrived, and nothing else")

    def a_call(self) -> None:
        call = ("ec2", "AWS API Call via CloudTrail", opened())
        other = ("ec2", "EC2 Instance State-change Notification", {"state": "running"})
        self.goes("a call", ("organisation", "in-place-of-api-events"), call, [other])
        # That no rule waits for this one is the member's to know; the bus takes what comes.
        reading = ("ec2", "AWS API Call via CloudTrail", {"eventSource": "ec2.amazonaws.com", "eventName": "DescribeTags"})
        self.happens(*reading)
        time.sleep(1)
        if sent := self.arrived("on-organisation"):
            sys.exit(f"a call that no rule waits for: {json.dumps(sent)[:2000]}")
        print("a call that no rule waits for: stays")

    def a_pulse(self) -> None:
        def tagged(role: str) -> Event:
            issuer = {"type": "Role", "userName": role}
            identity = {"type": "AssumedRole", "sessionContext": {"sessionIssuer": issuer}}
            detail = {"eventSource": "sqs.amazonaws.com", "eventName": "TagQueue", "userIdentity": identity}
            return ("sqs", "AWS API Call via CloudTrail", detail)

        pulse = tagged(f"{STACK}-pulse-{REGION}")
        self.goes("a pulse", ("members", "in-place-of-pulses"), pulse, [tagged("somebody")])
        if sent := self.arrived("on-organisation"):
            sys.exit(f"a pulse went where calls go: {json.dumps(sent)[:2000]}")

    def an_alarm(self) -> None:
        def change(name: str, state: str) -> Event:
            detail = {"alarmName": name, "state": {"value": state, "reason": "test"}}
            return ("cloudwatch", "CloudWatch Alarm State Change", detail)

        silent = change(f"{STACK}-silent", "ALARM")
        others = [change("somebody-elses", "ALARM"), change(f"{STACK}-silent", "OK")]
        self.goes("an alarm", ("members", "in-place-of-member-alarms"), silent, others)
        # Its line in the log makes the alarm there, which is told.
        self.aws("cloudwatch").set_alarm_state(
            AlarmName=f"{STACK}-member-alarm", StateValue="ALARM", StateReason="a line in the log"
        )
        told = until("what the topic says", lambda: self.arrived("heard"), 30)
        names = [json.loads(it["Message"])["AlarmName"] for it in told]
        if names != [f"{STACK}-member-alarm"]:
            sys.exit(f"the operations topic says {names}")
        print("the operations topic: told")

    def a_file(self) -> None:
        def created(folder: str, bucket: str = "trail-of-all") -> Event:
            key = f"AWSLogs/o-a1b2c3d4e5/{ACCOUNT}/{folder}/{REGION}/2026/11/22/a.json.gz"
            return ("s3", "Object Created", {"bucket": {"name": bucket}, "object": {"key": key, "size": 1}})

        others = [created("CloudTrail-Digest"), created("CloudTrail", "another")]
        self.goes("a file", ("organisation", f"{STACK}-events"), created("CloudTrail"), others)

    def the_role(self) -> None:
        """The role for Security Hub trusts whom it was told, and may do one thing."""
        iam = self.aws("iam")
        trust = iam.get_role(RoleName="tattletrail-findings")["Role"]["AssumeRolePolicyDocument"]
        [statement] = (json.loads(trust) if isinstance(trust, str) else trust)["Statement"]
        condition = statement["Condition"]
        asked = (condition["ArnEquals"]["aws:PrincipalArn"], condition["StringEquals"]["sts:ExternalId"])
        if asked != ([FUNCTION_ROLE], HUB["SecurityHubExternalId"]):
            sys.exit(f"the role asks for {asked}")
        if statement["Principal"] != {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}:
            sys.exit(f"the role trusts {statement['Principal']}")
        document = iam.get_role_policy(RoleName="tattletrail-findings", PolicyName="findings")["PolicyDocument"]
        [may] = (json.loads(document) if isinstance(document, str) else document)["Statement"]
        wanted = ("securityhub:BatchImportFindings", f"arn:aws:securityhub:*:{ACCOUNT}:product/{ACCOUNT}/default")
        if (may["Action"], may["Resource"]) != wanted:
            sys.exit(f"the role may {may}")
        print("the role for Security Hub: as told")

    def remove(self, names: list[str]) -> None:
        cloudformation, events = self.aws("cloudformation"), self.aws("events")
        for name in names:
            cloudformation.delete_stack(StackName=name)

        def left() -> list[str]:
            rules = [it["Name"] for it in events.list_rules()["Rules"]]
            buses = [it["Name"] for it in events.list_event_buses()["EventBuses"] if it["Name"] != "default"]
            roles = [it["RoleName"] for it in self.aws("iam").list_roles()["Roles"]]
            alarms = [it["AlarmName"] for it in self.aws("cloudwatch").describe_alarms()["MetricAlarms"]]
            return rules + buses + roles + alarms

        until(f"the end of everything (left: {left()})", lambda: not left(), 30)
        print("removed: no rule, bus, role or alarm is left")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.parse_args()
    in_own_environment()
    templates = {name: loaded((FOLDER / f"{name}.yaml").read_text()) for name in ("central", "members", "log-archive")}
    the_stack_set(templates["central"], templates["members"])
    the_conditions(templates["members"])
    where = {"CentralAccount": ACCOUNT, "CentralRegion": REGION}
    files = {"TrailBucketName": "trail-of-all"}
    with Server() as server:
        organisation = Organisation(server)
        try:
            organisation.beside()
            central = {"OrganizationId": "o-a1b2c3d4e5", "LogArchiveAccount": ACCOUNT} | files
            organisation.deploy("central", templates["central"], central)
            organisation.deploy("members", templates["members"], where | HUB)
            organisation.deploy("log-archive", templates["log-archive"], where | files)
            organisation.listen()
            organisation.a_call()
            organisation.a_pulse()
            organisation.an_alarm()
            organisation.a_file()
            organisation.the_role()
            organisation.listen_no_more()
            organisation.remove(["log-archive", "members", "central"])
        except SystemExit:
            print(server.log.read_text(errors="replace")[-6000:], file=sys.stderr)
            raise
    print("forwarded, told, removed")


if __name__ == "__main__":
    main()
