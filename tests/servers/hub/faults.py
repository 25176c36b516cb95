"""What a test lets go wrong, and the limit of calls that is always there."""

import re
import time
from dataclasses import dataclass
from typing import Any

from hub.rules import Caller

# Calls a second, and the burst of calls, for each account and Region.
LIMIT = (10.0, 30.0)
LIMITS = {"GetFindings": (3.0, 6.0)}

KINDS = ("refuse", "throttle", "error", "hang", "close")


@dataclass
class Fault:
    """One thing that goes wrong, for so many calls (or findings), so long, or until told."""

    kind: str
    left: float
    until: float
    ids: re.Pattern[str]
    code: str
    status: int
    seconds: float

    def use(self) -> bool:
        """Whether it happens now; counts it if so."""
        if self.left <= 0 or time.monotonic() >= self.until:
            return False
        self.left -= 1
        return True


def fault(asked: dict[str, Any]) -> Fault:
    """A fault from its JSON: `kind`, and what it needs of `count`, `for`, `ids`, `code`, `status`, `seconds`."""
    kind = asked["kind"]
    unknown = asked.keys() - {"kind", "count", "for", "ids", "code", "status", "seconds"}
    if kind not in KINDS or unknown:
        raise ValueError(f"no such fault: {kind} {sorted(unknown)}")
    codes = {"refuse": "InternalException", "throttle": "TooManyRequestsException", "error": "InternalException"}
    return Fault(
        kind=kind,
        left=float(asked.get("count", "inf")),
        until=time.monotonic() + float(asked.get("for", "inf")),
        ids=re.compile(asked.get("ids", "")),
        code=asked.get("code", codes.get(kind, "")),
        status=int(asked.get("status", 500)),
        seconds=float(asked.get("seconds", 0)),
    )


class Faults:
    """The faults that were asked for, the oldest first."""

    def __init__(self) -> None:
        self.asked: list[Fault] = []

    def of_call(self) -> Fault | None:
        """What goes wrong with this whole call."""
        return next((fault for fault in self.asked if fault.kind != "refuse" and fault.use()), None)

    def of_finding(self, finding: Any) -> Fault | None:
        """What goes wrong with this finding alone."""
        known = str(finding.get("Id", "")) if isinstance(finding, dict) else ""
        refusing = (fault for fault in self.asked if fault.kind == "refuse" and fault.ids.search(known))
        return next((fault for fault in refusing if fault.use()), None)


class Rate:
    """The documented limits of calls, for each account, Region and operation."""

    def __init__(self) -> None:
        self.filled: dict[tuple[Caller, str], tuple[float, float]] = {}

    def allows(self, caller: Caller, operation: str) -> bool:
        """Whether the call may go on; counts it if so."""
        now = time.monotonic()
        rate, burst = LIMITS.get(operation, LIMIT)
        level, at = self.filled.get((caller, operation), (burst, now))
        level = min(burst, level + (now - at) * rate)
        allowed = level >= 1
        self.filled[caller, operation] = (level - 1 if allowed else level, now)
        return allowed
