"""Robots of chat groups: what each is posted, how it is signed, what its answer means."""

import base64
import hmac
from hashlib import sha256
from typing import Any

import pytest

import connectors.robot
from connectors.robot import ROBOTS, Note
from engine.ports import Receipt

NOTE = Note("本月实收", "**实收**\n¥12.00")
ADDRESS = {
    "wecom": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k",
    "dingtalk": "https://oapi.dingtalk.com/robot/send?access_token=k",
    "feishu": "https://open.feishu.cn/open-apis/bot/v2/hook/k",
}
WELL = {"wecom": {"errcode": 0}, "dingtalk": {"errcode": 0}, "feishu": {"code": 0}}
NOW = 1_772_700_000


class Provider:
    """Takes down what was posted, and answers."""

    def __init__(self, status: int, answer: Any) -> None:
        self.answer, self.asked = (status, answer), {}

    def __call__(self, method: str, url: str, hosts: frozenset[str], **given: Any) -> tuple[int, Any]:
        self.asked = {"method": method, "url": url, "hosts": hosts, **given}
        return self.answer


def told(
    monkeypatch: pytest.MonkeyPatch, kind: str, status: int, answer: Any, **more: str
) -> tuple[Receipt, Any]:
    provider = Provider(status, answer)
    monkeypatch.setattr(connectors.robot, "call_json", provider)
    return ROBOTS.get(kind).send(NOTE, {"url": ADDRESS[kind], **more}, NOW), provider.asked


@pytest.mark.parametrize("kind", sorted(ADDRESS))
def test_a_note_is_posted_to_the_address_of_the_group(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    receipt, asked = told(monkeypatch, kind, 200, WELL[kind])
    assert receipt.state == "sent"
    assert asked["method"] == "POST"
    assert ADDRESS[kind].startswith(asked["url"])
    assert NOTE.title in str(asked["json"])
    assert "¥12.00" in str(asked["json"])
    assert "sign" not in asked["query"]
    assert "sign" not in asked["json"]


def test_dingtalk_signs_the_address_and_feishu_the_body(monkeypatch: pytest.MonkeyPatch) -> None:
    def expected(key: str, text: str) -> str:
        return base64.b64encode(hmac.new(key.encode(), text.encode(), sha256).digest()).decode()

    _, asked = told(monkeypatch, "dingtalk", 200, WELL["dingtalk"], secret="s")
    stamp = str(NOW * 1000)
    assert asked["query"] == {"access_token": "k", "timestamp": stamp, "sign": expected("s", f"{stamp}\ns")}
    _, asked = told(monkeypatch, "feishu", 200, WELL["feishu"], secret="s")
    assert (asked["json"]["timestamp"], asked["json"]["sign"]) == (str(NOW), expected(f"{NOW}\ns", ""))


@pytest.mark.parametrize("kind", sorted(ADDRESS))
def test_without_an_address_it_stays_in_the_outbox(kind: str) -> None:
    assert ROBOTS.get(kind).send(NOTE, {}, NOW).state == "outbox"


@pytest.mark.parametrize(
    "url",
    [
        "http://qyapi.weixin.qq.com/x",
        "https://10.0.0.1/x",
        "https://evil.example/?h=qyapi.weixin.qq.com",
        "x",
    ],
)
def test_an_address_elsewhere_is_refused(url: str) -> None:
    assert ROBOTS.get("wecom").send(NOTE, {"url": url}, NOW).state == "refused"


@pytest.mark.parametrize(
    ("status", "answer", "state"),
    [(200, {"errcode": 93000, "errmsg": "invalid webhook"}, "refused"), (200, None, "refused"), (404, {}, "refused"), (503, None, "unknown")],
)  # fmt: skip
def test_the_robots_own_word_decides(
    monkeypatch: pytest.MonkeyPatch, status: int, answer: Any, state: str
) -> None:
    assert told(monkeypatch, "wecom", status, answer)[0].state == state
