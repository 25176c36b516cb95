#!/usr/bin/env python3
"""Everything about `infra`: the checks of templates and CDK, `sam build` with the compiler, and the deployments into a stand-in
of AWS with what that has built.

    python3 tests/infra/all.py [--environments FOLDER] [--command target/release/tattletrail]

Needs Rust, Python 3.11 and Node 20 with npm; makes the rest for itself and keeps it in FOLDER, `target/test-infra`. It builds for
this machine's processor, with the C compiler that is there instead of zig.
"""

import argparse
import os
import pathlib
import platform
import subprocess
import sys
import time

from check import environment

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
FUNCTIONS = ["api-events", "trail-logs", "trail-files"]
ARCHITECTURES = {"x86_64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}


def run(*command: str | pathlib.Path, folder: pathlib.Path = ROOT, **variables: str) -> None:
    print("\n==", *(pathlib.Path(word).name if pathlib.Path(word).is_absolute() else word for word in command), flush=True)
    began = time.monotonic()
    if code := subprocess.run(command, cwd=folder, env=os.environ | variables).returncode:
        sys.exit(f"{command[0]} ended with {code}")
    print(f"== {time.monotonic() - began:.0f} s", flush=True)


def built(environments: pathlib.Path) -> pathlib.Path:
    """What `sam build` makes of the functions, where `cargo lambda` leaves it."""
    tools = environment(environments, "sam")
    if not (tools / "cargo-lambda").exists():
        pip = [tools / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        run(*pip, "-r", HERE / "requirements-build.txt")
    variables = {"PATH": f"{tools}:{os.environ['PATH']}", "SAM_CLI_TELEMETRY": "0", "AWS_DEFAULT_REGION": "us-east-1"}
    # The optimiser takes minutes for each function, half an hour of processor time in all, and changes nothing that is seen here.
    variables |= {"CARGO_LAMBDA_COMPILER": "cargo", "CARGO_PROFILE_RELEASE_LTO": "off", "CARGO_PROFILE_RELEASE_OPT_LEVEL": "1"}
    chosen = f"Architecture={ARCHITECTURES[platform.machine()]}"
    output = environments / "sam-build"
    run(
        tools / "sam", "build", "--build-dir", output, "--parameter-overrides", chosen,
        folder=ROOT / "infra" / "sam", **variables,
    )  # fmt: skip
    made = {path.parent.name for path in output.glob("*/bootstrap")}
    if made != {"ApiEvents", "TrailLogs", "TrailFiles"}:
        sys.exit(f"sam build made {sorted(made)}")
    return target() / "lambda"


def target() -> pathlib.Path:
    return pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--environments", type=pathlib.Path, default=target() / "test-infra", metavar="FOLDER")
    parser.add_argument("--command", type=pathlib.Path, default=target() / "release" / "tattletrail", help="the command tattletrail")
    arguments = parser.parse_args()
    environments = arguments.environments.resolve()
    environments.mkdir(parents=True, exist_ok=True)
    kept = ["--environments", environments]
    run(sys.executable, HERE / "check.py", *kept)
    binaries = built(environments)
    run(sys.executable, HERE / "cdk.py", "--binaries", binaries, *kept)
    python = environment(environments, "deploy") / "python"
    run(python, HERE / "deploy.py", "--binaries", binaries)
    run(python, HERE / "organisation.py")
    run(python, HERE / "history.py", "--binaries", binaries, "--command", arguments.command)
    print("\ninfra: checked, built, deployed")


if __name__ == "__main__":
    main()
