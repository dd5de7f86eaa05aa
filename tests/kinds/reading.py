"""Which settings a control's own two halves truly read: Python by being watched, TypeScript by its imports."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from engine.problems import Rejected
from engine.value_type import VALUE_TYPES
from form_engine.control import Control

IMPORTED = re.compile(r"""(?:from|import)\s*\(?\s*["'](\.{1,2}/[^"']+)["']""")


class Watched(dict[str, Any]):
    """Settings that remember which of them were asked for. To copy or walk through them is not to ask."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        super().__init__(given)
        self.asked: set[str] = set()

    def __getitem__(self, key: str) -> Any:
        self.asked.add(key)
        return super().__getitem__(key)

    def get(self, key: str, default: Any = None) -> Any:
        self.asked.add(key)
        return super().get(key, default)

    def __contains__(self, key: object) -> bool:
        self.asked.add(str(key))
        return super().__contains__(key)


def _parsed(control: Control, raw: Any, config: Mapping[str, Any]) -> Any:
    kind = VALUE_TYPES.get(control.value_kind(config) or "")
    return kind.parse(raw, control.value_config(config), "")


def read_in_python(control: Control, config: Mapping[str, Any]) -> set[str]:
    """Return the settings that the control asks for while it reads, checks and writes its samples."""
    watched = Watched(config)
    for ask in (control.value_kind, control.value_config, control.starts_with, control.covers):
        ask(watched)
    if control.role != "field":
        return watched.asked
    control.json_schema(watched)
    control.from_text("", watched, "")
    swift = control.swift(watched) if control.swift is not None else None
    for raw in [*control.sample["valid"], *control.sample["invalid"]]:
        if swift is not None:
            swift(raw)
        try:
            value = _parsed(control, raw, config)
            if value is not None:
                value = control.normalise(value, watched)
        except Rejected:
            continue
        if value is None:
            continue
        if list(control.check(value, watched, "")) or raw not in control.sample["valid"]:
            continue
        list(control.check_by(value, watched, "", date(2026, 3, 5)))
        control.stamped(value, None, watched, datetime(2026, 3, 5, tzinfo=UTC))
        control.fills(value, watched)
        try:
            control.from_text(control.to_text(value, watched), watched, "")
        except Rejected:
            continue
    return watched.asked


@lru_cache(maxsize=1024)
def _text(path: Path) -> str:
    return re.sub(r"/\*.*?\*/|//[^\n]*", "", path.read_text("utf-8"), flags=re.S)


def twin_files(kind: str, source: Path) -> Iterator[Path]:
    """Yield the control's browser half and everything beside it that it imports, directly or through others."""
    home = source / "controls"
    seen: set[Path] = set()
    waiting = [home / f"{kind}.tsx"]
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        yield path
        for name in IMPORTED.findall(_text(path)):
            for ending in (".tsx", ".ts"):
                found = (path.parent / f"{name}{ending}").resolve()
                if found.exists() and home in found.parents and found.parent != home:
                    waiting.append(found)


def reads(text: str, setting: str) -> bool:
    """Tell whether code takes `setting` off a `config`, and nothing else of that name."""
    name = re.escape(setting)
    return any(
        re.search(pattern, text)
        for pattern in (
            rf"\bconfig\??\.{name}\b",
            rf"\{{[^{{}}]*\b{name}\b[^{{}}]*\}}\s*=\s*(?:props\.)?config\b",
            rf"""\bconfig(?:\.get\(|\[)["']{name}["']""",
        )
    )


def read_in_browser(control: Control, source: Path) -> set[str]:
    """Return the settings that the control's browser half takes off its `config`."""
    text = "\n".join(map(_text, twin_files(control.kind, source)))
    return {key for key in control.config_schema["properties"] if reads(text, key)}


def filled(control: Control) -> dict[str, Any]:
    """Return the control's sample settings with every other setting filled in, so that no way is left out."""
    properties = control.config_schema["properties"]
    given = dict(control.sample["config"])
    return {**{key: _some(schema) for key, schema in properties.items()}, **given}


def _some(schema: Mapping[str, Any]) -> Any:
    if "enum" in schema:
        return schema["enum"][-1]
    if "anyOf" in schema:
        return _some(schema["anyOf"][0])
    kind = schema.get("type")
    if kind == "boolean":
        return not schema.get("default", False)
    if kind in ("integer", "number"):
        return schema.get("minimum", schema.get("default", 1))
    if kind == "array":
        return [_some(schema.get("items", {}))]
    if kind == "object":
        return {key: _some(part) for key, part in schema.get("properties", {}).items()}
    return (
        "customer"
        if schema.get("x-kind") or schema.get("format") == "formula"
        else schema.get("default", "a")
    )


def unread(control: Control, root: Path) -> set[str]:
    """Return the settings that neither half of the control reads."""
    found = set(control.config_schema["properties"])
    found -= read_in_browser(control, root / "designer_ui" / "src")
    for given in (control.sample["config"], filled(control)):
        found -= read_in_python(control, control.settings(given))
    return found
