"""DingTalk (钉钉) work notices of an own application to people of the staff."""

from collections.abc import Mapping

from connectors.channel import BaseChannel, call_json, judged
from engine.ports import Outgoing, Receipt

HOST = "oapi.dingtalk.com"
HOSTS = frozenset({HOST})


class DingTalk(BaseChannel):
    """The person's address is the DingTalk user id."""

    def deliver(self, where: str, outgoing: Outgoing, settings: Mapping[str, str]) -> Receipt:
        asked = {"appkey": settings["app_key"], "appsecret": settings["secret"]}
        status, answer = call_json("GET", f"https://{HOST}/gettoken", HOSTS, query=asked)
        token = answer.get("access_token") if isinstance(answer, dict) else None
        if not token:
            raise ConnectionError(f"DingTalk token: HTTP {status}")
        text = outgoing.text + (f"\n\n{outgoing.link}" if outgoing.link else "")
        body = {
            "agent_id": settings["agent_id"],
            "userid_list": where,
            "msg": {"msgtype": "markdown", "markdown": {"title": outgoing.subject, "text": text}},
        }
        status, answer = call_json(
            "POST", f"https://{HOST}/topapi/message/corpconversation/asyncsend_v2", HOSTS,
            query={"access_token": token}, json=body,
        )  # fmt: skip
        found = answer if isinstance(answer, dict) else {}
        return judged(status, found, found.get("task_id"), found.get("errcode", 0))


CHANNEL = DingTalk("dingtalk", "钉钉", "DingTalk", "dingtalk", ("app_key", "secret", "agent_id"))
