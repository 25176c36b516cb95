"""Checks an Open Threat Model against what its specification 0.2.0 asks for.

    python -m pip install -r tests/validators/requirements.txt
    python tests/validators/otm.py < model.otm.json

No package that installs here ships the published schema (https://github.com/iriusrisk/OpenThreatModel), so this says in our
own words what it says of the parts that are written: the same members with the same types, and no others. Names that lead
nowhere, which no schema sees, are refused, too. Exits with 1 if anything is wrong.
"""

import json
import sys

from jsonschema import Draft7Validator


def record(required, **members):
    return {"type": "object", "required": required, "properties": members, "additionalProperties": False}


def each(item):
    return {"type": "array", "items": item}


TEXT = {"type": "string"}
MAYBE = {"type": ["string", "null"]}
SHARE = {"type": "number", "minimum": 0, "maximum": 100}
ATTRIBUTES = {"type": ["object", "null"]}
PARENT = {
    "type": "object",
    "oneOf": [{"required": ["trustZone"]}, {"required": ["component"]}],
    "properties": {"trustZone": TEXT, "component": TEXT},
    "additionalProperties": False,
}
INSTANCE = record(
    ["threat", "state"],
    threat=TEXT,
    state=TEXT,
    mitigations=each(record(["mitigation", "state"], mitigation=TEXT, state=TEXT)),
)
RISK = record(
    ["likelihood", "impact"],
    likelihood={"anyOf": [SHARE, {"type": "null"}]},
    likelihoodComment=MAYBE,
    impact=SHARE,
    impactComment=TEXT,
)
SCHEMA = record(
    ["otmVersion", "project"],
    otmVersion={"const": "0.2.0"},
    project=record(["name", "id"], name=TEXT, id=TEXT, description=MAYBE, owner=MAYBE, ownerContact=MAYBE, tags=each(TEXT), attributes=ATTRIBUTES),
    trustZones=each(
        record(
            ["id", "name", "risk"],
            id=TEXT, name=TEXT, type=TEXT, description=MAYBE, risk=record(["trustRating"], trustRating=SHARE), parent=PARENT, attributes=ATTRIBUTES,
        )
    ),
    components=each(
        record(
            ["id", "name", "type", "parent"],
            id=TEXT, name=TEXT, type=TEXT, description=MAYBE, parent=PARENT, threats=each(INSTANCE), tags=each(TEXT), attributes=ATTRIBUTES,
        )
    ),
    threats=each(
        record(
            ["id", "name", "risk"],
            id=TEXT, name=TEXT, description=MAYBE, categories=each(TEXT), cwes=each(TEXT), risk=RISK, tags=each(TEXT), attributes=ATTRIBUTES,
        )
    ),
    mitigations=each(record(["id", "name", "riskReduction"], id=TEXT, name=TEXT, description=MAYBE, riskReduction=SHARE, attributes=ATTRIBUTES)),
)


def problems(model):
    for error in Draft7Validator(SCHEMA).iter_errors(model):
        yield f"/{'/'.join(map(str, error.absolute_path))}: {error.message[:300]}"
    ids = {}
    for part in ["trustZones", "components", "threats", "mitigations"]:
        names = [one.get("id") for one in model.get(part, [])]
        ids[part] = set(names)
        if len(names) != len(ids[part]):
            yield f"{part}: an id is there twice"
    for component in model.get("components", []):
        where = f"component {component.get('id')}"
        if component.get("parent", {}).get("trustZone") not in ids["trustZones"]:
            yield f"{where}: no such zone"
        for threat in component.get("threats", []):
            if threat.get("threat") not in ids["threats"]:
                yield f"{where}: no threat {threat.get('threat')}"
            for mitigation in threat.get("mitigations", []):
                if mitigation.get("mitigation") not in ids["mitigations"]:
                    yield f"{where}: no mitigation {mitigation.get('mitigation')}"
    if not model.get("threats"):
        yield "no threats"


def main():
    Draft7Validator.check_schema(SCHEMA)
    found = list(problems(json.load(sys.stdin)))
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
