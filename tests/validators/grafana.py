"""Reads dashboards of Grafana with the types that Grafana publishes, and says what does not fit.

    grafana.py DASHBOARD.json ...        exit 0: all fit; 1: some do not, and each fault is a line

The types read what they know and leave out the rest, so a member is unknown if it is gone after reading and writing; and
they take any value, so each is compared with what its member is declared as.
"""

import enum
import json
import pathlib
import sys
import types
import typing
from typing import Any

from grafana_foundation_sdk.cog import encoder, plugins
from grafana_foundation_sdk.models import dashboard

plugins.register_default_plugins()


def lost(given: Any, kept: Any, path: str) -> list[str]:
    """What of `given` is not in `kept`."""
    if isinstance(given, dict) and isinstance(kept, dict):
        unknown = [f"{path}/{key}: no such member" for key in given.keys() - kept.keys()]
        return unknown + [
            fault for key in given.keys() & kept.keys() for fault in lost(given[key], kept[key], f"{path}/{key}")
        ]
    if isinstance(given, list) and isinstance(kept, list) and len(given) == len(kept):
        return [fault for at, pair in enumerate(zip(given, kept)) for fault in lost(*pair, f"{path}/{at}")]
    return [] if given == kept else [f"{path}: {given!r} was read as {kept!r}"]


def written(value: Any) -> Any:
    """What Grafana's types write."""
    return json.loads(encoder.JSONEncoder(sort_keys=True).encode(value))


def fits(value: Any, declared: Any) -> bool:
    """Whether a value is of a declared type. Types of other types' members are not looked into: `strange` does that."""
    if declared in (Any, object):
        return True
    origin, arguments = typing.get_origin(declared), typing.get_args(declared)
    if origin in (typing.Union, types.UnionType):
        return any(fits(value, one) for one in arguments)
    if origin is typing.Literal:
        return value in arguments
    if origin in (list, dict):
        items = value.values() if isinstance(value, dict) else value
        return isinstance(value, origin) and all(fits(item, arguments[-1]) for item in items)
    if isinstance(declared, type) and issubclass(declared, enum.Enum):
        return value in [member.value for member in declared]
    if declared is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if declared is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if isinstance(value, dict) and hasattr(declared, "from_json"):
        # Some members are kept as they come, though they have a type.
        return not lost(value, written(declared.from_json(value)), "")
    return isinstance(value, declared) if isinstance(declared, type) else True


def strange(value: Any, path: str) -> list[str]:
    """Members whose values are not what they are declared as."""
    if isinstance(value, (list, tuple)):
        return [fault for at, item in enumerate(value) for fault in strange(item, f"{path}/{at}")]
    if isinstance(value, dict):
        return [fault for key, item in value.items() for fault in strange(item, f"{path}/{key}")]
    module = type(value).__module__
    if not module.startswith("grafana_foundation_sdk.models") or isinstance(value, enum.Enum):
        return []
    space = dict(vars(sys.modules[module]))
    faults = []
    for name, declared in typing.get_type_hints(type(value), globalns=space).items():
        member = getattr(value, name, None)
        if not fits(member, declared):
            faults.append(f"{path}/{name}: found {member!r}, expected {declared}")
        faults += strange(member, f"{path}/{name}")
    return faults


def panels(document: dict[str, Any]) -> list[str]:
    """What types can't say: numbers of panels, the grid, the letters of queries."""
    faults, taken = [], {}
    numbers = [panel.get("id") for panel in document["panels"]]
    if len(set(numbers)) != len(numbers):
        faults.append("panels: two have the same id")
    for panel in document["panels"]:
        place = panel["gridPos"]
        if place["w"] < 1 or place["h"] < 1 or place["x"] < 0 or place["x"] + place["w"] > 24:
            faults.append(f"panel {panel['id']}: {place} is not on the grid")
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                other = taken.setdefault((x, y), panel["id"])
                if other != panel["id"]:
                    faults.append(f"panel {panel['id']} lies upon panel {other}")
        letters = [target["refId"] for target in panel.get("targets", [])]
        if len(set(letters)) != len(letters):
            faults.append(f"panel {panel['id']}: two queries have the same letter")
    return sorted(set(faults))


def check(path: str) -> list[str]:
    document = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
    try:
        read = dashboard.Dashboard.from_json(document)
    except (KeyError, TypeError, ValueError) as error:
        return [f"{path}: can't be read: {error!r}"]
    faults = lost(document, written(read), "") + strange(read, "") + panels(document)
    return [f"{path}: {fault}" for fault in faults]


if __name__ == "__main__":
    said = [fault for path in sys.argv[1:] for fault in check(path)]
    print("\n".join(said))
    sys.exit(bool(said))
