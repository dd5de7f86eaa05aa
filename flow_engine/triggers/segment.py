"""A record entered or left a segment (进入或离开人群)."""

from engine.schema import KEY, closed, one_of
from flow_engine.trigger import Trigger

TRIGGER = Trigger(
    kind="segment",
    zh="进入或离开人群",
    en="Entered or left a segment",
    listens="segment",
    config_schema=closed(
        ("form", "segment"),
        form=KEY,
        segment=KEY,
        direction={**one_of("enter", "leave"), "default": "enter"},
        again={"type": "boolean", "default": True},
    ),
    sample={"form": "customer", "segment": "asleep"},
)
"""Looked at as often as the segment is refreshed. `again`: whether coming back counts."""
