"""An outside system called (外部回调): signed, each call counted once."""

from engine.schema import KEY, closed
from flow_engine.settings import CODE
from flow_engine.trigger import Trigger

TRIGGER = Trigger(
    kind="webhook",
    zh="外部回调",
    en="Webhook",
    listens="message",
    config_schema=closed(("source",), source=KEY, name={**CODE, "default": "webhook"}),
    sample={"source": "website"},
)
"""`source` names the caller with its secret; the body becomes the flow's input. A call that repeats an id starts nothing."""
