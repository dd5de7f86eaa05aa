"""Long text (多行文本): several lines, as typed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.schema import closed
from form_engine.controls import _swift
from form_engine.controls._settings import whole
from form_engine.controls._text import Line, lengths


@dataclass(frozen=True)
class TextArea(Line):
    """Lines of text; line ends are kept as `\\n`."""

    def normalise(self, value: str, config: Mapping[str, Any]) -> str | None:
        lines = value.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        return "\n".join(line.rstrip() for line in lines).strip("\n") or None


CONTROL = TextArea(
    kind="textarea",
    swift=_swift.lines,
    zh="多行文本",
    en="Long text",
    icon="align-left",
    config_schema=closed(
        **lengths(5000),
        rows=whole("行数", "Lines shown", minimum=1, maximum=40, default=3),
    ),
    sample={"config": {"max_length": 20}, "valid": ["一行\n两行"], "invalid": ["长" * 21, "\u0007"]},
)
