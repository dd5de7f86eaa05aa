"""WeChat template messages (微信模板消息) of an official account."""

from collections.abc import Mapping

from connectors.channel import BaseChannel, call_json, judged
from engine.ports import Outgoing, Receipt

HOST = "api.weixin.qq.com"
HOSTS = frozenset({HOST})


class WeChat(BaseChannel):
    """The person's address is the openid. The template's id is that of `template.<name>` in the settings, or the name itself."""

    def deliver(self, where: str, outgoing: Outgoing, settings: Mapping[str, str]) -> Receipt:
        asked = {"grant_type": "client_credential", "appid": settings["app_id"], "secret": settings["secret"]}
        status, answer = call_json("GET", f"https://{HOST}/cgi-bin/token", HOSTS, query=asked)
        token = answer.get("access_token") if isinstance(answer, dict) else None
        if not token:
            raise ConnectionError(f"WeChat token: HTTP {status}")
        name = outgoing.template or "text"
        data = outgoing.data or {"content": outgoing.text}
        body = {
            "touser": where,
            "template_id": settings.get(f"template.{name}", name),
            "url": outgoing.link or "",
            "data": {key: {"value": value} for key, value in data.items()},
            "client_msg_id": outgoing.key[-32:],
        }
        status, answer = call_json(
            "POST",
            f"https://{HOST}/cgi-bin/message/template/send",
            HOSTS,
            query={"access_token": token},
            json=body,
        )
        found = answer if isinstance(answer, dict) else {}
        return judged(status, found, found.get("msgid"), found.get("errcode", 0))


CHANNEL = WeChat("wechat", "微信", "WeChat", "wechat", ("app_id", "secret"))
