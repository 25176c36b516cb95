#!/usr/bin/env python3
"""Compares what `infra/sam/template.yaml` and `infra/cdk` make: resources, permissions, alarms, settings, outputs.

    python3 tests/infra/compare.py --cdk FOLDER [--self-check]

FOLDER has `NAME/tattletrail.template.json` for each of `configurations.yml`, as `tests/infra/cdk.py` makes them. What differs
must be in `differences.yml` with a reason, and what is there must differ. With `--self-check` the CDK's templates are
altered, one thing at a time, and each must be noticed. Needs the packages of `requirements-deploy.txt`.
"""

import argparse
import copy
import dataclasses
import fnmatch
import json
import logging
import pathlib
import sys
from collections.abc import Callable, Iterator
from typing import Any

import yaml
from deploy import TEMPLATE, loaded
from resolved import Resources, resolved
from samtranslator.translator.transform import transform

HERE = pathlib.Path(__file__).resolve().parent
# What a leaf is changed to: no value that anything has.
OTHER = "something-else"


@dataclasses.dataclass(frozen=True)
class Difference:
    """One thing that is not the same. `at` is empty where the resource as a whole is on one side only."""

    resource: str
    at: str
    sam: str
    cdk: str

    def __str__(self) -> str:
        return f"{self.resource}, {self.at or 'as a whole'}\n    SAM: {self.sam[:400]}\n    CDK: {self.cdk[:400]}"


NONE = "none"


