"""Created by (创建人)."""

from engine.schema import closed
from form_engine.controls._virtual import Virtual

CONTROL = Virtual(
    kind="created_by",
    zh="创建人",
    en="Created by",
    icon="user",
    config_schema=closed(),
    sample={"config": {}},
)
