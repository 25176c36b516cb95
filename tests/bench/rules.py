"""What loading rules costs: from YAML, and from a bundle.

    cargo build --release --locked
    python3 tests/bench/rules.py [--rules 1000] [--runs 40]

Makes so many rules out of those of the repository (each one with a new id, a new title and new values), and a bundle of
them. Then it scans a log without records with all of the rules and with one, and prints what the many took more: CPU of the
process, user and system, the least of the runs. So it is reading the files, parsing, compiling and indexing, without the
start of a process. Python 3.11, no packages.
"""

import argparse
import os
import pathlib
import random
import re
import subprocess
import tempfile
import uuid

ROOT = pathlib.Path(__file__).parents[2]
BINARY = ROOT / "target" / "release" / "tattletrail"


def is_rule(path):
    """Correlations name other rules by id, which the copies do not have; a bundle has none anyway."""
    if path.suffix != ".yml" or path.name.endswith(".test.yml"):
        return False
    return "\ncorrelation:" not in path.read_text()


def other(text, number, rng):
    """The same rule about something else."""
    new_id = uuid.UUID(int=rng.getrandbits(128), version=4)
    text = re.sub(r"(?m)^id:.*$", f"id: {new_id}", text)
    text = re.sub(r"(?m)^title: (.*)$", rf"title: \1 ({number})", text)
    return re.sub(r"(?m)^( +event(?:Name|Source): )([A-Za-z0-9.]+)$", rf"\g<1>\g<2>{number}", text)


def make(count, folder):
    rng = random.Random(7)
    bases = [path for path in sorted((ROOT / "rules" / "aws").rglob("*.yml")) if is_rule(path)]
    folder.mkdir()
    for number in range(count):
        base = bases[number % len(bases)]
        text = other(base.read_text(), number, rng)
        (folder / f"{number:05}_{base.name}").write_text(text)


def cpu_of(command, ok):
    """CPU milliseconds of one run."""
    null = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_RDWR, 0) for fd in (0, 1, 2)]
    pid = os.posix_spawn(command[0], list(map(str, command)), os.environ, file_actions=null)
    _, status, used = os.wait4(pid, 0)
    assert os.waitstatus_to_exitcode(status) == ok, (command, status)
    return (used.ru_utime + used.ru_stime) * 1000


def measure(binary, places, log, runs):
    """The least CPU of a scan with the rules in each of the places, taken in turns."""
    least = dict.fromkeys(places, float("inf"))
    for _ in range(runs):
        for place in places:
            command = [binary, "scan", "--quiet", "--jobs", "1", "--rules", place, log]
            least[place] = min(least[place], cpu_of(command, 0))
    return least


def bundled(binary, place, bundle):
    command = [binary, "rules", "bundle", place, "--output", bundle]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return bundle


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rules", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=40)
    parser.add_argument("--binary", type=pathlib.Path, default=BINARY)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        many, one, log = folder / "many", folder / "one", folder / "log.json"
        make(arguments.rules, many)
        make(1, one)
        log.write_text('{"Records":[]}')
        many_bundle = bundled(arguments.binary, many, folder / "many.ttrules")
        one_bundle = bundled(arguments.binary, one, folder / "one.ttrules")
        size = sum(path.stat().st_size for path in many.iterdir())
        least = measure(arguments.binary, [many, one, many_bundle, one_bundle], log, arguments.runs)
    print(f"{arguments.rules} rules, {size:,} bytes of YAML, the least of {arguments.runs} runs")
    for what, all_of_them, single in [("YAML", many, one), ("bundle", many_bundle, one_bundle)]:
        more = least[all_of_them] - least[single]
        print(f"{what:<8} {more:7.2f} ms of CPU  ({least[all_of_them]:.2f} with all, {least[single]:.2f} with one)")


if __name__ == "__main__":
    main()
