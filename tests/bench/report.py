"""How long the report takes to make and to open, with very many findings.

    cargo build --release --locked
    cargo test -p tattletrail-tests --test all report::          # sets up the browser's packages, once
    python3 tests/bench/report.py [--findings 100000] [--binary FILE] [--keep FILE]

Makes an archive out of the records of the sample trail that have findings, each with a new eventID and a later eventTime,
until a scan has about so many findings; writes the report; opens it in headless Chromium and prints what was measured: size, CPU
seconds of the scan alone and with the report, milliseconds until the page is complete, and from a press to the next frame. Python
3.11, no packages.
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

from scan import ROOT, make, measure, records_of

SAMPLE = ROOT / "tests/fixtures/sample-trail"


def lines_of(binary, path):
    output = subprocess.run([binary, "scan", path, "--quiet", "--format", "jsonl"], capture_output=True, text=True)
    return [json.loads(line) for line in output.stdout.splitlines()]


def browser():
    names = ["chromium", "chromium-browser", "google-chrome"]
    return os.environ.get("TATTLETRAIL_BROWSER") or next(filter(None, map(shutil.which, names)))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--findings", type=int, default=100_000)
    parser.add_argument("--binary", type=pathlib.Path, default=ROOT / "target/release/tattletrail")
    parser.add_argument("--keep", type=pathlib.Path, help="copy the report here")
    arguments = parser.parse_args()
    lines = lines_of(arguments.binary, SAMPLE)
    with_findings = {line["event_id"] for line in lines}
    base = [record for record in records_of(SAMPLE) if record["eventID"] in with_findings]
    records = arguments.findings * len(base) // len(lines)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        make(base, records, folder / "logs")
        page = folder / "report.html"
        scan, _ = measure([arguments.binary, "scan", folder / "logs", "--jobs", "1", "--format", "jsonl"])
        report, peak = measure([arguments.binary, "report", folder / "logs", "--jobs", "1", "-o", page])
        count = len(lines_of(arguments.binary, folder / "logs"))
        size = page.stat().st_size / 2**20
        print(f"{count} findings, {size:.1f} MiB; CPU s: scan {scan:.2f}, report {report:.2f}; peak {peak:.0f} MiB")
        environment = os.environ | {"TATTLETRAIL_BROWSER": browser(), "TATTLETRAIL_PACKAGES": str(ROOT / "target/test-node")}
        script = ["node", ROOT / "tests/browser/many.mjs", page, str(count)]
        print(subprocess.run(script, env=environment, check=True, capture_output=True, text=True).stdout)
        if arguments.keep:
            shutil.copy(page, arguments.keep)


if __name__ == "__main__":
    main()
