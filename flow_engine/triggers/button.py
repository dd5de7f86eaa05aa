"""Somebody pressed a button (按钮) on a record, or on several in a list."""

from engine.schema import KEY, array, closed, one_of
from flow_engine.trigger import Trigger

TRIGGER = Trigger(
    kind="button",
    zh="按钮",
    en="Button",
    listens="button",
    config_schema=closed(
        ("form",),
        form=KEY,
        roles=array({**KEY, "x-kind": "role"}, maxItems=50),
        where={**one_of("record", "list", "both"), "default": "both"},
        ask=array(KEY, maxItems=50),
        many={"type": "boolean"},
        needs={**one_of("view", "edit"), "default": "view"},
    ),
    sample={"form": "plan", "roles": ["consultant"]},
)
"""`when`: for which records it is offered. `ask`: variables of the flow that are asked for. `roles`: who sees it; all where none are named.
`many`: also where one about the record is still at work. `needs`: what the person must be allowed to do with the record."""
