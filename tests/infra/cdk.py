#!/usr/bin/env python3
"""Checks `infra/cdk`: types, cdk-nag, the package, and that it makes what `infra/sam/template.yaml` makes.

    python3 tests/infra/cdk.py [--binaries FOLDER] [--environments FOLDER]

Needs Node 20 with npm. FOLDER of the binaries has `NAME/bootstrap` for each function, as `cargo lambda build` makes them; without
it files that stand for them are taken, since nothing here runs them. Python packages are kept in FOLDER of the environments for
the next time, and so is what npm installed; without it both are made anew.
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from typing import Any

from check import environment

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CDK = ROOT / "infra" / "cdk"
FUNCTIONS = ["api-events", "trail-logs", "trail-files"]
BIN = CDK / "node_modules" / ".bin"


def run(*command: str | pathlib.Path, folder: pathlib.Path = CDK, **variables: str) -> None:
    print("==", pathlib.Path(command[0]).name, *command[1:], flush=True)
    if code := subprocess.run(command, cwd=folder, env=os.environ | variables).returncode:
        sys.exit(code)


def install(kept: pathlib.Path | None) -> None:
    """What package-lock.json says, unless it is there from the last time."""
    lock = (CDK / "package-lock.json").read_text()
    mark = kept / "cdk-lock.json" if kept else None
    if mark and mark.exists() and mark.read_text() == lock and BIN.exists():
        return
    run("npm", "ci", "--no-audit", "--no-fund", "--loglevel=error")
    if mark:
        mark.write_text(lock)


def variables(output: pathlib.Path, context: dict[str, Any]) -> dict[str, str]:
    """How an app of the CDK is told where to write and what was chosen."""
    given = json.loads((CDK / "cdk.json").read_text())["context"] | context
    return {"CDK_OUTDIR": str(output), "CDK_CONTEXT_JSON": json.dumps(given)}


def app(output: pathlib.Path, context: dict[str, Any], **more: str) -> subprocess.CompletedProcess[str]:
    """Synthesizes the app. It fails where cdk-nag finds something."""
    environ = os.environ | variables(output, context) | more
    command = [BIN / "tsx", "bin/app.ts"]
    return subprocess.run(command, cwd=CDK, env=environ, capture_output=True, text=True)


def stand_ins(folder: pathlib.Path) -> pathlib.Path:
    """Files in the place of binaries."""
    for name in FUNCTIONS:
        (folder / name).mkdir(parents=True)
        (folder / name / "bootstrap").write_text(f"in the place of {name}")
    return folder


def synthesized(scratch: pathlib.Path, configurations: pathlib.Path, binaries: pathlib.Path) -> None:
    """A folder for each configuration. Only the first is made by way of the command line, which takes longer."""
    for name, context in json.loads(configurations.read_text()).items():
        output = scratch / "out" / name
        if not context:
            run(BIN / "cdk", "synth", "--quiet", "--no-notices", "-o", output, "-c", f"binaries={binaries}")
            continue
        made = app(output, context | {"binaries": str(binaries)})
        if made.returncode:
            sys.exit(f"{name}: {made.stdout}{made.stderr}")
        print(f"== {name}: synthesized, nothing for cdk-nag", flush=True)


def refused(scratch: pathlib.Path, binaries: pathlib.Path) -> None:
    """What is wrong is said before anything is deployed, and cdk-nag is really asked."""
    wrong: list[tuple[dict[str, str], str]] = [
        ({"useEventBridge": "false"}, "nothing comes in"),
        ({"useLogs": "true"}, "useLogs needs trailLogGroup"),
        ({"useFiles": "true"}, "useFiles needs trailBucket"),
        ({"rulesBucketName": "rules-of-111122223333", "rulesApplicationId": "abc1234"}, "from a bucket or from AppConfig"),
        ({"rulesApplicationId": "abc1234", "rulesProfileId": "ghi7890"}, "rules of AppConfig need applicationId, environ"),
        ({"rulesKey": "rules.ttrules"}, "rules need bucket, or applicationId"),
        ({"rulesSha256": "5e" * 32}, "rulesSha256 needs rules"),
        ({"rulesBucketName": "rules-of-111122223333", "rulesKey": "rules/*"}, "rules: key is `rules/*`"),
        ({"rulesMaxAge": "90000"}, "rulesMaxAge is 90000 seconds"),
        ({"useLog": "true"}, "context useLog: unknown"),
        ({"memorySize": "64"}, "memorySize is 64, expected 128 to 3008"),
        ({"alertEmail": "nobody"}, "alertEmail is `nobody`"),
        ({"binaries": str(scratch)}, "no api-events/bootstrap"),
        ({"source": str(scratch)}, "set source to the folder of a clone"),
    ]
    for context, said in wrong:
        made = app(scratch / "refused", {"binaries": str(binaries)} | context)
        if not made.returncode or said not in made.stderr + made.stdout:
            sys.exit(f"{context} was taken, or `{said}` not said:\n{made.stdout}{made.stderr}")
    open_bucket = scratch / "open.ts"
    open_bucket.write_text(
        "import { Stack } from 'aws-cdk-lib';\n"
        "import { Bucket } from 'aws-cdk-lib/aws-s3';\n"
        f"import {{ app }} from '{CDK / 'bin' / 'app'}';\n"
        "new Bucket(new Stack(app, 'open'), 'Open');\n"
    )
    link(scratch / "node_modules")
    environ = os.environ | variables(scratch / "open", {"binaries": str(binaries)})
    made = subprocess.run([BIN / "tsx", open_bucket], cwd=CDK, env=environ, capture_output=True, text=True)
    if not made.returncode or "AwsSolutions-S1" not in made.stderr + made.stdout:
        sys.exit(f"cdk-nag took a bucket that is open:\n{made.stdout}{made.stderr}")
    print(f"== refused: {len(wrong)} wrong choices and an open bucket", flush=True)


def link(modules: pathlib.Path) -> None:
    """What npm installed, for a folder beside."""
    modules.mkdir()
    for module in (CDK / "node_modules").iterdir():
        if not module.name.startswith("."):
            (modules / module.name).symlink_to(module)


def built(scratch: pathlib.Path) -> None:
    """Without binaries the app has `cargo lambda` build them; here something else notes what it is asked for."""
    tools, notes = scratch / "tools", scratch / "asked"
    tools.mkdir()
    cargo = tools / "cargo"
    cargo.write_text(
        "#!/bin/sh\n"
        f'echo "$@" >> {notes}\n'
        'while [ $# -gt 1 ]; do [ "$1" = --lambda-dir ] && echo "$@" > "$2/bootstrap"; shift; done\n'
    )
    cargo.chmod(0o755)
    context = {"useLogs": "true", "useFiles": "true", "createTrail": "true"}
    made = app(scratch / "built", context, PATH=f"{tools}:{os.environ['PATH']}")
    if made.returncode:
        sys.exit(f"without binaries: {made.stdout}{made.stderr}")
    asked = notes.read_text()
    for name in FUNCTIONS:
        wanted = f"--release --arm64 --bin {name} --flatten {name} --skip-target-check"
        if not any(line.startswith("lambda build") and line.endswith(wanted) for line in asked.splitlines()):
            sys.exit(f"cargo lambda was not asked for {name}:\n{asked}")
    print(f"== cargo lambda is asked for {', '.join(FUNCTIONS)}", flush=True)


def packed(scratch: pathlib.Path, binaries: pathlib.Path) -> None:
    """The package, in an app of somebody else: the one of docs/deploy.md."""
    example = CDK / "examples" / "own-app.ts"
    if example.read_text() not in (ROOT / "docs" / "deploy.md").read_text():
        sys.exit("docs/deploy.md does not have infra/cdk/examples/own-app.ts as it is")
    folder = scratch / "own"
    folder.mkdir()
    run("npm", "pack", "--silent", "--pack-destination", folder)
    link(folder / "node_modules")
    [package] = folder.glob("*.tgz")
    with tarfile.open(package) as archive:
        archive.extractall(folder, filter="data")
    (folder / "package").rename(folder / "node_modules" / "tattletrail-cdk")
    shutil.copy(example, folder / "app.ts")
    options = ["--noEmit", "--strict", "--skipLibCheck", "--module", "node16", "--target", "es2022", "--types", "node"]
    run(BIN / "tsc", *options, "app.ts", folder=folder)
    of_it = {"TATTLETRAIL": str(ROOT), "TATTLETRAIL_BINARIES": str(binaries)}
    run(BIN / "tsx", "app.ts", folder=folder, **variables(folder / "out", {}), **of_it)
    made = json.loads((folder / "out" / "security.template.json").read_text())["Resources"].values()
    names = {resource["Properties"]["FunctionName"] for resource in made if resource["Type"] == "AWS::Lambda::Function"}
    if not {"security-api-events", "security-trail-files"} <= names:
        sys.exit(f"the example does not make the functions: {names}")
    print("== the package works in an app of its own", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binaries", type=pathlib.Path, help="folder with the functions' binaries")
    parser.add_argument("--environments", type=pathlib.Path, help="folder that keeps the tools for the next time")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        scratch = pathlib.Path(name)
        kept = arguments.environments
        folder = kept or scratch / "environments"
        folder.mkdir(parents=True, exist_ok=True)
        install(kept)
        run(BIN / "tsc", "--noEmit")
        binaries = arguments.binaries.resolve() if arguments.binaries else stand_ins(scratch / "binaries")
        python = environment(folder, "deploy") / "python"
        run(python, HERE / "compare.py", "--contexts", scratch / "contexts.json")
        synthesized(scratch, scratch / "contexts.json", binaries)
        refused(scratch, binaries)
        built(scratch)
        packed(scratch, binaries)
        compare = [HERE / "compare.py", "--cdk", scratch / "out", "--self-check"]
        run(python, *compare, AWS_DEFAULT_REGION="us-east-1")


if __name__ == "__main__":
    main()
