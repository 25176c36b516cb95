#!/usr/bin/env python3
"""Works out what so many events a month need and cost, for each way in, and which limit is met first.

    python3 infra/scale.py                                   # write the tables of docs/scale.md anew
    python3 infra/scale.py --check                           # are they as they should be?
    python3 infra/scale.py --events 5e9 --findings 1000      # a table for your figures, and the limits
    python3 infra/scale.py --events 5e9 --set batch=50 --set trace_share=0

`scale.json` beside this file has what is measured, assumed, priced and limited, each with its source. Everything else is
calculated here.
"""

import argparse
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
DOCUMENT = HERE.parent / "docs" / "scale.md"
WAYS = {"events": "`api-events`", "logs": "`trail-logs`", "files": "`trail-files`"}
# A month is a twelfth of a year.
SECONDS = 365.25 / 12 * 24 * 3600
# Lambda developer guide, "Configure Lambda function memory": so many MB are one processor.
ONE_PROCESSOR_MB = 1769

Figures = dict[str, float]


def known(data: dict) -> Figures:
    """What is measured and assumed, by name."""
    return {name: entry["value"] for part in ("measured", "assumptions") for name, entry in data[part].items()}


def work(way: str, figures: Figures, volume: Figures) -> Figures:
    """Calls of a way in in a month, records in each, and how long one takes."""
    f = figures
    memory = f["files_memory_mb" if way == "files" else "memory_mb"]
    if way == "events":
        calls, records = volume["events"] * f["match"], 1.0
    elif way == "logs":
        records = max(1.0, f["batch"])
        calls = volume["events"] / records
    else:
        most = volume["accounts"] * volume["regions"] * f["files_an_hour"] * SECONDS / 3600
        calls = min(max(most, volume["events"] / f["most_in_file"]), volume["events"])
        records = volume["events"] / calls
    # A call of api-events is measured with its record in it.
    own = f["call_ms"] + f["traces_ms"] + (0 if way == "events" else records * f["record_us"] / 1000)
    share = min(1.0, memory / ONE_PROCESSOR_MB)
    waits = f["fetch_ms"] if way == "files" else 0.0
    with_findings = min(volume["findings"], calls)
    findings = with_findings / calls * (f["finding_ms"] / share + f["answer_ms"]) if calls else 0.0
    millis = own / share + waits + findings + f["lambda_ms"]
    return {"calls": calls, "records": records, "ms": millis, "gb": memory / 1024, "found": with_findings}


def ledger(figures: Figures, findings: float) -> Figures:
    """Units that findings write; a transaction takes two for each KB (DynamoDB developer guide)."""
    f = figures
    parcel = f["row_kb"] + f["asff_kb"] + f["alert_kb"]
    state = 2 * f["row_kb"]
    standing = f["row_kb"] + f["asff_kb"] + state
    # The marker and the parcel; what stands; what each sink has; the marker once more.
    rows = f["row_kb"] + parcel + standing + f["sinks"] * f["row_kb"] + f["row_kb"]
    return {"writes": 2 * rows * findings, "standing": 2 * standing * findings}


def needs(way: str, figures: Figures, volume: Figures) -> Figures:
    """What a month takes, and what its busiest second takes."""
    f, found = figures, work(way, figures, volume)
    calls, findings = found["calls"], volume["findings"]
    second = f["peak"] / SECONDS
    rate = calls / SECONDS
    written = ledger(f, findings)
    # X-Ray: the first of each second, and a share of the others.
    traces = min(calls, (min(rate, 1) + max(rate - 1, 0) * f["trace_share"]) * SECONDS + found["found"])
    return found | {
        "calls a second": calls * second,
        "copies": calls * second * found["ms"] / 1000,
        "gbs": calls * found["ms"] / 1000 * found["gb"],
        "log_gb": calls * f["log_kb"] / 1e6,
        "writes": written["writes"],
        "reads": volume["events"] * f["looks"] * 2,
        "traces": traces,
        "alerts": findings * f["alerts"],
        "updates": findings * 2,
        "standing": written["standing"],
    }


def price(entry: dict, amount: float) -> float:
    """Dollars for an amount, by tiers where there are some."""
    dollars, left = 0.0, amount
    for most, each in entry.get("tiers", [[None, entry.get("value")]]):
        part = left if most is None else min(left, most)
        dollars, left = dollars + part * each, left - part
    return dollars


