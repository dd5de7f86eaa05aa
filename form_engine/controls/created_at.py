"""Created at (创建时间)."""

from engine.schema import closed
from form_engine.controls._virtual import Virtual

CONTROL = Virtual(
    kind="created_at",
    zh="创建时间",
    en="Created at",
    icon="clock-circle",
    config_schema=closed(),
    sample={"config": {}},
)
