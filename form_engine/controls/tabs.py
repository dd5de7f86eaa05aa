"""Tabs (标签页)."""

from engine.schema import closed
from form_engine.controls._panes import panes
from form_engine.controls._virtual import Layout

CONTROL = Layout(
    kind="tabs",
    zh="标签页",
    en="Tabs",
    icon="folder",
    config_schema=closed(("panes",), panes=panes("标签页", "Tabs")),
    sample={"config": {"panes": [{"key": "a", "title": {"zh": "一", "en": "One"}, "items": []}]}},
)