def costs(way: str, data: dict, figures: Figures, volume: Figures) -> Figures:
    """Dollars a month by what they are for, list prices without the free tier."""
    n, f = needs(way, figures, volume), figures
    amounts = {
        "lambda_call": n["calls"],
        "lambda_gbs": n["gbs"],
        "lambda_log_gb": n["log_gb"],
        "write": n["writes"],
        "read": n["reads"],
        "trace": n["traces"],
        "sns": n["alerts"],
        "hub": max(0.0, n["updates"] - 10_000 * volume["accounts"] * volume["regions"]),
        "metric_call": n["found"],
        "fixed": 1,
    }
    if way == "logs":
        amounts["log_gb"] = volume["events"] * f["record_kb"] / 1e6
    if way == "files":
        # Sent, received, deleted.
        files = n["calls"]
        amounts |= {"sqs": 3 * files, "s3_get": files, "s3_put": files, "kms": files}
        amounts["s3_gb"] = volume["events"] * f["zipped_kb"] / 1e6
    if way == "events" and volume["accounts"] * volume["regions"] > 1:
        own = 1 / (volume["accounts"] * volume["regions"])
        amounts["forward"] = n["calls"] * (1 - own)
    return {name: price(data["prices"][name], amount) for name, amount in amounts.items()}


def uses(way: str, figures: Figures, volume: Figures) -> Figures:
    """What the busiest second takes of each thing that is limited."""
    n, second = needs(way, figures, volume), figures["peak"] / SECONDS
    return {
        "copies": n["copies"],
        "calls": n["calls"] * second,
        "traces": n["traces"] * second,
        "finding_calls": n["found"] * second,
        "hub_calls": n["updates"] * second,
        "log_puts": volume["events"] * figures["record_kb"] / 1000 * second,
        "writes": n["writes"] * second,
        "partition_writes": n["standing"] * second / volume["accounts"],
    }


def at_most(limit: dict, way: str, figures: Figures, volume: Figures) -> float:
    """So many events a month meet a limit, from as many accounts; findings grow with events."""

    def used(events: float) -> float:
        grown = volume | {"events": events, "findings": volume["findings"] * events / volume["events"]}
        return uses(way, figures, grown)[limit["use"]]

    low, high = 1.0, 1e18
    if used(high) < limit["value"]:
        return high
    while high / low > 1.0001:
        middle = (low * high) ** 0.5
        low, high = (low, middle) if used(middle) >= limit["value"] else (middle, high)
    return high


def met(way: str, data: dict, figures: Figures, volume: Figures) -> list[tuple[float, dict]]:
    """At how many events a month each limit of a way is met, the first one first."""
    limits = [entry for entry in data["limits"].values() if way in entry["ways"]]
    at = [(at_most(entry, way, figures, volume), entry) for entry in limits]
    return sorted(at, key=lambda pair: pair[0])


def short(number: float) -> str:
    """A number as people say it."""
    if number >= 1e15:
        return "more than anybody has"
    for size, word in ((1e12, "trillion"), (1e9, "billion"), (1e6, "million")):
        if number >= size:
            digits = 0 if number >= 10 * size else 1
            return f"{number / size:,.{digits}f} {word}".replace(".0 ", " ")
    if number >= 100:
        return f"{number:,.0f}"
    return f"{number:.0f}" if number >= 10 else f"{number:.2g}" if number >= 0.01 else "less than 0.01"


def dollars(amount: float) -> str:
    return f"{amount:,.0f}" if amount >= 10 else f"{amount:.2f}"


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines).replace("| --- |", "|---|").replace(" --- |", "---|")


def needs_table(data: dict, figures: Figures, volume: Figures) -> str:
    each = {way: needs(way, figures, volume) for way in WAYS}
    bill = {way: costs(way, data, figures, volume) for way in WAYS}
    rows = [
        ["calls a month", *[short(n["calls"]) for n in each.values()]],
        ["records in each", *[short(n["records"]) for n in each.values()]],
        ["time of each", *[f"{n['ms']:.1f} ms" for n in each.values()]],
        ["calls a second, at most", *[short(n["calls a second"]) for n in each.values()]],
        ["copies at once, at most", *[short(n["copies"]) for n in each.values()]],
        ["GB-s", *[short(n["gbs"]) for n in each.values()]],
        ["GB of the functions' logs", *[short(n["log_gb"]) for n in each.values()]],
        ["write units of the ledger", *[short(n["writes"]) for n in each.values()]],
        ["traces", *[short(n["traces"]) for n in each.values()]],
    ]
    for name, entry in data["prices"].items():
        cells = [dollars(bill[way][name]) if name in bill[way] else "" for way in WAYS]
        if any(cells):
            rows.append([entry["what"] + ", $", *cells])
    rows.append(["**together, $ a month**", *[f"**{dollars(sum(costs.values()))}**" for costs in bill.values()]])
    return table(["", *WAYS.values()], rows)


