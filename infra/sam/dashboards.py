#!/usr/bin/env python3
"""Makes `dashboards.json`, the nested template of dashboards and saved questions, out of `infra/dashboards`.

A dashboard's body is one text, so what is not the same everywhere (Region, names of functions) must be put in by `Fn::Sub`;
the files of `infra/dashboards` have the names of a stack called `tattletrail` in us-east-1.

    python3 infra/sam/dashboards.py                       # write it anew
    python3 infra/sam/dashboards.py --check               # is it as it should be?
    python3 infra/sam/dashboards.py --application payments --application shop -o mine.json
"""

import argparse
import json
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parent / "dashboards"
PROFILES = {"standard": "", "free": "free"}
# CloudFormation user guide, "Quotas": the body of a template in S3.
MOST_BYTES = 1_000_000
NAMES = "api-events|trail-logs|trail-files|events|dead-letters|rejected|ledger"


def placed(text: str) -> object:
    """A text with placeholders for what differs from stack to stack."""
    if "${" in text:
        sys.exit(f"a text of infra/dashboards has a placeholder of its own: {text[:200]}")
    new = re.sub(rf"\btattletrail-({NAMES})\b", r"${Stack}-\1", text)
    new = new.replace("us-east-1", "${AWS::Region}").replace("aws-cloudtrail-logs", "${TrailLogGroup}")
    return {"Fn::Sub": new} if new != text else text


def all_placed(value: object) -> object:
    if isinstance(value, dict):
        return {key: all_placed(member) for key, member in value.items()}
    if isinstance(value, list):
        return [all_placed(item) for item in value]
    return placed(value) if isinstance(value, str) else value


def dashboard(profile: str, name: str) -> dict[str, object]:
    body = json.loads((SOURCE / "cloudwatch" / PROFILES[profile] / f"{name}.json").read_text())
    return {
        "Type": "AWS::CloudWatch::Dashboard",
        "Condition": profile.title(),
        "Properties": {
            "DashboardName": {"Fn::Sub": "${Stack}-" + name},
            "DashboardBody": placed(json.dumps(body, ensure_ascii=False, separators=(",", ":"))),
        },
    }


def questions() -> dict[str, object]:
    resources = json.loads((SOURCE / "logs-insights" / "queries.json").read_text())["Resources"]
    made = {}
    for name, resource in resources.items():
        properties = all_placed(resource["Properties"])
        # Two stacks of one account must not have the same names.
        title = resource["Properties"]["Name"].removeprefix("tattletrail/")
        properties["Name"] = {"Fn::Sub": "${Stack}/" + title}
        made[name] = {**resource, "Properties": properties}
    return made


def template(applications: list[str]) -> str:
    resources: dict[str, object] = {}
    for profile in PROFILES:
        for name in ["pipeline", *applications]:
            resources[re.sub(r"\W", "", f"{name} {profile}".title())] = dashboard(profile, name)
    resources |= questions()
    value = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "Dashboards and saved questions of Tattletrail; made by infra/sam/dashboards.py, edited by nobody",
        "Parameters": {
            "Stack": {"Type": "String", "Default": "tattletrail", "Description": "Name of the stack of the functions"},
            "MetricsProfile": {
                "Type": "String",
                "Default": "free",
                "AllowedValues": ["free", "standard"],
                "Description": "Which metrics there are; the same as of that stack",
            },
            "TrailLogGroup": {
                "Type": "String",
                "Default": "aws-cloudtrail-logs",
                "Description": "The log group that the trail writes to",
            },
        },
        "Conditions": {
            profile.title(): {"Fn::Equals": [{"Ref": "MetricsProfile"}, profile]} for profile in PROFILES
        },
        "Resources": resources,
    }
    text = json.dumps(value, ensure_ascii=False, indent=0, separators=(",", ":")) + "\n"
    if len(text.encode()) > MOST_BYTES:
        sys.exit("the template is larger than CloudFormation takes: give fewer applications")
    return text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--application", action="append", help="a threat model's name; account-baseline without")
    parser.add_argument("--check", action="store_true", help="write nothing, fail where the file is not as it should be")
    parser.add_argument("-o", "--output", type=pathlib.Path, default=HERE / "dashboards.json")
    arguments = parser.parse_args()
    text = template(arguments.application or ["account-baseline"])
    if not arguments.check:
        arguments.output.write_text(text)
    elif not arguments.output.exists() or arguments.output.read_text() != text:
        sys.exit(f"{arguments.output} is not what infra/dashboards makes: run python3 infra/sam/dashboards.py")


if __name__ == "__main__":
    main()
