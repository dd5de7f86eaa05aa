"""A message came in (收到消息) for which no running flow was waiting."""

from engine.schema import closed
from flow_engine.settings import MESSAGE_NAME
from flow_engine.trigger import Trigger

TRIGGER = Trigger(
    kind="message",
    zh="收到消息",
    en="Message received",
    listens="message",
    config_schema=closed(("message",), message=MESSAGE_NAME),
    sample={"message": "sms.reply"},
)
