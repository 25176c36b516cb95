"""Reads a layer of ATT&CK Navigator with MITRE's own library, as a file.

    python -m pip install -r tests/validators/requirements.txt
    python tests/validators/navigator.py < layer.json

The library tells what it does not understand on standard output and goes on without it, or without a layer; either is
refused here, and so is what it forgets: what it writes again must be what was read. Exits with 1 if anything is wrong.
"""

import contextlib
import io
import json
import re
import sys
import tempfile

from mitreattack.navlayers.core.layer import Layer

# What a layer of format 4.5 may hold besides what the library knows (layers/spec/v4.5 of attack-navigator).
TOP = {
    "name", "versions", "domain", "description", "customDataURL", "filters", "sorting", "layout", "hideDisabled", "techniques",
    "gradient", "legendItems", "metadata", "links", "showTacticRowBackground", "tacticRowBackground",
    "selectTechniquesAcrossTactics", "selectSubtechniquesWithParent", "selectVisibleTechniques",
}


def problems(text):
    layer = Layer()
    said = io.StringIO()
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file, contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        file.write(text)
        file.flush()
        layer.from_file(file.name)
    if said.getvalue().strip():
        yield said.getvalue().strip()[:500]
    written = layer.to_dict()
    if written is None:
        yield "no layer"
        return
    data = json.loads(text)
    yield from (f"found the key {key}" for key in data.keys() - TOP)
    if data["versions"]["layer"] != "4.5" or not re.fullmatch(r"\d+", data["versions"]["attack"]):
        yield f"versions: {data['versions']}"
    for key, value in data.items():
        if key != "techniques" and key in written and written[key] != value:
            yield f"{key}: {value} is read as {written[key]}"
    read = {one["techniqueID"]: one for one in written["techniques"]}
    if len(read) != len(data["techniques"]):
        yield "a technique is there twice"
    for one in data["techniques"]:
        if not re.fullmatch(r"T\d{4}(\.\d{3})?", one["techniqueID"]):
            yield f"technique {one['techniqueID']}"
        again = read.get(one["techniqueID"], {})
        yield from (f"{one['techniqueID']}: {key} is {value}, read as {again.get(key)}" for key, value in one.items() if again.get(key) != value)
    yield from (f"color {item['color']}" for item in data["legendItems"] if not re.fullmatch("#[0-9a-f]{6}", item["color"]))
    if not data["techniques"]:
        yield "no techniques"


def main():
    found = list(problems(sys.stdin.read()))
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
