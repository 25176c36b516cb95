#!/usr/bin/env python3
"""Puts the patterns of `infra/event-pattern.json` into the templates, one rule of EventBridge for each.

    tattletrail rules event-pattern rules/ my-rules/ -o infra/event-pattern.json
    python3 infra/sam/patterns.py           # writes them into the templates
    python3 infra/sam/patterns.py --check   # exits with 1 if a template has others

Where a template has the line `# patterns: begin`, the first resource after it is the model: every pattern gets a resource
like it, numbered, until the line `# patterns: end`. Needs nothing but Python.
"""

import argparse
import json
import pathlib
import re
import sys
import textwrap
from typing import Any

INFRA = pathlib.Path(__file__).resolve().parent.parent
BEGIN, END = "  # patterns: begin", "  # patterns: end"
WIDTH = 130


def flow(value: Any) -> str:
    """YAML on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{scalar(key)}: {flow(member)}" for key, member in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(member) for member in value) + "]"
    return scalar(value)


def scalar(value: Any) -> str:
    if isinstance(value, str) and re.fullmatch(r"[A-Za-z$][A-Za-z0-9_.$/-]*", value):
        # What YAML would read as something else.
        if value.lower() not in ("true", "false", "yes", "no", "on", "off", "null", "y", "n"):
            return value
    return json.dumps(value)


def block(value: Any, indent: int) -> list[str]:
    """YAML in lines: objects and lists of objects in blocks, lists of anything else on lines of at most WIDTH."""
    lines: list[str] = []
    margin = " " * indent
    for key, member in value.items():
        if isinstance(member, dict):
            lines += [f"{margin}{scalar(key)}:", *block(member, indent + 2)]
        elif key == "$or":
            lines.append(f"{margin}{scalar(key)}:")
            for way in member:
                first, *rest = block(way, indent + 4)
                lines += [f"{margin}  - {first.strip()}", *rest]
        else:
            text = f"{scalar(key)}: {flow(member)}"
            lines += textwrap.wrap(
                text, WIDTH, initial_indent=margin, subsequent_indent=margin + "  ", break_on_hyphens=False, break_long_words=False
            )
    return lines


def rule(model: str, number: int, state: str, pattern: Any) -> str:
    """The model with another number, state and pattern."""
    text = re.sub(r"\A  ([A-Za-z]+)\d*:", rf"  \g<1>{number}:", model)
    text = re.sub(r'(\n      Name: .*?)-\d+"', rf'\g<1>-{number}"', text)
    text = re.sub(r"(\n      State: )(ENABLED\w*)", rf"\g<1>{state}", text)
    at = re.search(r"\n      EventPattern:\n((?:        .*\n)+)", text)
    if at is None:
        sys.exit("the model between the marks has no EventPattern")
    return text[: at.start(1)] + "\n".join(block(pattern, 8)) + "\n" + text[at.end(1) :]


def rewritten(text: str, wanted: dict[str, Any], path: pathlib.Path) -> str:
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        sys.exit(f"{path}: found no `{BEGIN.strip()}` with its end, or more than one")
    head, rest = text.split(BEGIN, 1)
    said, rest = rest.split("\n", 1)
    between, tail = rest.split(END, 1)
    starts = [match.start() for match in re.finditer(r"^  \w+:$", between, re.MULTILINE)]
    if not starts:
        sys.exit(f"{path}: found no resource between the marks, expected one as the model")
    model = between[starts[0] : (starts + [len(between)])[1]].rstrip("\n") + "\n"
    rules = [rule(model, number, wanted["state"], one) for number, one in enumerate(wanted["patterns"], 1)]
    return f"{head}{BEGIN}{said}\n" + "\n".join(rules) + "\n" + END + tail


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if a template has other patterns")
    parser.add_argument("--patterns", type=pathlib.Path, default=INFRA / "event-pattern.json", metavar="FILE")
    parser.add_argument("templates", type=pathlib.Path, nargs="*", help="default: all below infra that have the marks")
    arguments = parser.parse_args()
    wanted = json.loads(arguments.patterns.read_text())
    every = arguments.templates or sorted(path for path in INFRA.glob("*/*.yaml") if BEGIN in path.read_text())
    for path in every:
        text = path.read_text()
        new = rewritten(text, wanted, path)
        if text == new:
            continue
        if arguments.check:
            sys.exit(f"{path}: its patterns are not those of {arguments.patterns}; run python3 infra/sam/patterns.py")
        path.write_text(new)
        print(f"{path}: {len(wanted['patterns'])} rules")


if __name__ == "__main__":
    main()
