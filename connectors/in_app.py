"""In the app (站内): the line in the drawer is written with the message itself, so nothing is left to send."""

from collections.abc import Mapping

from connectors.channel import BaseChannel
from engine.ports import Outgoing, Receipt


class InApp(BaseChannel):
    """Reaches everybody with an account."""

    def deliver(self, where: str, outgoing: Outgoing, settings: Mapping[str, str]) -> Receipt:
        return Receipt("sent", where)


CHANNEL = InApp("in_app", "站内", "In the app", "in_app")
