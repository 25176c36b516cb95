"""The picture of one trace in docs/observability.md, drawn from what the function really sends to X-Ray.

    cargo build --release --locked -p api-events
    python3 tests/bench/trace_picture.py [--debug] > docs/images/trace.svg

One event that opens SSH to the world, with a ledger and all sinks: see telemetry.py. Python 3.11, Linux, no packages.
"""

import argparse
import http.server
import json
import socket
import threading
from html import escape

import functions
import telemetry
from functions import ROOT, Function, listener

ROW, LEFT, WIDTH, RIGHT = 20, 330, 560, 90
COLOURS = {"aws": "#d97706", "finding": "#dc2626", "deliver": "#2563eb", "ledger": "#2563eb"}


def documents(daemon):
    """What comes, each within a moment of the last: an invocation's, if nobody asks earlier."""
    daemon.settimeout(0.3)
    found = []
    try:
        while True:
            found.append(json.loads(daemon.recv(65536).split(b"\n", 1)[1]))
    except TimeoutError:
        return found


def rows(found):
    """Each with its depth, a parent before its children, in the order of time."""
    children = {}
    ids = {document["id"] for document in found}
    for document in sorted(found, key=lambda document: document["start_time"]):
        parent = document.get("parent_id")
        children.setdefault(parent if parent in ids else None, []).append(document)

    def below(parent, depth):
        for document in children.get(parent, []):
            yield depth, document
            yield from below(document["id"], depth + 1)

    return list(below(None, 0))


def label(document):
    operation = document.get("aws", {}).get("operation")
    said = document.get("metadata", {}).get("tattletrail", {})
    if operation:
        return f"{document['name']} {operation}"
    notes = document.get("annotations", {})
    more = said.get("sink") or notes.get("severity")
    return f"{document['name']} ({more})" if more else document["name"]


def picture(found):
    """An SVG that reads in light and in dark."""
    begin = min(document["start_time"] for document in found)
    span = max(document["end_time"] for document in found) - begin
    lines = rows(found)
    height = ROW * (len(lines) + 2)
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + RIGHT}" height="{height}" '
        'font-family="system-ui, sans-serif" font-size="12" role="img" aria-label="One trace, from the event to the last sink">'
    )
    yield "<style>text{fill:#24292f}@media(prefers-color-scheme:dark){text{fill:#c9d1d9}}</style>"
    for part in range(5):
        left = LEFT + WIDTH * part / 4
        yield f'<line x1="{left}" x2="{left}" y1="{ROW}" y2="{height - ROW / 2}" stroke="#8884" />'
        yield f'<text x="{left + 2}" y="{ROW - 6}" opacity="0.7">{span * 1e3 * part / 4:.1f} ms</text>'
    for number, (depth, document) in enumerate(lines):
        top = ROW * (number + 1)
        left = LEFT + (document["start_time"] - begin) / span * WIDTH
        wide = max((document["end_time"] - document["start_time"]) / span * WIDTH, 1.5)
        colour = COLOURS.get(document.get("namespace") or document["name"], "#059669")
        yield f'<text x="{8 + 14 * depth}" y="{top + 14}">{escape(label(document))}</text>'
        yield f'<rect x="{left:.1f}" y="{top + 4}" width="{wide:.1f}" height="{ROW - 8}" rx="2" fill="{colour}" />'
        took = (document["end_time"] - document["start_time"]) * 1e3
        yield f'<text x="{left + wide + 4:.1f}" y="{top + 14}" opacity="0.7">{took:.2f} ms</text>'
    yield "</svg>"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--debug", action="store_true")
    options = parser.parse_args()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), telemetry.Taker)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    daemon = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    daemon.bind(("127.0.0.1", 0))
    endpoint = f"http://127.0.0.1:{server.server_port}"
    more = {
        "AWS_XRAY_DAEMON_ADDRESS": f"127.0.0.1:{daemon.getsockname()[1]}",
        "TATTLETRAIL_MIN_LEVEL": "high",
    }
    folder = ROOT / "target" / "debug" if options.debug else functions.RELEASE
    function = Function("api-events", listener(), endpoint, more, folder)
    # The first ones make clients and connections: the picture is of a warm function.
    for number in range(1, 20):
        function.invoke(number, telemetry.opening(number), telemetry.header(number, 1))
        last = documents(daemon)
    function.end()
    print("\n".join(picture(last)))


if __name__ == "__main__":
    main()
