"""What Security Hub asks of a finding beyond its model."""

import json
from dataclasses import dataclass
from typing import Any

from hub.model import shape_problems

FINDING_BYTES = 240 * 1024
BATCH_BYTES = 6 * 1024 * 1024
NAMESPACES = {
    "Software and Configuration Checks",
    "TTPs",
    "Effects",
    "Unusual Behaviors",
    "Sensitive Data Identifications",
}
ACTION_TYPES = {"NETWORK_CONNECTION", "AWS_API_CALL", "DNS_REQUEST", "PORT_PROBE"}


@dataclass(frozen=True)
class Caller:
    """Who calls, and where."""

    account: str
    region: str


def refusals(finding: Any, caller: Caller) -> list[str]:
    """Why Security Hub does not take the finding; nothing if it does."""
    size = len(json.dumps(finding, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass"))
    if size > FINDING_BYTES:
        return [f"the finding has {size} bytes, more than {FINDING_BYTES}"]
    wrong = shape_problems(finding)
    if wrong:
        return wrong
    return [*owner(finding, caller), *schema(finding), *types(finding), *fields(finding), *action(finding)]


def partition(region: str) -> str:
    return "aws-cn" if region.startswith("cn-") else "aws-us-gov" if region.startswith("us-gov-") else "aws"


def owner(finding: dict[str, Any], caller: Caller) -> list[str]:
    """The default product of the calling account and Region, and findings of that account only."""
    account, region = caller.account, caller.region
    wrong = []
    if finding["AwsAccountId"] != account:
        wrong.append(f"/AwsAccountId: is not the calling account {account}")
    mine = f"arn:{partition(region)}:securityhub:{region}:{account}:product/{account}/default"
    if finding["ProductArn"] != mine:
        wrong.append(f"/ProductArn: is not {mine}")
    return wrong


def schema(finding: dict[str, Any]) -> list[str]:
    return [] if finding["SchemaVersion"] == "2018-10-08" else ["/SchemaVersion: is not 2018-10-08"]


def types(finding: dict[str, Any]) -> list[str]:
    """Severity and types are needed, from the provider or at the top; types are of the taxonomy."""
    provided = finding.get("FindingProviderFields", {})
    wrong = []
    severity = provided.get("Severity") or finding.get("Severity") or {}
    if "Label" not in severity and "Normalized" not in severity:
        wrong.append("/FindingProviderFields/Severity: has neither Label nor Normalized")
    listed = [*provided.get("Types", []), *finding.get("Types", [])]
    if not listed:
        wrong.append("/FindingProviderFields/Types: is missing")
    for kind in listed:
        namespace, *rest = kind.split("/")
        if namespace not in NAMESPACES or len(rest) > 2 or not all(rest):
            wrong.append(f"/FindingProviderFields/Types: `{kind}` is not in the taxonomy")
    return wrong


def fields(finding: dict[str, Any]) -> list[str]:
    """What starts with `aws/` is AWS's own."""
    keys = finding.get("ProductFields", {})
    return [f"/ProductFields/{key}: is for AWS alone" for key in keys if key.startswith("aws/")]


def action(finding: dict[str, Any]) -> list[str]:
    found = finding.get("Action", {})
    wrong = []
    if found.get("ActionType", "AWS_API_CALL") not in ACTION_TYPES:
        wrong.append(f"/Action/ActionType: is none of {sorted(ACTION_TYPES)}")
    caller = found.get("AwsApiCallAction", {}).get("CallerType", "domain")
    if caller.lower() not in ("remoteip", "domain"):
        wrong.append("/Action/AwsApiCallAction/CallerType: is neither remoteIp nor domain")
    return wrong
