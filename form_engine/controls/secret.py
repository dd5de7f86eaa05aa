"""Secret (密文): kept encrypted, shown to nobody, never exported."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.schema import closed
from form_engine.controls._text import Line, lengths


@dataclass(frozen=True)
class Secret(Line):
    """Text that can be set anew but not read."""

    def normalise(self, value: str, config: Mapping[str, Any]) -> str | None:
        return value or None

    def to_text(self, value: str, config: Mapping[str, Any]) -> str:
        return ""


CONTROL = Secret(
    kind="secret",
    zh="密文",
    en="Secret",
    icon="lock",
    operators="-",
    config_schema=closed(**lengths(500)),
    sample={"config": {"min_length": 6}, "valid": ["hunter22"], "invalid": ["abc"]},
)
