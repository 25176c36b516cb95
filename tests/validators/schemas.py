"""Checks YAML against the JSON Schemas that `tattletrail rules schema` prints, as an editor does.

    python -m pip install -r tests/validators/requirements.txt
    python tests/validators/schemas.py < lines.jsonl

A line is `{"name": ..., "schema": {...}, "text": "...", "good": true}`; several documents in a text are checked each. Prints
one line for each text that fits where it must not, or does not where it must, and exits with 1 if there is one, with 2 if
there was nothing to check.
"""

import json
import re
import sys

import yaml
from jsonschema import Draft7Validator


class Loader(yaml.SafeLoader):
    """YAML 1.2 as editors read it: dates and `yes` are texts."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:bool")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))


def main():
    checked = wrong = 0
    validators = {}
    for line in sys.stdin:
        case = json.loads(line)
        key = json.dumps(case["schema"], sort_keys=True)
        if key not in validators:
            Draft7Validator.check_schema(case["schema"])
            validators[key] = Draft7Validator(case["schema"])
        documents = list(yaml.load_all(case["text"], Loader=Loader))
        errors = [error for document in documents for error in validators[key].iter_errors(document)]
        checked += 1
        if bool(errors) == case["good"]:
            wrong += 1
            found = f"/{'/'.join(map(str, errors[0].absolute_path))}: {errors[0].message[:300]}" if errors else "fits"
            print(f"{case['name']}: {found}")
    print(f"{checked} texts checked, {wrong} wrong", file=sys.stderr)
    return 2 if checked == 0 else 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
