#!/usr/bin/env python3
"""Checks `infra/sam` with `sam validate --lint`, and it and `infra/org` with cfn-lint and checkov, each in the environment that
its requirements pin.

    python3 tests/infra/check.py [--environments FOLDER]

The environments are made where they are missing and kept in FOLDER; without it they are thrown away. Also: the dashboards
are what `infra/dashboards` makes, each role has the actions that `docs/permissions.md` has a reason for and no others, and
each alarm says what to do.
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterable

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TEMPLATE = ROOT / "infra" / "sam" / "template.yaml"
ORGANISATION = sorted((ROOT / "infra" / "org").glob("*.yaml"))
SCP_CHARACTERS = 5120
ROLES = {"E": "ApiEventsRole", "L": "TrailLogsRole", "F": "TrailFilesRole"}


def environment(folder: pathlib.Path, name: str) -> pathlib.Path:
    """The folder of the commands of a pinned environment."""
    commands = folder / name / "bin"
    if not (folder / name / "done").exists():
        venv.create(folder / name, with_pip=True)
        wanted = ["-r", HERE / f"requirements-{name}.txt"]
        pip = [commands / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, *wanted], check=True)
        (folder / name / "done").touch()
    return commands


def run(*command: str | pathlib.Path) -> None:
    print("==", pathlib.Path(command[0]).name, *command[1:], flush=True)
    variables = os.environ | {"SAM_CLI_TELEMETRY": "0", "AWS_DEFAULT_REGION": "us-east-1", "LOG_LEVEL": "CRITICAL"}
    if code := subprocess.run(command, env=variables).returncode:
        sys.exit(code)


def everything_on(text: str) -> str:
    """The template with each way in as its default: checkov looks at no resource whose condition is false by default."""
    for name in ("UseLogs", "UseFiles", "CreateTrail"):
        before = f'  {name}:\n    Type: String\n    Default: "false"'
        if before not in text:
            sys.exit(f"{name} is not a parameter that is false by default: this check has to change with it")
        text = text.replace(before, before.replace('"false"', '"true"'))
    return text


def everything_there(text: str) -> str:
    """A template without conditions at its resources, for the same reason."""
    return re.sub(r"^    Condition: \w+\n", "", text, flags=re.MULTILINE)


def granted(text: str, roles: Iterable[str] = ROLES.values()) -> dict[str, set[str]]:
    """The actions of each role."""
    found = {}
    for role in roles:
        body = text.split(f"\n  {role}:\n", 1)[1]
        body = re.split(r"\n  [A-Z]\w*:\n", body, maxsplit=1)[0].split("Policies:", 1)[1]
        actions = re.findall(r"Action: (.*)", body)
        found[role] = {word for action in actions for word in re.findall(r"[a-z0-9]+:[A-Za-z*]+", action)}
    return found


def reasoned() -> dict[str, set[str]]:
    """The actions that the document has a reason for."""
    text = (ROOT / "docs" / "permissions.md").read_text().split("## The functions", 1)[1].split("\n## ", 1)[0]
    found: dict[str, set[str]] = {role: set() for role in ROLES.values()}
    for row in re.findall(r"^\| (`.*)$", text, re.MULTILINE):
        actions, whose = [cell.strip() for cell in row.split("|")][:2]
        service = ""
        for word in re.findall(r"`([^`]+)`", actions):
            service, _, action = word.rpartition(":") if ":" in word else (service, "", word)
            letters = ROLES if whose.startswith("the first") else whose.split(",")[0].split()
            for letter in letters:
                found[ROLES[letter]].add(f"{service}:{action}")
    return found


def permissions(text: str) -> None:
    given, wanted = granted(text), reasoned()
    for role in ROLES.values():
        if given[role] != wanted[role]:
            more, less = sorted(given[role] - wanted[role]), sorted(wanted[role] - given[role])
            sys.exit(f"{role}: without a reason in docs/permissions.md {more}; with one, and not granted {less}")
    print(f"== permissions: {sum(map(len, given.values()))} grants, each with its reason")


def organisation() -> None:
    """Each role of an organisation's templates has the actions of its row in the document, and each has a row."""
    text = (ROOT / "docs" / "permissions.md").read_text().split("## An organisation", 1)[1].split("\n## ", 1)[0]
    wanted: dict[str, set[str]] = {}
    for action, role in re.findall(r"^\| `([a-z]+:[A-Za-z]+)` \| `(\w+)` ", text, re.MULTILINE):
        wanted.setdefault(role, set()).add(action)
    given: dict[str, set[str]] = {}
    for file in ORGANISATION:
        template = file.read_text()
        given |= granted(template, re.findall(r"^  (\w+):\n    Type: AWS::IAM::Role$", template, re.MULTILINE))
    if given != wanted or not given:
        sys.exit(f"infra/org grants {given}; docs/permissions.md has reasons for {wanted}")
    guard = json.dumps(json.loads((ROOT / "infra" / "org" / "guard.json").read_text()), separators=(",", ":"))
    if len(guard) > SCP_CHARACTERS:
        sys.exit(f"guard.json has {len(guard)} characters; a service control policy may have {SCP_CHARACTERS}")
    print(f"== organisation: {sum(map(len, given.values()))} grants, each with its reason")


def alarms(text: str) -> None:
    described = re.findall(r'AlarmName: !Sub "[^"]*?-([a-z-]+)"\n      AlarmDescription: >-\n((?:        .*\n)+)', text)
    if len(described) != text.count("AlarmName:") or any(len(said.split()) < 15 for _, said in described):
        sys.exit("an alarm does not say what to do")
    print(f"== alarms: {len(described)}, each says what to do")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--environments", type=pathlib.Path, help="folder that keeps the tools for the next time")
    arguments = parser.parse_args()
    text = TEMPLATE.read_text()
    permissions(text)
    organisation()
    alarms(text)
    for file in ORGANISATION:
        if "AlarmName:" in file.read_text():
            alarms(file.read_text())
    run(sys.executable, ROOT / "infra" / "sam" / "dashboards.py", "--check")
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.environments or pathlib.Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        run(environment(folder, "sam") / "sam", "validate", "--lint", "-t", TEMPLATE, "--region", "us-east-1")
        run(environment(folder, "lint") / "cfn-lint", TEMPLATE, TEMPLATE.parent / "dashboards.json", *ORGANISATION)
        wholes = []
        for file in ORGANISATION:
            wholes.append(pathlib.Path(scratch) / file.name)
            wholes[-1].write_text(everything_there(file.read_text()))
        # Beside the template, where its nested one is found.
        whole = TEMPLATE.parent / ".everything-on.yaml"
        whole.write_text(everything_on(text))
        try:
            checkov = environment(folder, "checkov") / "checkov"
            for file in (TEMPLATE, whole, *ORGANISATION, *wholes):
                run(checkov, "--skip-download", "--quiet", "--compact", "--framework", "cloudformation", "-f", file)
        finally:
            whole.unlink()


if __name__ == "__main__":
    main()
