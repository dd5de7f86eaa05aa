"""Columns (分栏)."""

from engine.schema import closed
from form_engine.controls._panes import panes
from form_engine.controls._virtual import Layout

CONTROL = Layout(
    kind="columns",
    zh="分栏",
    en="Columns",
    icon="split-cells",
    config_schema=closed(("panes",), panes=panes("栏", "Columns")),
    sample={"config": {"panes": [{"key": "a", "title": {"zh": "一", "en": "One"}, "items": []}]}},
)