def written(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def differences(sam: Resources, cdk: Resources) -> Iterator[Difference]:
    for name in sorted(sam.keys() | cdk.keys()):
        if name not in cdk:
            yield Difference(name, "", "there", NONE)
        elif name not in sam:
            yield Difference(name, "", NONE, "there")
        else:
            yield from within(name, "", sam[name], cdk[name])


def within(name: str, at: str, sam: Any, cdk: Any) -> Iterator[Difference]:
    if isinstance(sam, dict) and isinstance(cdk, dict):
        for key in sorted(sam.keys() | cdk.keys()):
            inner = f"{at}.{key}" if at else key
            if key in sam and key in cdk:
                yield from within(name, inner, sam[key], cdk[key])
            else:
                sides = (written(side[key]) if key in side else NONE for side in (sam, cdk))
                yield Difference(name, inner, *sides)
    elif isinstance(sam, list) and isinstance(cdk, list):
        # No list of these resources has an order that matters.
        first, second = sorted(map(written, sam)), sorted(map(written, cdk))
        if first != second:
            only = [item for item in first if item not in second], [item for item in second if item not in first]
            yield Difference(name, f"{at}[]", *map(written, only))
    elif sam != cdk:
        yield Difference(name, at, written(sam), written(cdk))


class Expected:
    """The differences that have a reason."""

    def __init__(self, entries: list[dict[str, Any]]) -> None:
        self.entries = entries
        self.met = [False] * len(entries)
        for entry in entries:
            if odd := entry.keys() ^ ({"resource", "at", "sam", "cdk", "reason"} & entry.keys()):
                sys.exit(f"differences.yml: unknown {', '.join(odd)} in {entry}")
            if not {"resource", "sam", "cdk"} <= entry.keys() or len(str(entry.get("reason", "")).split()) < 5:
                sys.exit(f"differences.yml: without resource, sam, cdk or a reason: {entry}")

    def explains(self, difference: Difference) -> bool:
        for index, entry in enumerate(self.entries):
            same = fnmatch.fnmatchcase(difference.resource, entry["resource"]) and difference.at == entry.get("at", "")
            if same and all(self.fits(entry[side], getattr(difference, side)) for side in ("sam", "cdk")):
                self.met[index] = True
                return True
        return False

    @staticmethod
    def fits(wanted: Any, found: str) -> bool:
        """A text is a pattern; anything else is the value itself."""
        return fnmatch.fnmatchcase(found, wanted) if isinstance(wanted, str) else found == written(wanted)

    def unmet(self) -> list[dict[str, Any]]:
        return [entry for entry, met in zip(self.entries, self.met, strict=True) if not met]


class NoManagedPolicies:
    def load(self) -> dict[str, str]:
        return {}


def of_sam(given: dict[str, Any]) -> Resources:
    template = loaded(TEMPLATE.read_text())
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = {"Bucket": "code", "Key": "zip"}
    whole = transform(template, dict(given), NoManagedPolicies())
    nested = {"dashboards.json": json.loads((TEMPLATE.parent / "dashboards.json").read_text())}
    return resolved(whole, given, nested)


def of_cdk(template: dict[str, Any]) -> Resources:
    return resolved(template, {})


def unexplained(sam: Resources, template: dict[str, Any], expected: Expected) -> list[Difference]:
    return [found for found in differences(sam, of_cdk(template)) if not expected.explains(found)]


def properties(template: dict[str, Any], kind: str, having: str = "") -> dict[str, Any]:
    """The properties of the first resource of a kind with a word in it."""
    for resource in template["Resources"].values():
        if resource["Type"] == kind and having in written(resource):
            return resource["Properties"]
    sys.exit(f"self-check: no {kind} with {having} any more")


Alteration = Callable[[dict[str, Any]], Any]


def statement(template: dict[str, Any], sid: str) -> dict[str, Any]:
    for policy in properties(template, "AWS::IAM::Role", f'"{sid}"')["Policies"]:
        for found in policy["PolicyDocument"]["Statement"]:
            if found.get("Sid") == sid:
                return found
    sys.exit(f"self-check: no statement {sid} any more")


def drop(template: dict[str, Any], kind: str, having: str = "") -> None:
    gone = properties(template, kind, having)
    template["Resources"] = {id: it for id, it in template["Resources"].items() if it.get("Properties") is not gone}


def attached(template: dict[str, Any]) -> None:
    role = next(id for id, it in template["Resources"].items() if it["Type"] == "AWS::IAM::Role")
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    more = {"PolicyName": "more", "PolicyDocument": document, "Roles": [{"Ref": role}]}
    template["Resources"]["More"] = {"Type": "AWS::IAM::Policy", "Properties": more}


def kept(template: dict[str, Any]) -> None:
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::DynamoDB::Table":
            resource["DeletionPolicy"] = "Delete"


# What somebody might get wrong, in words.
ALTERATIONS: dict[str, Alteration] = {
    "an action more": lambda it: statement(it, "Ledger")["Action"].append("dynamodb:DeleteItem"),
    "any resource": lambda it: statement(it, "Alerts").update(Resource="*"),
    "no condition": lambda it: statement(it, "Metrics").pop("Condition"),
    "rules of any account": lambda it: statement(it, "RulesInBucket").pop("Condition"),
    "a policy beside the role": attached,
    "another threshold": lambda it: properties(it, "AWS::CloudWatch::Alarm", "-rejected").update(Threshold=2),
    "an alarm less": lambda it: drop(it, "AWS::CloudWatch::Alarm", "-dead-letters"),
    "silence is no alarm": lambda it: properties(it, "AWS::CloudWatch::Alarm", "-silent").update(
        TreatMissingData="notBreaching"
    ),
    "a variable less": lambda it: properties(it, "AWS::Lambda::Function")["Environment"]["Variables"].pop(
        "TATTLETRAIL_REJECTED"
    ),
    "no retries": lambda it: properties(it, "AWS::Lambda::EventInvokeConfig").update(MaximumRetryAttempts=0),
    "no dead letters": lambda it: properties(it, "AWS::Events::Rule", "-pulse")["Targets"][0].pop("DeadLetterConfig"),
    "a permission less": lambda it: drop(it, "AWS::Lambda::Permission"),
    "in the clear": lambda it: drop(it, "AWS::SQS::QueuePolicy", "RejectedQueue"),
    "no encryption": lambda it: properties(it, "AWS::SQS::Queue").pop("KmsMasterKeyId"),
    "gone with the stack": kept,
    "an output less": lambda it: it["Outputs"].pop("KeyArn"),
    "a queue more": lambda it: it["Resources"].update(
        More={"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "more"}}
    ),
}


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The ways to all that is no list and no object; a function of CloudFormation is one thing."""
    function = isinstance(value, dict) and len(value) == 1 and next(iter(value)).startswith(("Ref", "Fn::"))
    if isinstance(value, dict | list) and not function:
        for key, member in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(member, (*path, key))
    else:
        yield path


def altered(template: dict[str, Any], id: str, path: tuple[Any, ...]) -> dict[str, Any]:
    """The template with one thing of one resource changed; what is not changed is shared."""
    resource = copy.deepcopy(template["Resources"][id])
    place = resource["Properties"]
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = OTHER
    return template | {"Resources": template["Resources"] | {id: resource}}


def noticed(sam: Resources, template: dict[str, Any], entries: list[dict[str, Any]]) -> bool:
    try:
        return bool(unexplained(sam, template, Expected(entries)))
    except (KeyError, ValueError):
        # It refers to what is not there, or can't be told apart from another.
        return True


def self_check(sam: Resources, template: dict[str, Any], entries: list[dict[str, Any]]) -> int:
    """How many alterations were made; ends where one was not noticed."""
    missed = []
    for name, alter in ALTERATIONS.items():
        changed = copy.deepcopy(template)
        alter(changed)
        if not noticed(sam, changed, entries):
            missed.append(name)
    count = len(ALTERATIONS)
    for id, resource in template["Resources"].items():
        # Where the code lies is the only property that may be anything.
        for path in leaves(resource.get("Properties", {})):
            if path[0] == "Code" or path[-1] in ("Sid", "PolicyName", "Id"):
                continue
            count += 1
            if not noticed(sam, altered(template, id, path), entries):
                missed.append(f"{id} {'.'.join(map(str, path))}")
    if missed:
        sys.exit("\n".join(["self-check: not noticed:", *missed]))
    return count


def main() -> None:
    # The translator counts what it does, for nobody here.
    logging.disable(logging.WARNING)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--cdk", type=pathlib.Path, help="folder with the templates that CDK made")
    what.add_argument("--contexts", type=pathlib.Path, help="only write the contexts to make them with into this file")
    parser.add_argument("--self-check", action="store_true", help="also: is each alteration noticed?")
    arguments = parser.parse_args()
    configurations = yaml.safe_load((HERE / "configurations.yml").read_text())
    if arguments.contexts:
        arguments.contexts.write_text(json.dumps({name: it["cdk"] for name, it in configurations.items()}))
        return
    entries = yaml.safe_load((HERE / "differences.yml").read_text())
    expected = Expected(entries)
    wrong = 0
    for name, configuration in configurations.items():
        sam = of_sam(configuration["sam"])
        template = json.loads((arguments.cdk / name / "tattletrail.template.json").read_text())
        found = unexplained(sam, template, expected)
        for difference in found:
            print(f"{name}: {difference}")
        wrong += len(found)
        print(f"{name}: {len(sam)} resources and outputs, {len(found)} differences without a reason", flush=True)
        if arguments.self_check and not found and name == "everything":
            print(f"{name}: {self_check(sam, template, entries)} alterations, each noticed", flush=True)
    for entry in expected.unmet():
        wrong += 1
        print(f"differences.yml: no longer so: {entry['resource']} {entry.get('at', '')}")
    if wrong:
        sys.exit(f"{wrong} differences: make infra/sam and infra/cdk alike, or say why not in {HERE.name}/differences.yml")


if __name__ == "__main__":
    main()