def described(volume: Figures) -> str:
    accounts, regions = int(volume["accounts"]), int(volume["regions"])
    who = f"{accounts:,} account{'s' * (accounts > 1)} in {regions} Region{'s' * (regions > 1)}"
    return f"{short(volume['events'])} events a month, {volume['findings']:,.0f} findings, {who}"


def limits_table(data: dict, figures: Figures, volume: Figures, way: str) -> str:
    rows = [
        [short(at), f"{entry['what']}: {entry['value']:,} {entry['unit']}", entry["then"], entry["source"]]
        for at, entry in met(way, data, figures, volume)
    ]
    return table(["Met at events a month", "Limit", "Then", "Source of the limit"], rows)


def first_table(data: dict, figures: Figures) -> str:
    rows = []
    for volume in data["volumes"]:
        cells = []
        for way in WAYS:
            over = [entry for at, entry in met(way, data, figures, volume) if at <= volume["events"]]
            cells.append("; ".join(entry["what"] for entry in over) or "no limit")
        rows.append([short(volume["events"]), *cells])
    return table(["Events a month", *[f"{way} meets" for way in WAYS.values()]], rows)


def sources_table(data: dict, part: str) -> str:
    rows = []
    for name, entry in data[part].items():
        each = [dollars_each for _, dollars_each in entry["tiers"]] if "tiers" in entry else [entry["value"]]
        # Prices below a cent are said by the million.
        many = 1e6 if part == "prices" and max(each) < 0.01 else 1
        value = ", then ".join(f"{number * many:g}" for number in each)
        unit = f"for a million {entry['unit']}" if many > 1 else entry["unit"]
        rows.append([f"`{name}`", entry["what"], f"{value} {unit}", entry["source"]])
    return table(["Name", "What", "Value", "Source"], rows)


def sections(data: dict, figures: Figures) -> dict[str, str]:
    """What stands between the marks of the document."""
    made = {}
    for volume in data["volumes"]:
        made[f"needs {short(volume['events'])}"] = f"{described(volume)}:\n\n{needs_table(data, figures, volume)}"
    made["first"] = first_table(data, figures)
    middle = data["volumes"][len(data["volumes"]) // 2]
    for way in WAYS:
        made[f"limits {way}"] = limits_table(data, figures, middle, way)
    for part in ("measured", "assumptions", "prices"):
        made[part] = sources_table(data, part)
    return made


def written(text: str, made: dict[str, str]) -> str:
    """The document with its tables anew."""
    for name, body in made.items():
        begin, end = f"<!-- scale: {name} -->\n", "\n<!-- end -->"
        if text.count(begin) != 1:
            sys.exit(f"{DOCUMENT}: `{begin.strip()}` stands there {text.count(begin)} times, expected once")
        before, rest = text.split(begin)
        rest = "\n" + rest
        text = before + begin + body + end + rest.split(end, 1)[1]
    return text


def asked(data: dict, figures: Figures, arguments: argparse.Namespace) -> None:
    """Tables for somebody's own figures."""
    near = min(data["volumes"], key=lambda volume: abs(volume["events"] - arguments.events))
    volume = near | {"events": arguments.events, "findings": near["findings"] * arguments.events / near["events"]}
    given = {name: getattr(arguments, name) for name in ("findings", "accounts", "regions")}
    volume |= {name: value for name, value in given.items() if value is not None}
    print(f"{described(volume)}:\n\n{needs_table(data, figures, volume)}")
    for way, name in WAYS.items():
        print(f"\n{name}:\n\n{limits_table(data, figures, volume, way)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="exit with 1 if docs/scale.md is not as it should be")
    parser.add_argument("--events", type=float, help="events a month")
    parser.add_argument("--findings", type=float, help="findings a month")
    parser.add_argument("--accounts", type=float, help="accounts that they come from")
    parser.add_argument("--regions", type=float, help="Regions that each account uses")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a figure of scale.json")
    arguments = parser.parse_args()
    data = json.loads((HERE / "scale.json").read_text())
    figures = known(data)
    for given in arguments.set:
        name, _, value = given.partition("=")
        if name not in figures:
            sys.exit(f"`{name}` is no figure of scale.json, expected one of {', '.join(figures)}")
        figures[name] = float(value)
    if arguments.events is not None:
        if arguments.events <= 0:
            sys.exit(f"--events is {arguments.events:g}, expected more than none")
        return asked(data, figures, arguments)
    if arguments.set:
        sys.exit("--set is for --events; to change the document, change infra/scale.json")
    text = DOCUMENT.read_text()
    new = written(text, sections(data, figures))
    if arguments.check:
        sys.exit("docs/scale.md is not what infra/scale.py makes of infra/scale.json: run it" if new != text else 0)
    DOCUMENT.write_text(new)


if __name__ == "__main__":
    main()
