"""Code (代码): text kept to the character, shown in a fixed-width face."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.schema import closed
from form_engine.controls._settings import whole
from form_engine.controls._text import Line, lengths


@dataclass(frozen=True)
class Source(Line):
    """Code; nothing is trimmed, because spaces may mean something."""

    def normalise(self, value: str, config: Mapping[str, Any]) -> str | None:
        return value if value.strip() else None


CONTROL = Source(
    kind="code",
    zh="代码",
    en="Code",
    icon="code",
    config_schema=closed(
        **lengths(50_000),
        rows=whole("行数", "Lines shown", minimum=1, maximum=60, default=8),
    ),
    sample={"config": {"max_length": 30}, "valid": ["select 1\n  from t"], "invalid": ["x" * 31]},
)
