"""The findings that Security Hub holds, and what an import or an analyst changes of them."""

import copy
import datetime
from typing import Any

from hub.rules import Caller

Finding = dict[str, Any]

# Only a customer changes these once the finding is there.
CUSTOMERS = ("Note", "UserDefinedFields", "VerificationState", "Workflow")
# These follow the provider's until a customer has set them.
PROVIDERS = ("Confidence", "Criticality", "RelatedFindings", "Severity", "Types")
NORMALIZED = {"INFORMATIONAL": 0, "LOW": 1, "MEDIUM": 40, "HIGH": 70, "CRITICAL": 90}


class Store:
    """Findings by account, Region, product and id, in the order of their first import."""

    def __init__(self) -> None:
        self.findings: dict[tuple[str, str, str, str], Finding] = {}
        self.overridden: dict[tuple[str, str, str, str], Finding] = {}

    def put(self, caller: Caller, finding: Finding) -> bool:
        """Takes a valid finding; false if it is not newer than the one that is there."""
        key = (caller.account, caller.region, finding["ProductArn"], finding["Id"])
        stored = self.findings.get(key)
        if stored and moment(finding["UpdatedAt"]) <= moment(stored["UpdatedAt"]):
            return False
        taken = filled(copy.deepcopy(finding), caller)
        if stored:
            keep(taken, stored)
        taken.update(copy.deepcopy(self.overridden.get(key, {})))
        self.findings[key] = taken
        return True

    def of(self, caller: Caller) -> list[Finding]:
        """What the caller sees."""
        mine = (caller.account, caller.region)
        return [finding for key, finding in self.findings.items() if key[:2] == mine]

    def change(self, caller: Caller, identifier: dict[str, str], changes: Finding) -> bool:
        """What an analyst sets; false if there is no such finding."""
        key = (caller.account, caller.region, identifier["ProductArn"], identifier["Id"])
        if key not in self.findings:
            return False
        changes = copy.deepcopy(changes)
        if "Severity" in changes:
            changes["Severity"] = full_severity(changes["Severity"])
        mine = {name: value for name, value in changes.items() if name in PROVIDERS}
        self.overridden.setdefault(key, {}).update(mine)
        self.findings[key].update(changes)
        return True


def moment(text: str) -> tuple[datetime.datetime, int]:
    """A time that can be compared: whole seconds, and the fraction in nanoseconds."""
    text = text.replace("Z", "+00:00")
    whole, offset = datetime.datetime.fromisoformat(text[:19] + text[-6:]), text[19:-6]
    return whole, int(offset[1:].ljust(9, "0") or 0)


def filled(finding: Finding, caller: Caller) -> Finding:
    """What Security Hub adds to a finding by itself."""
    for name, value in finding.get("FindingProviderFields", {}).items():
        finding[name] = copy.deepcopy(value)
    finding["Severity"] = full_severity(finding["Severity"])
    finding.setdefault("Region", caller.region)
    finding.setdefault("RecordState", "ACTIVE")
    finding.setdefault("Workflow", {}).setdefault("Status", "NEW")
    return finding


def full_severity(severity: dict[str, Any]) -> dict[str, Any]:
    """Label and number, each made from the other where it is missing."""
    if "Label" in severity:
        return {"Normalized": NORMALIZED[severity["Label"]], **severity}
    reached = [label for label, least in NORMALIZED.items() if severity["Normalized"] >= least]
    return {"Label": reached[-1], **severity}


def keep(taken: Finding, stored: Finding) -> None:
    """What an update leaves as it was, and the workflow of what is back."""
    for name in CUSTOMERS:
        taken.pop(name, None)
        if name in stored:
            taken[name] = copy.deepcopy(stored[name])
    if is_back(taken, stored) and taken["Workflow"].get("Status") in ("NOTIFIED", "RESOLVED"):
        taken["Workflow"]["Status"] = "NEW"


def is_back(taken: Finding, stored: Finding) -> bool:
    """From archived to active, or from passed to anything else."""
    if (stored["RecordState"], taken["RecordState"]) == ("ARCHIVED", "ACTIVE"):
        return True
    was, now = (finding.get("Compliance", {}).get("Status") for finding in (stored, taken))
    return was == "PASSED" and now in ("WARNING", "FAILED", "NOT_AVAILABLE")
