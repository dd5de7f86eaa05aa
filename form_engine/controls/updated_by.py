"""Updated by (更新人)."""

from engine.schema import closed
from form_engine.controls._virtual import Virtual

CONTROL = Virtual(
    kind="updated_by",
    zh="更新人",
    en="Updated by",
    icon="user",
    config_schema=closed(),
    sample={"config": {}},
)
