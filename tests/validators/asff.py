"""Checks ASFF findings against AWS's own model of `BatchImportFindings`.

    python -m pip install -r tests/validators/requirements.txt
    python tests/validators/asff.py < findings.asff.jsonl

Reads a list of findings, JSON Lines or any run of JSON values from standard input; needs no account and no network. Prints one line for
each problem and exits with 1 if there is one, with 2 if there was nothing to check.

The model knows members, types, required members, enumerations and patterns. The lengths are in its descriptions:
`asff_documented.py` reads them there.
"""

import json
import re
import sys

import botocore.session
from asff_documented import documented_problems


def events(text):
    decoder = json.JSONDecoder()
    at = 0
    while text[at:].strip():
        at += len(text[at:]) - len(text[at:].lstrip())
        event, at = decoder.raw_decode(text, at)
        yield from event if isinstance(event, list) else [event]


KINDS = {
    "string": str,
    "integer": int,
    "long": int,
    "double": (int, float),
    "boolean": bool,
    "list": list,
    "map": dict,
    "structure": dict,
}


def problems(shape, value, where):
    kind = KINDS.get(shape.type_name)
    if kind and (not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool)):
        yield f"{where}: is not a {shape.type_name}"
    elif shape.type_name == "structure":
        for key in shape.required_members:
            if key not in value:
                yield f"{where}/{key}: is missing"
        for key, member in value.items():
            if key in shape.members:
                yield from problems(shape.members[key], member, f"{where}/{key}")
            else:
                yield f"{where}/{key}: is unknown"
    elif shape.type_name == "list":
        for index, item in enumerate(value):
            yield from problems(shape.member, item, f"{where}/{index}")
    elif shape.type_name == "map":
        for key, member in value.items():
            yield from problems(shape.key, key, f"{where}/{key}")
            yield from problems(shape.value, member, f"{where}/{key}")
    else:
        yield from scalar_problems(shape, value, where)


def scalar_problems(shape, value, where):
    limits = shape.metadata
    if "enum" in limits and value not in limits["enum"]:
        yield f"{where}: `{value}` is none of {limits['enum']}"
    # The whole text has to match, and the dot matches no line's end.
    if "pattern" in limits and not re.fullmatch(limits["pattern"], value, re.ASCII):
        yield f"{where}: does not match {limits['pattern']}"
    size = value if isinstance(value, (int, float)) else len(value)
    if not limits.get("min", size) <= size <= limits.get("max", size):
        yield f"{where}: is outside of its limits"


def finding_problems(shape, value):
    """What is wrong by the model; where nothing is, by its descriptions."""
    return list(problems(shape, value, "")) or list(documented_problems(shape, value))


def main():
    model = botocore.session.get_session().get_service_model("securityhub")
    finding = model.shape_for("AwsSecurityFinding")
    checked = broken = 0
    for number, event in enumerate(events(sys.stdin.read()), 1):
        checked += 1
        for problem in finding_problems(finding, event):
            broken += 1
            print(f"finding {number}: {problem}")
    print(f"{checked} findings checked, {broken} problems", file=sys.stderr)
    return 2 if checked == 0 else 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
