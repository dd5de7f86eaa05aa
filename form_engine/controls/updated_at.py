"""Updated at (更新时间)."""

from engine.schema import closed
from form_engine.controls._virtual import Virtual

CONTROL = Virtual(
    kind="updated_at",
    zh="更新时间",
    en="Updated at",
    icon="clock-circle",
    config_schema=closed(),
    sample={"config": {}},
)
