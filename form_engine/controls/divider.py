"""Divider (分隔线)."""

from engine.schema import closed
from form_engine.controls._virtual import Layout

CONTROL = Layout(
    kind="divider", zh="分隔线", en="Divider", icon="line", config_schema=closed(), sample={"config": {}}
)
