"""The operations of Security Hub, as answers to parsed calls."""

import datetime
import threading
from dataclasses import dataclass, field
from typing import Any

from hub.faults import Faults, Rate
from hub.model import input_problems
from hub.rules import BATCH_BYTES, Caller, refusals
from hub.store import Store

FINDINGS_A_CALL = 100
# The filters that tests need; each with the member it looks at.
FILTERS = ("Id", "ProductArn", "AwsAccountId", "RecordState")


class Refused(Exception):
    """A call that is answered with an error."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


def invalid(message: str) -> Refused:
    return Refused(400, "InvalidInputException", message)


@dataclass
class Hub:
    """All that Security Hub remembers, and what a test wants to know about its calls."""

    limited: bool = True
    lock: Any = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """As it was at the start."""
        self.store, self.faults, self.rate = Store(), Faults(), Rate()
        self.calls: list[dict[str, Any]] = []
        self.counts = dict.fromkeys(("calls", "imported", "ignored", "refused", "throttled", "faulted"), 0)

    def call(self, operation: str, caller: Caller, parameters: dict[str, Any], size: int) -> dict[str, Any]:
        """Answers a call."""
        if operation == "BatchImportFindings":
            return self.batch_import(caller, parameters.get("Findings"), size)
        if wrong := input_problems(operation, parameters):
            raise invalid("; ".join(wrong))
        if operation == "GetFindings":
            return self.get(caller, parameters)
        return self.batch_update(caller, parameters)

    def batch_import(self, caller: Caller, findings: Any, size: int) -> dict[str, Any]:
        if size > BATCH_BYTES:
            raise invalid(f"the batch has {size} bytes, more than {BATCH_BYTES}")
        if not isinstance(findings, list) or not 1 <= len(findings) <= FINDINGS_A_CALL:
            raise invalid(f"Findings is not a list of 1 to {FINDINGS_A_CALL}")
        failed = [error for finding in findings if (error := self.take(caller, finding))]
        return {
            "FailedCount": len(failed),
            "SuccessCount": len(findings) - len(failed),
            "FailedFindings": failed,
        }

    def take(self, caller: Caller, finding: Any) -> dict[str, str] | None:
        """Imports one finding; says why not."""
        wrong = refusals(finding, caller)
        fault = None if wrong else self.faults.of_finding(finding)
        if wrong or fault:
            self.counts["refused"] += 1
            known = finding.get("Id") if isinstance(finding, dict) else None
            code, message = (fault.code, "by request") if fault else ("InvalidInput", "; ".join(wrong))
            message = f"Finding does not adhere to Amazon Finding Format. {message}" if wrong else message
            return {"Id": str(known or "-"), "ErrorCode": code, "ErrorMessage": message}
        self.counts["imported" if self.store.put(caller, finding) else "ignored"] += 1
        return None

    def get(self, caller: Caller, parameters: dict[str, Any]) -> dict[str, Any]:
        filters = parameters.get("Filters", {})
        if unknown := filters.keys() - set(FILTERS):
            raise invalid(f"this stand-in does not filter by {sorted(unknown)}")
        found = [finding for finding in self.store.of(caller) if passes(finding, filters)]
        start, most = int(parameters.get("NextToken", 0)), parameters.get("MaxResults", 100)
        answer: dict[str, Any] = {"Findings": found[start : start + most]}
        if start + most < len(found):
            answer["NextToken"] = str(start + most)
        return answer

    def batch_update(self, caller: Caller, parameters: dict[str, Any]) -> dict[str, Any]:
        identifiers = parameters["FindingIdentifiers"]
        if not 1 <= len(identifiers) <= FINDINGS_A_CALL:
            raise invalid(f"FindingIdentifiers is not a list of 1 to {FINDINGS_A_CALL}")
        changes = {name: value for name, value in parameters.items() if name != "FindingIdentifiers"}
        if "Note" in changes:
            changes["Note"] = changes["Note"] | {"UpdatedAt": now()}
        done = [self.store.change(caller, identifier, changes) for identifier in identifiers]
        missing = {"ErrorCode": "FindingNotFound", "ErrorMessage": "Finding not found"}
        return {
            "ProcessedFindings": [one for one, good in zip(identifiers, done) if good],
            "UnprocessedFindings": [
                {"FindingIdentifier": one, **missing} for one, good in zip(identifiers, done) if not good
            ],
        }

    def state(self) -> dict[str, Any]:
        """What a test looks at."""
        return {"findings": list(self.store.findings.values()), "counts": self.counts, "calls": self.calls}


def passes(finding: dict[str, Any], filters: dict[str, list[dict[str, str]]]) -> bool:
    """Filters of different members must all pass, and of one member any."""
    return all(any(matches(str(finding.get(name, "")), one) for one in wanted) for name, wanted in filters.items())


def matches(value: str, wanted: dict[str, str]) -> bool:
    comparison = wanted.get("Comparison")
    if comparison not in ("EQUALS", "PREFIX"):
        raise invalid(f"this stand-in does not compare by {comparison}")
    return value == wanted["Value"] if comparison == "EQUALS" else value.startswith(wanted["Value"])


def now() -> str:
    """The time as Security Hub writes it."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
