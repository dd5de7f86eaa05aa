"""Rich text (富文本): formatted text, kept as safe HTML."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from engine.problems import Problem
from engine.schema import Schema, closed
from form_engine.controls._html import plain, safe
from form_engine.controls._limits import length
from form_engine.controls._settings import many, pick, said, whole
from form_engine.controls._text import Line, lengths


@dataclass(frozen=True)
class RichText(Line):
    """Formatted text. Lengths count the words, not the marks; the text form is the words."""

    def normalise(self, value: str, config: Mapping[str, Any]) -> str | None:
        cleaned = safe(value)
        return cleaned if plain(cleaned) or "<img" in cleaned else None

    def check(self, value: str, config: Mapping[str, Any], path: str) -> Iterator[Problem]:
        yield from length(plain(value), config, path)

    def from_text(self, text: str, config: Mapping[str, Any], path: str) -> str | None:
        lines = text.replace("\r\n", "\n").strip().split("\n")
        return "".join(f"<p>{escape(line, quote=False)}</p>" for line in lines) if text.strip() else None

    def to_text(self, value: str, config: Mapping[str, Any]) -> str:
        return plain(value)

    def json_schema(self, config: Mapping[str, Any]) -> Schema:
        return {"type": "string", "maxLength": 2_000_000}


CONTROL = RichText(
    kind="richtext",
    zh="富文本",
    en="Rich text",
    icon="font-size",
    config_schema=closed(
        **lengths(20_000),
        toolbar=pick("工具栏", "Toolbar", "basic", "full", default="basic"),
        rows=whole("行数", "Lines shown", minimum=3, maximum=60, default=6),
        phrases=many("常用语", "Phrases", said("一条", "Phrase"), maxItems=200),
    ),
    sample={
        "config": {"max_length": 12},
        "valid": ["<p>一行 <strong>粗</strong></p>", "<p>x</p><script>alert(1)</script>"],
        "invalid": ["<p>一二三四五六七八九十一二三</p>"],
    },
)
