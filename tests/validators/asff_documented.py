"""What AWS's model of a finding says in words only: lengths, numbers of items and the form of times.

The descriptions in the service model carry them ("Maximum length of 512"), so they are read from there.
"""

import datetime
import functools
import re
from collections.abc import Iterator
from typing import Any

LENGTH = re.compile(r"Length Constraints: (?:Minimum (?:length )?of \d+(?: length)?\. )?Maximum (?:length )?of (\d+)")
LENGTH_ALONE = re.compile(r"Length Constraints: (\d+)\.")
ITEMS = re.compile(r"Array Members:(?: Minimum number of (\d+) items?\.)? Maximum number of (\d+) items")
PAIRS = re.compile(r"up to (\d+) key-value pairs.* key can contain up to (\d+) characters.* value can contain up to (\d+)")
TIMES = "validation and formatting of timestamp fields"
# Up to nine digits of a fraction; an offset only from -18:00 to +18:00.
TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,9})?(?:Z|([+-])(\d\d):(\d\d))", re.ASCII)
# The descriptions name the same members without their length: the top-level ones of the same name have it.
MOST_TYPES = 50


@functools.cache
def words(documentation: str) -> str:
    """A description without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", documentation)).replace(" .", ".")


def characters(text: str) -> int:
    """UTF-16 code units: the strictest of what "characters" can mean."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def is_time(text: str) -> bool:
    """Whether Security Hub takes the text as a time."""
    found = TIME.fullmatch(text)
    if not found:
        return False
    try:
        datetime.datetime.strptime(found[1], "%Y-%m-%dT%H:%M:%S")
    except ValueError:
        return False
    hours, minutes = int(found[3] or 0), int(found[4] or 0)
    return minutes < 60 and hours * 60 + minutes <= 18 * 60


def documented_problems(shape: Any, value: Any, where: str = "") -> Iterator[str]:
    """What is wrong with a value that has the types of its shape."""
    if shape.type_name == "structure":
        for key, member in value.items():
            inner = shape.members[key]
            yield from own_problems(words(inner.documentation), member, f"{where}/{key}")
            yield from documented_problems(inner, member, f"{where}/{key}")
    elif shape.type_name == "list":
        for index, item in enumerate(value):
            yield from documented_problems(shape.member, item, f"{where}/{index}")
    elif shape.type_name == "map":
        for key, member in value.items():
            yield from documented_problems(shape.value, member, f"{where}/{key}")


def own_problems(described: str, value: Any, where: str) -> Iterator[str]:
    """What is wrong with one member, by its description."""
    if isinstance(value, str):
        yield from text_problems(described, value, where)
    elif isinstance(value, list):
        found = ITEMS.search(described)
        most = int(found[2]) if found else MOST_TYPES if where.endswith("/Types") else len(value)
        least = int(found[1] or 0) if found else 0
        if not least <= len(value) <= most:
            yield f"{where}: has {len(value)} items, not {least} to {most}"
    elif isinstance(value, dict) and (found := PAIRS.search(described)):
        yield from pair_problems([int(number) for number in found.groups()], value, where)


def text_problems(described: str, value: str, where: str) -> Iterator[str]:
    """Length and form of a text."""
    found = LENGTH.search(described) or LENGTH_ALONE.search(described)
    if found and characters(value) > int(found[1]):
        yield f"{where}: has {characters(value)} characters, more than {found[1]}"
    if TIMES in described and not is_time(value):
        yield f"{where}: `{value}` is not a time in a form that is taken"


def pair_problems(most: list[int], value: dict[str, str], where: str) -> Iterator[str]:
    """A map of texts: how many, how long the keys, how long the values."""
    if len(value) > most[0]:
        yield f"{where}: has {len(value)} pairs, more than {most[0]}"
    for key, text in value.items():
        if characters(key) > most[1] or characters(text) > most[2]:
            yield f"{where}/{key[:40]}: key or value is too long"
