"""What a CloudFormation template makes, so that two templates can be compared whose resources have other logical ids.

In: a template, the values of its parameters. Out: each resource by its type and its name, with every reference written out
as the value that it will have (an ARN, a name, an address). Policies are sets of grants: who may do what on what, and when.
"""

import json
import re
from typing import Any

ACCOUNT, REGION, STACK = "111122223333", "us-east-1", "tattletrail"
PSEUDO = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Region": REGION,
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::StackName": STACK,
    "AWS::StackId": f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{STACK}/id",
}

# The property that a resource is known by, where it has one.
NAMES = {
    "AWS::CloudFormation::Stack": "TemplateURL",
    "AWS::CloudTrail::Trail": "TrailName",
    "AWS::CloudWatch::Alarm": "AlarmName",
    "AWS::CloudWatch::CompositeAlarm": "AlarmName",
    "AWS::CloudWatch::Dashboard": "DashboardName",
    "AWS::DynamoDB::Table": "TableName",
    "AWS::Events::Rule": "Name",
    # They have no name of their own; what they are for is said in the same words.
    "AWS::IAM::Role": "Description",
    "AWS::KMS::Key": "Description",
    "AWS::KMS::Alias": "AliasName",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::Logs::QueryDefinition": "Name",
    "AWS::Logs::SubscriptionFilter": "FilterName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::XRay::Group": "GroupName",
    "AWS::XRay::ResourcePolicy": "PolicyName",
}
# Those that nothing refers to are known by what they belong to.
BELONGS = {
    "AWS::IAM::Policy": ["PolicyName"],
    "AWS::Lambda::EventInvokeConfig": ["FunctionName"],
    "AWS::Lambda::EventSourceMapping": ["FunctionName", "EventSourceArn"],
    "AWS::Lambda::Permission": ["FunctionName", "Principal", "SourceArn"],
    "AWS::S3::BucketPolicy": ["Bucket"],
    "AWS::SNS::Subscription": ["TopicArn", "Protocol"],
    "AWS::SNS::TopicPolicy": ["Topics"],
    "AWS::SQS::QueuePolicy": ["Queues"],
    "AWS::XRay::SamplingRule": ["SamplingRule.RuleName"],
}
HERE = f"{REGION}:{ACCOUNT}"
ARNS = {
    "AWS::CloudWatch::Alarm": f"arn:aws:cloudwatch:{HERE}:alarm:%s",
    "AWS::CloudWatch::CompositeAlarm": f"arn:aws:cloudwatch:{HERE}:alarm:%s",
    "AWS::DynamoDB::Table": f"arn:aws:dynamodb:{HERE}:table/%s",
    "AWS::Events::Rule": f"arn:aws:events:{HERE}:rule/%s",
    "AWS::IAM::Role": f"arn:aws:iam::{ACCOUNT}:role/%s",
    "AWS::KMS::Key": f"arn:aws:kms:{HERE}:key/%s",
    "AWS::Lambda::Function": f"arn:aws:lambda:{HERE}:function:%s",
    "AWS::Logs::LogGroup": f"arn:aws:logs:{HERE}:log-group:%s:*",
    "AWS::S3::Bucket": "arn:aws:s3:::%s",
    "AWS::SNS::Topic": f"arn:aws:sns:{HERE}:%s",
    "AWS::SQS::Queue": f"arn:aws:sqs:{HERE}:%s",
}
# Words that stand for their resource's name.
NAME_ATTRIBUTES = {"QueueName", "TopicName", "KeyId"}

NOTHING = object()
Resources = dict[str, dict[str, Any]]


