"""Checks JSON Lines of findings against `docs/finding.schema.json`.

    python -m pip install -r tests/validators/requirements.txt
    python tests/validators/jsonl.py < findings.jsonl

Prints one line for each problem and exits with 1 if there is one, with 2 if there was nothing to check.
"""

import json
import pathlib
import sys

from jsonschema import Draft202012Validator


def main():
    path = pathlib.Path(__file__).parents[2] / "docs" / "finding.schema.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    checked = broken = 0
    for number, line in enumerate(sys.stdin, 1):
        checked += 1
        for error in validator.iter_errors(json.loads(line)):
            broken += 1
            print(f"line {number}: /{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}")
    print(f"{checked} lines checked, {broken} problems", file=sys.stderr)
    return 2 if checked == 0 else 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
