"""Started by hand, by an interface or by another flow (手动或接口)."""

from engine.schema import KEY, array, closed
from flow_engine.trigger import Trigger

TRIGGER = Trigger(
    kind="api",
    zh="手动或接口",
    en="By hand or interface",
    listens="api",
    config_schema=closed(form=KEY, roles=array({**KEY, "x-kind": "role"}, maxItems=50)),
    sample={"form": "lead"},
)
