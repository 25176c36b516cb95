"""Checks OCSF events against the typed models of py-ocsf-models: what a consumer with those models would accept.

    python -m pip install -r tests/validators/requirements.txt
    python tests/validators/ocsf_models.py < findings.ocsf.jsonl

Prints the problems and exits with 1 if there are any, with 2 if there was nothing to check.
"""

import sys

from py_ocsf_models.events.findings.detection_finding import DetectionFinding
from pydantic import ValidationError


def main():
    checked = broken = 0
    for number, line in enumerate(sys.stdin, 1):
        checked += 1
        try:
            DetectionFinding.model_validate_json(line)
        except ValidationError as error:
            broken += 1
            print(f"event {number}: {error}")
    print(f"{checked} events checked, {broken} broken", file=sys.stderr)
    return 2 if checked == 0 else 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
