"""Free-text addresses: writing them out and reading them back."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from form_engine.controls._divisions import Division, children, line_of
from form_engine.controls._phones import narrowed

TAILS = re.compile(r"(特别行政区|维吾尔自治区|壮族自治区|回族自治区|自治区|自治州|地区|省|市|盟|区|县|旗)$")
PLACEHOLDERS = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})


def written_out(value: Mapping[str, Any]) -> str:
    """Return `浙江省/杭州市/西湖区 文三路 1 号`; only the street when there is no code."""
    names = "/".join(division.name for division in line_of(value.get("code", "")))
    return " ".join(part for part in (names, value.get("detail", "")) if part)


@cache
def _short(name: str) -> str:
    bare = TAILS.sub("", name)
    return bare if len(bare) >= 2 else name


def read(text: str) -> dict[str, str] | None:
    """Return code and street of an address as people write it; None when it is blank.

    Names may be short (浙江杭州西湖), separated or not, and may skip the province or the city. What is not
    recognised is kept as the street.
    """
    bare = narrowed(text)
    if not bare:
        return None
    place, rest = _descend("", bare)
    if place is None:
        place, rest = _jump(bare)
    found = {"code": place.code} if place else {}
    street = " ".join(rest.strip(" /,，-").split())
    if street:
        found["detail"] = street
    return found or None


def _descend(parent: str, text: str) -> tuple[Division | None, str]:
    """Follow the names at the start of `text` down from `parent`."""
    here = text.lstrip(" /,，-")
    best = max(
        ((child, size) for child in children().get(parent, ()) if (size := _match(child.name, here))),
        key=lambda pair: pair[1],
        default=None,
    )
    if best is None:
        return _through_placeholder(parent, here)
    child, size = best
    deeper, rest = _descend(child.code, here[size:])
    return (deeper, rest) if deeper else (child, here[size:])


def _through_placeholder(parent: str, text: str) -> tuple[Division | None, str]:
    # Districts of a municipality stand below a city called 市辖区, which nobody writes.
    for child in children().get(parent, ()):
        if parent and child.name in PLACEHOLDERS:
            deeper, rest = _descend(child.code, text)
            if deeper:
                return deeper, rest
    return None, text


def _jump(text: str) -> tuple[Division | None, str]:
    """Find a city, or a district whose name only one place has, where the province was left out."""
    cities = [city for province in children()[""] for city in children().get(province.code, ())]
    for level in (cities, [d for city in cities for d in children().get(city.code, ())]):
        hits = [(division, size) for division in level if (size := _match(division.name, text))]
        longest = max((size for _, size in hits), default=0)
        best = [division for division, size in hits if size == longest]
        if len(best) == 1:
            deeper, rest = _descend(best[0].code, text[longest:])
            return (deeper, rest) if deeper else (best[0], text[longest:])
    return None, text


def _match(name: str, text: str) -> int:
    """Return how many characters of `text` the name takes, whole or short; 0 for none."""
    if name in PLACEHOLDERS and not text.startswith(name + "/"):
        return len(name) if text == name else 0
    if text.startswith(name):
        return len(name)
    short = _short(name)
    return len(short) if text.startswith(short) else 0
