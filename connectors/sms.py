"""SMS (短信) by a gateway that takes JSON: most providers have such an entry, or a small relay before them gives one."""

from collections.abc import Mapping

from connectors.channel import BaseChannel, call_json, judged
from connectors.egress import BAD_ADDRESS
from engine.ports import Outgoing, Receipt
from engine.problems import Rejected


class Sms(BaseChannel):
    """Posts `{"key", "to", "sign", "text"}` to `url` with the bearer token; expects `{"code": 0, "id"}`."""

    def deliver(self, where: str, outgoing: Outgoing, settings: Mapping[str, str]) -> Receipt:
        url = settings["url"]
        body = {"key": outgoing.key, "to": where, "sign": settings.get("sign", ""), "text": outgoing.text}
        headers = {"Authorization": f"Bearer {settings['token']}", "Idempotency-Key": outgoing.key}
        status, answer = call_json("POST", url, frozenset({host_of(url)}), json=body, headers=headers)
        found = answer if isinstance(answer, dict) else {}
        return judged(status, found, found.get("id"), found.get("code", 0))


def host_of(url: str) -> str:
    """Return the host of an address the administrator gave. Rejected."""
    rest = url.partition("://")[2]
    host = rest.partition("/")[0].rpartition("@")[2].partition(":")[0]
    if not host:
        raise Rejected(BAD_ADDRESS.at("", url=url))
    return host.lower()


CHANNEL = Sms("sms", "短信", "SMS", "sms", ("url", "token"))
