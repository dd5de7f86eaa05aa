"""The robot of a DingTalk (钉钉) group; with a secret the address is signed."""

from connectors.robot import Json, Note, Robot, signed


class DingTalkRobot(Robot):
    """Markdown; a line ends with two blanks and a break."""

    def body(self, note: Note, secret: str, now_s: int) -> Json:
        text = f"**{note.title}**\n\n{note.text}".replace("\n", "  \n")
        return {"msgtype": "markdown", "markdown": {"title": note.title, "text": text}}

    def query(self, secret: str, now_s: int) -> dict[str, str]:
        stamp = str(now_s * 1000)
        return {"timestamp": stamp, "sign": signed(secret, f"{stamp}\n{secret}")}


ROBOT = DingTalkRobot(
    "dingtalk", "钉钉群机器人", "DingTalk group robot", frozenset({"oapi.dingtalk.com"}), 18_000
)
