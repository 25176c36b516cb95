"""Speed and memory of `tattletrail scan`, as ratios that hold on a noisy machine.

    cargo build --release --locked
    python3 tests/bench/scan.py [--records 100000 1000000] [--from FOLDER]

Makes archives of so many records out of the sample trail (or another folder of trail files): each record is a real one
with a new eventID and a later eventTime, 8,000 to a file. Then it runs the release binary on each with one worker, and
`gzip -dc` on the same files, and prints CPU seconds, their ratio and the peak memory of the scan. Python 3.11, no packages.
"""

import argparse
import datetime
import gzip
import json
import pathlib
import random
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).parents[2]
BINARY = ROOT / "target" / "release" / "tattletrail"
PER_FILE = 8000
ACCOUNT, REGION = "111122223333", "eu-central-1"


def records_of(folder):
    for path in sorted(folder.rglob("*.json.gz")):
        content = json.loads(gzip.open(path).read())
        yield from (record for record in content.get("Records", []) if record.get("eventID"))


def make(base, count, out):
    rng = random.Random(7)
    time = datetime.datetime(2026, 1, 1)
    for number in range(0, count, PER_FILE):
        chunk = []
        for _ in range(min(PER_FILE, count - number)):
            time += datetime.timedelta(seconds=2)
            record = dict(rng.choice(base), eventID=f"{rng.getrandbits(128):032x}", eventTime=f"{time.isoformat()}Z")
            chunk.append(json.dumps(record, separators=(",", ":")))
        folder = out / "AWSLogs" / ACCOUNT / "CloudTrail" / REGION / time.strftime("%Y/%m/%d")
        folder.mkdir(parents=True, exist_ok=True)
        name = f"{ACCOUNT}_CloudTrail_{REGION}_{time.strftime('%Y%m%dT%H%MZ')}_{number:016d}.json.gz"
        with gzip.open(folder / name, "wt", compresslevel=6) as file:
            file.write('{"Records":[' + ",".join(chunk) + "]}")


def measure(command):
    """CPU seconds and peak memory (MiB) of a command, in a child of its own so that the peak is its own."""
    code = (
        "import resource, subprocess, sys\n"
        "subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)\n"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "print(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)\n"
    )
    output = subprocess.run(["python3", "-c", code, *map(str, command)], capture_output=True, text=True, check=True)
    cpu, peak = map(float, output.stdout.split())
    return cpu, peak


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--records", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--from", dest="source", type=pathlib.Path, default=ROOT / "tests/fixtures/sample-trail")
    arguments = parser.parse_args()
    base = list(records_of(arguments.source))
    print(f"{'records':>10} {'scan CPU s':>11} {'gzip CPU s':>11} {'ratio':>6} {'us/record':>10} {'peak MiB':>9}")
    for count in arguments.records:
        with tempfile.TemporaryDirectory() as folder:
            out = pathlib.Path(folder)
            make(base, count, out)
            files = sorted(out.rglob("*.json.gz"))
            scan, peak = measure([BINARY, "scan", out, "--jobs", "1", "--format", "jsonl"])
            unzip, _ = measure(["gzip", "-dc", *files])
            per_record = scan / count * 1e6
            print(f"{count:>10} {scan:>11.2f} {unzip:>11.2f} {scan / unzip:>6.2f} {per_record:>10.2f} {peak:>9.1f}")


if __name__ == "__main__":
    main()
