"""Checks OCSF events against the published schema.

    python -m pip install -r tests/validators/requirements.txt
    python tests/validators/ocsf.py < findings.ocsf.jsonl
    cat tests/fixtures/golden/render/*.ocsf.json | python tests/validators/ocsf.py --self-test

Reads JSON Lines (or any run of JSON values) from standard input. Prints one line for each problem and exits with 1 if
there is one, with 2 if there was nothing to check. With `--self-test` it also breaks each event in every way of `BREAKS` and
exits with 1 if it does not notice.

The schema is the one of the event's own `metadata.version` and profiles: unknown attributes, wrong types, values
outside an enumeration, missing required attributes and broken "at least one of" constraints are problems. The schema
cannot say how attributes hang together, or that a recommended one matters: `own_rules` can.
"""

import copy
import functools
import json
import sys

from jsonschema import Draft202012Validator
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema, get_packaged_versions

OLDEST = (1, 5, 0)
DETECTION_FINDING = 2004
STATUS_OF_ACTIVITY = {1: 1, 3: 4}


@functools.cache
def validator(version, profiles):
    schema = OcsfJsonSchemaEmbedded(get_ocsf_schema(version=version))
    return Draft202012Validator(schema.get_class_schema("detection_finding", list(profiles)))


def events(text):
    decoder = json.JSONDecoder()
    at = 0
    while text[at:].strip():
        at += len(text[at:]) - len(text[at:].lstrip())
        event, at = decoder.raw_decode(text, at)
        yield event


def problems(event):
    metadata = event.get("metadata") if isinstance(event, dict) else None
    if not isinstance(metadata, dict):
        return ["/metadata: is missing"]
    version = str(metadata.get("version"))
    if version not in get_packaged_versions() or tuple(map(int, version.split("."))) < OLDEST:
        return [f"/metadata/version: `{version}` is not a version from 1.5.0 on"]
    found = validator(version, tuple(map(str, metadata.get("profiles") or ())))
    broken = [f"{path(error)}: {error.message[:200]}" for error in found.iter_errors(event)]
    # What does not have the schema's shape cannot be asked for more.
    return broken or deprecated(found.schema, event) + own_rules(event)


def path(error):
    return "/" + "/".join(str(part) for part in error.absolute_path)


def deprecated(schema, value, where=""):
    """Attributes that the schema still takes and tells everybody to leave."""
    root = schema if "$defs" in schema else None

    def walk(schema, value, where):
        reference = schema.get("$ref", "")
        if reference.startswith("#/"):
            target = root
            for part in reference[2:].split("/"):
                target = target[part]
            schema = target
        if isinstance(value, list):
            for index, item in enumerate(value):
                yield from walk(schema.get("items", {}), item, f"{where}/{index}")
        if isinstance(value, dict):
            for key, member in value.items():
                inner = schema.get("properties", {}).get(key, {})
                if inner.get("deprecated"):
                    yield f"{where}/{key}: is deprecated"
                yield from walk(inner, member, f"{where}/{key}")

    return list(walk(schema, value, where)) if root else []


def own_rules(event):
    """What every one of our findings says, and how its members hang together."""
    wrong = []

    def need(good, message):
        if not good:
            wrong.append(message)

    activity = event.get("activity_id")
    need(event.get("class_uid") == DETECTION_FINDING, "/class_uid: is not 2004")
    need(event.get("type_uid") == DETECTION_FINDING * 100 + (activity or 0), "/type_uid: is not class * 100 + activity")
    need(activity in STATUS_OF_ACTIVITY, "/activity_id: is neither Create nor Close")
    need(event.get("status_id") == STATUS_OF_ACTIVITY.get(activity), "/status_id: does not go with the activity")
    need(event.get("time", -1) >= 0, "/time: is before 1970")
    info = event.get("finding_info", {})
    for key in ("uid", "title", "analytic"):
        need(info.get(key), f"/finding_info/{key}: is missing or empty")
    need(info.get("analytic", {}).get("uid"), "/finding_info/analytic/uid: is missing")
    for index, attack in enumerate(info.get("attacks", [])):
        need(attack.get("version"), f"/finding_info/attacks/{index}/version: is missing")
    product = event.get("metadata", {}).get("product", {})
    for key in ("name", "vendor_name", "version"):
        need(product.get(key), f"/metadata/product/{key}: is missing")
    need(event.get("cloud", {}).get("provider") == "AWS", "/cloud/provider: is not AWS")
    need(event.get("evidences"), "/evidences: is missing")
    wrong.extend(f"{where}: is empty" for where in empties(event) if not where.startswith("/unmapped"))
    return wrong


def empties(value, where=""):
    if value is None or value == "" or value == [] or value == {}:
        yield where
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in members:
        # Data is free JSON: an empty value in it is a value.
        if key != "data":
            yield from empties(member, f"{where}/{key}")


BREAKS = {
    "no severity": lambda event: event.pop("severity_id"),
    "the other activity": lambda event: event.update(activity_id=4 - event["activity_id"]),
    "a time as text": lambda event: event.update(time="2026-11-21"),
    "no finding uid": lambda event: event["finding_info"].pop("uid"),
    "an unknown attribute": lambda event: event.update(colour="red"),
    "an unknown kind of analytic": lambda event: event["finding_info"]["analytic"].update(type_id=77),
    "an address that is none": lambda event: event["evidences"][0].update(src_endpoint={"ip": "here"}),
    "an old version": lambda event: event["metadata"].update(version="1.1.0"),
    "no profile": lambda event: event["metadata"].update(profiles=[]),
    "an empty title": lambda event: event["finding_info"].update(title=""),
    "a deprecated attribute": lambda event: event["evidences"][0]["actor"]["user"].update(credential_uid="x"),
}


def unnoticed(event):
    """The breaks that make no problem."""
    for name, breaks in BREAKS.items():
        broken = copy.deepcopy(event)
        breaks(broken)
        if not problems(broken):
            yield f"{name} is not noticed"


def main():
    self_test = "--self-test" in sys.argv[1:]
    checked = broken = 0
    for number, event in enumerate(events(sys.stdin.read()), 1):
        checked += 1
        for problem in problems(event) + (list(unnoticed(event)) if self_test else []):
            broken += 1
            print(f"event {number}: {problem}")
    print(f"{checked} events checked, {broken} problems", file=sys.stderr)
    return 2 if checked == 0 else 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
