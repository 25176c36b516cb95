#!/usr/bin/env python3
"""Checks `infra/sam` with `sam validate --lint`, cfn-lint and checkov, each in the environment that its requirements pin.

    python3 tests/infra/check.py [--environments FOLDER]

The environments are made where they are missing and kept in FOLDER; without it they are thrown away. Also: the dashboards
are what `infra/dashboards` makes, the tables of `docs/scale.md` what `infra/scale.py` calculates, and each alarm says what
to do. What roles may do and when alarms fire is tested by `cargo test -p tattletrail-tests --test all -- permissions alarms`.
"""

import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import venv

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TEMPLATE = ROOT / "infra" / "sam" / "template.yaml"


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
    alarms(text)
    run(sys.executable, ROOT / "infra" / "sam" / "dashboards.py", "--check")
    run(sys.executable, ROOT / "infra" / "scale.py", "--check")
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.environments or pathlib.Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        run(environment(folder, "sam") / "sam", "validate", "--lint", "-t", TEMPLATE, "--region", "us-east-1")
        run(environment(folder, "lint") / "cfn-lint", TEMPLATE, TEMPLATE.parent / "dashboards.json")
        # Beside the template, where its nested one is found.
        whole = TEMPLATE.parent / ".everything-on.yaml"
        whole.write_text(everything_on(text))
        try:
            checkov = environment(folder, "checkov") / "checkov"
            for file in (TEMPLATE, whole):
                run(checkov, "--skip-download", "--quiet", "--compact", "--framework", "cloudformation", "-f", file)
        finally:
            whole.unlink()


if __name__ == "__main__":
    main()