class Template:
    """A template with the values of its parameters."""

    def __init__(self, body: dict[str, Any], given: dict[str, Any]) -> None:
        self.body = body
        parameters = body.get("Parameters", {})
        if unknown := given.keys() - parameters.keys():
            raise ValueError(f"no parameters of the template: {', '.join(sorted(unknown))}")
        self.parameters = {name: given.get(name, it.get("Default")) for name, it in parameters.items()}
        everything = body["Resources"].items()
        self.resources = {id: it for id, it in everything if "Condition" not in it or self.holds(it["Condition"])}
        self.names = {id: self.name(it) for id, it in self.resources.items() if it["Type"] not in BELONGS}

    def name(self, resource: dict[str, Any]) -> str:
        """What a resource is called that others may refer to. One that has no name is the only one of its type."""
        given = resource.get("Properties", {}).get(NAMES.get(resource["Type"], ""))
        return self.value(given) if given is not None else ""

    def holds(self, name: str) -> bool:
        return self.test(self.body["Conditions"][name])

    def test(self, condition: Any) -> bool:
        [(function, inner)] = condition.items()
        match function:
            case "Condition":
                return self.holds(inner)
            case "Fn::Equals":
                first, second = map(self.value, inner)
                return bool(first == second)
            case "Fn::Not":
                return not self.test(inner[0])
            case "Fn::And":
                return all(map(self.test, inner))
            case "Fn::Or":
                return any(map(self.test, inner))
        raise ValueError(f"a condition with {function}")

    def value(self, written: Any) -> Any:
        """What something will be. Numbers are texts: CloudFormation takes the one for the other."""
        if isinstance(written, dict):
            if len(written) == 1:
                [(function, inner)] = written.items()
                if function == "Ref" or function.startswith("Fn::"):
                    return self.called(function, inner)
            members = {name: self.value(member) for name, member in written.items()}
            return {name: member for name, member in members.items() if member is not NOTHING}
        if isinstance(written, list):
            return [value for item in written if (value := self.value(item)) is not NOTHING]
        if isinstance(written, bool):
            return "true" if written else "false"
        return str(written)

    def called(self, function: str, inner: Any) -> Any:
        match function:
            case "Ref":
                return self.reference(inner)
            case "Fn::If":
                return self.value(inner[1] if self.holds(inner[0]) else inner[2])
            case "Fn::Sub":
                return self.substituted(inner)
            case "Fn::Join":
                return inner[0].join(self.value(inner[1]))
            case "Fn::GetAtt":
                return self.attribute(*(inner.split(".", 1) if isinstance(inner, str) else inner))
            case "Fn::Split":
                return self.value(inner[1]).split(inner[0])
            case "Fn::Select":
                return self.value(inner[1])[int(inner[0])]
        raise ValueError(f"a function that is not known here: {function}")

    def reference(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return NOTHING
        if name in PSEUDO:
            return PSEUDO[name]
        if name in self.parameters:
            return self.value(self.parameters[name])
        resource = self.resources[name]
        match resource["Type"]:
            case "AWS::SNS::Topic":
                return self.attribute(name, "Arn")
            case "AWS::SQS::Queue":
                return f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{self.names[name]}"
            case _:
                return self.names[name] or f"<{resource['Type']}>"

    def attribute(self, name: str, attribute: str) -> str:
        kind = self.resources[name]["Type"]
        called = self.names[name] or f"<{kind}>"
        if attribute in ("Arn", "TopicArn") and kind in ARNS:
            return ARNS[kind] % called
        return called if attribute in NAME_ATTRIBUTES else f"<{kind} {called} {attribute}>"

    def substituted(self, inner: Any) -> str:
        text, given = inner if isinstance(inner, list) else (inner, {})

        def place(found: re.Match[str]) -> str:
            name = found[1]
            if name.startswith("!"):
                return "${" + name[1:] + "}"
            if name in given:
                return str(self.value(given[name]))
            return str(self.attribute(*name.split(".", 1)) if "." in name else self.reference(name))

        return re.sub(r"\$\{([^}]+)\}", place, text)


def references(written: Any) -> set[str]:
    """The logical ids that something refers to."""
    if isinstance(written, list):
        return set().union(*map(references, written))
    if not isinstance(written, dict):
        return set()
    found = set().union(*map(references, written.values()))
    if isinstance(named := written.get("Ref"), str):
        found.add(named)
    if attribute := written.get("Fn::GetAtt"):
        found.add(attribute.split(".")[0] if isinstance(attribute, str) else attribute[0])
    return found


def resolved(body: dict[str, Any], given: dict[str, Any], nested: dict[str, Any] | None = None) -> Resources:
    """All that a template makes, by type and name. `nested` has the templates of nested stacks by their addresses."""
    template = Template(body, given)
    found: Resources = {}

    def add(key: str, value: dict[str, Any]) -> None:
        if key in found:
            raise ValueError(f"two of the kind {key}: they can't be told apart")
        found[key] = value

    for id, resource in template.resources.items():
        kind, properties = resource["Type"], template.value(resource.get("Properties", {}))
        known = [member(properties, name) for name in BELONGS.get(kind, [])] or [template.names[id]]
        key = " ".join([kind, *known]).strip()
        policies = {name: resource.get(name, "Delete") for name in ("DeletionPolicy", "UpdateReplacePolicy")}
        # What CloudFormation does where nothing is said.
        attributes = {name: policy for name, policy in policies.items() if policy != "Delete"}
        if after := dependencies(template, resource):
            attributes["DependsOn"] = after
        add(key, attributes | canonical(kind, properties))
        if nested and properties.get("TemplateURL") in nested:
            for inner, value in resolved(nested[properties["TemplateURL"]], properties["Parameters"]).items():
                add(inner, value)
    attach(found)
    for name, output in body.get("Outputs", {}).items():
        if "Condition" not in output or template.holds(output["Condition"]):
            add(f"Output {name}", template.value({k: v for k, v in output.items() if k != "Condition"}))
    return found


def member(properties: dict[str, Any], path: str) -> str:
    """A member of a member, as a text."""
    value: Any = properties
    for name in path.split("."):
        value = value.get(name, "")
    return ", ".join(value) if isinstance(value, list) else str(value)


def dependencies(template: Template, resource: dict[str, Any]) -> list[str]:
    """What has to be there before, and is not referred to anyway; by type, since some of it has no name."""
    given = resource.get("DependsOn", [])
    ids = {given} if isinstance(given, str) else set(given)
    ids -= references(resource.get("Properties", {}))
    return sorted(template.resources[id]["Type"] for id in ids if id in template.resources)


def attach(found: Resources) -> None:
    """Gives roles what policies beside them allow them."""
    for key in [key for key in found if key.startswith("AWS::IAM::Policy ")]:
        policy = found.pop(key)
        for name in policy.get("Roles", []):
            role = found[f"AWS::IAM::Role {name}"]
            role["Policies"] = sorted({*role.get("Policies", []), *policy["PolicyDocument"]})


def canonical(kind: str, properties: dict[str, Any]) -> dict[str, Any]:
    """Properties, such that what means the same is the same."""
    made = dict(properties)
    for name, value in properties.items():
        if name.endswith("PolicyDocument") or name == "KeyPolicy":
            made[name] = grants(json.loads(value) if isinstance(value, str) else value)
        elif name == "DashboardBody":
            made[name] = json.loads(value)
        elif name == "AlarmRule":
            made[name] = sorted(value.split(" OR "))
    if kind == "AWS::IAM::Role":
        documents = [policy["PolicyDocument"] for policy in properties.get("Policies", [])]
        made["Policies"] = sorted({grant for document in documents for grant in grants(document)})
    if kind == "AWS::CloudWatch::Alarm" and "Metrics" in properties:
        made["Metrics"] = calculation(properties["Metrics"])
    return made


def many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def grants(document: dict[str, Any]) -> list[str]:
    """A policy as what it comes to: one action, one resource, one principal each."""
    if document.get("Version") != "2012-10-17":
        raise ValueError(f"a policy of the version {document.get('Version')}")
    found = set()
    for statement in many(document["Statement"]):
        # In a policy of a resource, everybody is everybody, written one way or the other.
        principal = statement.get("Principal", {})
        whom = {"AWS": "*"} if principal == "*" else principal
        principals = [f"{kind} {name}" for kind, names in whom.items() for name in many(names)] or ["itself"]
        conditions = {
            operator: {name: sorted(many(values)) for name, values in tests.items()}
            for operator, tests in statement.get("Condition", {}).items()
        }
        when = f" if {json.dumps(conditions, sort_keys=True)}" if conditions else ""
        odd = statement.keys() - {"Sid", "Effect", "Principal", "Action", "Resource", "Condition"}
        if odd:
            raise ValueError(f"a statement with {', '.join(sorted(odd))}, which is not known here")
        for action in many(statement["Action"]):
            for resource in many(statement.get("Resource", "itself")):
                for principal in principals:
                    found.add(f"{statement['Effect']} {principal}: {action} on {resource}{when}")
    return sorted(found)


def calculation(metrics: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Metrics that are calculated, whatever their parts are called and in which order a sum has them."""
    series = [metric for metric in metrics if "Expression" not in metric]
    series.sort(key=lambda metric: json.dumps({k: v for k, v in metric.items() if k != "Id"}, sort_keys=True))
    new = {metric["Id"]: f"part{number}" for number, metric in enumerate(series, 1)}
    made = [metric | {"Id": new[metric["Id"]]} for metric in series]
    for metric in metrics:
        if "Expression" in metric:
            named = re.sub(r"\b\w+\b", lambda word: new.get(word[0], word[0]), metric["Expression"])
            made.append(metric | {"Id": "result", "Expression": sorted(named.split(" + "))})
    return made
