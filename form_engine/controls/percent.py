"""Percent (百分比): kept as a share, 0.06 for 6 %."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from engine.schema import closed
from form_engine.controls._numbers import Number, span
from form_engine.controls._phones import narrowed
from form_engine.controls._settings import whole
from form_engine.controls._structured import unreadable


@dataclass(frozen=True)
class Percent(Number):
    """A share; the text form is a percentage: `6%`."""

    def value_config(self, config: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"scale": config["places"] + 2}

    def to_text(self, value: Decimal, config: Mapping[str, Any]) -> str:
        shown = format(value * 100, "f")
        return (shown.rstrip("0").rstrip(".") if "." in shown else shown) + "%"

    def from_text(self, text: str, config: Mapping[str, Any], path: str) -> Any:
        bare = narrowed(text)
        if not bare.endswith("%"):
            return super().from_text(bare, config, path)
        try:
            share = Decimal(bare[:-1].replace(",", "").strip()) / 100
        except InvalidOperation as wrong:
            raise unreadable(text, "6%", path) from wrong
        return super().from_text(format(share, "f"), config, path)


CONTROL = Percent(
    kind="percent",
    zh="百分比",
    en="Percent",
    value_type="decimal",
    icon="percentage",
    config_schema=closed(
        **span(min=0, max=1),
        places=whole("百分数的小数位", "Places of the percentage", minimum=0, maximum=4, default=2),
    ),
    sample={"config": {}, "valid": ["0.06", 1], "invalid": ["1.2", "-0.1", "x"]},
)
