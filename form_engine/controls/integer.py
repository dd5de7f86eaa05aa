"""Whole number (整数)."""

from engine.schema import closed
from form_engine.controls import _swift
from form_engine.controls._numbers import Number, span
from form_engine.controls._settings import flag, line

CONTROL = Number(
    kind="integer",
    swift=_swift.whole,
    zh="整数",
    en="Whole number",
    value_type="integer",
    icon="number",
    config_schema=closed(
        **span(), thousands=flag("千位分隔", "Thousands separator"), unit=line("单位", "Unit")
    ),
    sample={"config": {"min": 0, "max": 10, "step": 2}, "valid": [0, 10], "invalid": [-2, 11, 3, "x", 1.5]},
)
