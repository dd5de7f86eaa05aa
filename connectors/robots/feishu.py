"""The robot of a Feishu (飞书) group; with a secret the body is signed."""

from collections.abc import Mapping
from typing import Any

from connectors.robot import Json, Note, Robot, signed


class FeishuRobot(Robot):
    """A card with a title and markdown."""

    def body(self, note: Note, secret: str, now_s: int) -> Json:
        stamp = str(now_s)
        title = {"title": {"tag": "plain_text", "content": note.title}}
        card = {"header": title, "elements": [{"tag": "markdown", "content": note.text}]}
        sign = {"timestamp": stamp, "sign": signed(f"{stamp}\n{secret}", "")} if secret else {}
        return {**sign, "msg_type": "interactive", "card": card}

    def code(self, answer: Mapping[str, Any]) -> Any:
        return answer.get("code", answer.get("StatusCode", 0))


ROBOT = FeishuRobot(
    "feishu",
    "飞书群机器人",
    "Feishu group robot",
    frozenset({"open.feishu.cn", "open.larksuite.com"}),
    18_000,
)
