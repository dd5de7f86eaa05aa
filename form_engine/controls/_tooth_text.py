"""The text form of a tooth chart: `36:MO=caries; 36:MO+filling; 11=missing`.

One part for each tooth and mark, joined by `; `. A part is `<tooth>[:<surfaces>]<sign><code>`; the sign says the
layer: `=` found, `+` planned, `*` done. `36~2` is mobility, `36#"words"` a note.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from form_engine.controls._phones import narrowed
from form_engine.controls._teeth import SURFACES, chart_order, in_order

PART = re.compile(
    r'\s*(\d\d)(?::([MDBLVPFOImdblvpfoi]+))?\s*(=|\+|\*|~|#)\s*("(?:[^"\\]|\\.)*"|[^;"]*?)\s*(?:;|$)'
)
ALIASES = str.maketrans("VFP", "BBL")
LAYERS = {"+": "plan", "*": "done"}


def written_out(chart: Mapping[str, Any]) -> str:
    """Return the text form; `read` gives the same chart back."""
    teeth = chart.get("teeth", {})
    parts = [part for fdi in sorted(teeth, key=chart_order) for part in _tooth_parts(fdi, teeth[fdi])]
    if chart.get("dentition"):
        parts.insert(0, f"dentition={chart['dentition']}")
    return "; ".join(parts)


def _tooth_parts(fdi: str, tooth: Mapping[str, Any]) -> Iterator[str]:
    if tooth.get("status"):
        yield f"{fdi}={tooth['status']}"
    by_code: dict[str, list[str]] = {}
    for surface in in_order(tooth.get("surfaces", {})):
        for code in tooth["surfaces"][surface]:
            by_code.setdefault(code, []).append(surface)
    for code in sorted(by_code):
        yield f"{fdi}:{''.join(by_code[code])}={code}"
    for code in tooth.get("marks", ()):
        yield f"{fdi}={code}"
    for sign, layer in LAYERS.items():
        for act in tooth.get(layer, ()):
            where = ":" + "".join(act["surfaces"]) if act.get("surfaces") else ""
            yield f"{fdi}{where}{sign}{act['code']}"
    if tooth.get("mobility"):
        yield f"{fdi}~{tooth['mobility']}"
    if tooth.get("note"):
        yield f"{fdi}#{json.dumps(tooth['note'], ensure_ascii=False)}"


def read(text: str, states: frozenset[str]) -> dict[str, Any] | None:
    """Return the chart of a text form, or None when it cannot be read. `states` tells states from findings."""
    chart: dict[str, Any] = {"teeth": {}}
    rest = text.strip()
    named = re.match(r"dentition=(permanent|primary|mixed)\s*(?:;|$)", rest)
    if named:
        chart["dentition"] = named[1]
        rest = rest[named.end() :]
    place = 0
    while place < len(rest) and rest[place:].strip(" ;"):
        part = PART.match(rest, place)
        if part is None:
            return None
        tooth = chart["teeth"].setdefault(part[1], {})
        if not _take(tooth, (part[2] or "").upper().translate(ALIASES), part[3], part[4], states):
            return None
        place = part.end()
    return chart


def _take(tooth: dict[str, Any], surfaces: str, sign: str, word: str, states: frozenset[str]) -> bool:
    where = [surface for surface in SURFACES if surface in surfaces]
    if not word:
        return False
    if sign == "#":
        tooth["note"] = json.loads(word) if word.startswith('"') else word
    elif sign == "~":
        if not re.fullmatch("[0-3]", word):
            return False
        tooth["mobility"] = int(word)
    elif sign in LAYERS:
        act: dict[str, Any] = {"code": word} | ({"surfaces": where} if where else {})
        tooth.setdefault(LAYERS[sign], []).append(act)
    elif where:
        for surface in where:
            tooth.setdefault("surfaces", {}).setdefault(surface, []).append(word)
    elif word in states:
        tooth["status"] = word
    else:
        tooth.setdefault("marks", []).append(word)
    return True


def short(chart: Mapping[str, Any]) -> str:
    """Return what a list shows: `36-MO, 11`."""
    teeth = chart.get("teeth", {})
    return ", ".join(_short_tooth(fdi, teeth[fdi]) for fdi in sorted(teeth, key=chart_order))


def _short_tooth(fdi: str, tooth: Mapping[str, Any]) -> str:
    acts = [act for layer in LAYERS.values() for act in tooth.get(layer, ())]
    found = set(tooth.get("surfaces", {})).union(*(act.get("surfaces", ()) for act in acts))
    marked = "".join(in_order(found))
    return f"{fdi}-{marked}" if marked else fdi


def tidy(text: str) -> str:
    """Return `text` with full-width signs narrowed, outside of quoted notes."""
    pieces = re.split(r'("(?:[^"\\]|\\.)*")', text)
    return "".join(piece if n % 2 else narrowed(piece + "|")[:-1] for n, piece in enumerate(pieces))
