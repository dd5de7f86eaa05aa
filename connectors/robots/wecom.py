"""The robot of a WeCom (企微) group: its address is the secret."""

from connectors.robot import Json, Note, Robot


class WeComRobot(Robot):
    """Markdown of at most 4,096 bytes."""

    def body(self, note: Note, secret: str, now_s: int) -> Json:
        return {"msgtype": "markdown", "markdown": {"content": f"**{note.title}**\n{note.text}"}}


ROBOT = WeComRobot("wecom", "企微群机器人", "WeCom group robot", frozenset({"qyapi.weixin.qq.com"}), 3_900)
