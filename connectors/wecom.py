"""WeCom (企微) messages of an own application to people of the staff."""

from collections.abc import Mapping

from connectors.channel import BaseChannel, call_json, judged
from engine.ports import Outgoing, Receipt

HOST = "qyapi.weixin.qq.com"
HOSTS = frozenset({HOST})


class WeCom(BaseChannel):
    """The person's address is the WeCom user id. WeCom drops the same message within half an hour itself."""

    def deliver(self, where: str, outgoing: Outgoing, settings: Mapping[str, str]) -> Receipt:
        asked = {"corpid": settings["corp_id"], "corpsecret": settings["secret"]}
        status, answer = call_json("GET", f"https://{HOST}/cgi-bin/gettoken", HOSTS, query=asked)
        token = answer.get("access_token") if isinstance(answer, dict) else None
        if not token:
            raise ConnectionError(f"WeCom token: HTTP {status}")
        text = f"{outgoing.subject}\n{outgoing.text}" + (f"\n{outgoing.link}" if outgoing.link else "")
        body = {
            "touser": where,
            "msgtype": "text",
            "agentid": int(settings["agent_id"]),
            "text": {"content": text},
            "enable_duplicate_check": 1,
        }
        status, answer = call_json(
            "POST", f"https://{HOST}/cgi-bin/message/send", HOSTS, query={"access_token": token}, json=body
        )
        found = answer if isinstance(answer, dict) else {}
        return judged(status, found, found.get("msgid"), found.get("errcode", 0))


CHANNEL = WeCom("wecom", "企微", "WeCom", "wecom", ("corp_id", "secret", "agent_id"))
