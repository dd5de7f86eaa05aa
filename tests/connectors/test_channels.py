"""Channels without credentials keep messages in the outbox; e-mail goes out for real; every channel speaks its protocol."""

import smtplib
from dataclasses import replace

import pytest

import connectors.dingtalk
import connectors.sms
import connectors.wechat
import connectors.wecom
from connectors.channel import CHANNELS
from connectors.email_smtp import CHANNEL as EMAIL
from connectors.email_smtp import Email
from engine.ports import Address, Outgoing

ADDRESSES = {"in_app": "u1", "sms": "13800000000", "wechat": "openid", "wecom": "zhang", "dingtalk": "zhang",
             "email": "zhang@example.com"}  # fmt: skip
TO = Address("contact", "c1", "张三", ADDRESSES)
MESSAGE = Outgoing("flow:1:2", TO, "zh", "提醒", "明天10:00见", link="https://clinic.example/x")
CREDENTIALS = {
    "sms": {"url": "https://sms.example/send", "token": "t", "sign": "微笑口腔"},
    "wechat": {"app_id": "a", "secret": "s", "template.reminder": "TPL1"},
    "wecom": {"corp_id": "c", "secret": "s", "agent_id": "7"},
    "dingtalk": {"app_key": "k", "secret": "s", "agent_id": "7"},
}


def test_there_are_the_channels_that_messages_name():
    assert set(CHANNELS.all()) == {"in_app", "sms", "wechat", "wecom", "dingtalk", "email"}


@pytest.mark.parametrize("kind", ["sms", "wechat", "wecom", "dingtalk", "email"])
def test_without_credentials_a_message_stays_in_the_outbox(kind):
    assert CHANNELS.get(kind).send(MESSAGE, {}).state == "outbox"


@pytest.mark.parametrize("kind", list(ADDRESSES))
def test_who_has_no_address_cannot_be_reached(kind):
    nobody = replace(MESSAGE, to=replace(TO, values={}))
    assert CHANNELS.get(kind).address(nobody.to) is None
    assert CHANNELS.get(kind).send(nobody, CREDENTIALS.get(kind, {})).state == "refused"


class Provider:
    """Answers like a provider, and remembers what it was asked."""

    def __init__(self, *answers) -> None:
        self.answers, self.asked = list(answers), []

    def __call__(self, method, url, hosts, *, query=None, json=None, headers=None):
        self.asked.append({"url": url, "query": query, "json": json, "headers": headers})
        return self.answers.pop(0)


@pytest.mark.parametrize(
    ("module", "kind", "answers", "reference"),
    [
        (connectors.sms, "sms", [(200, {"code": 0, "id": "S9"})], "S9"),
        (connectors.wechat, "wechat", [(200, {"access_token": "T"}), (200, {"errcode": 0, "msgid": 9})], "9"),
        (connectors.wecom, "wecom", [(200, {"access_token": "T"}), (200, {"errcode": 0, "msgid": "9"})], "9"),
        (
            connectors.dingtalk,
            "dingtalk",
            [(200, {"access_token": "T"}), (200, {"errcode": 0, "task_id": 9})],
            "9",
        ),
    ],
)
def test_a_provider_that_takes_it_gives_a_reference(module, kind, answers, reference, monkeypatch):
    provider = Provider(*answers)
    monkeypatch.setattr(module, "call_json", provider)
    receipt = CHANNELS.get(kind).send(
        replace(MESSAGE, template="reminder", data={"time": "10:00"}), CREDENTIALS[kind]
    )
    assert (receipt.state, receipt.reference) == ("sent", reference)
    assert ADDRESSES[kind] in str(provider.asked[-1]["json"])


def test_a_template_of_wechat_goes_out_by_its_id(monkeypatch):
    provider = Provider((200, {"access_token": "T"}), (200, {"errcode": 0, "msgid": 9}))
    monkeypatch.setattr(connectors.wechat, "call_json", provider)
    CHANNELS.get("wechat").send(
        replace(MESSAGE, template="reminder", data={"time": "10:00"}), CREDENTIALS["wechat"]
    )
    sent = provider.asked[-1]["json"]
    assert (sent["template_id"], sent["data"]) == ("TPL1", {"time": {"value": "10:00"}})


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ((200, {"code": 7, "message": "no balance"}), "refused"),
        ((403, None), "refused"),
        ((502, None), "unknown"),
    ],
)
def test_a_provider_that_does_not_take_it_is_told(answer, state, monkeypatch):
    monkeypatch.setattr(connectors.sms, "call_json", Provider(answer))
    assert CHANNELS.get("sms").send(MESSAGE, CREDENTIALS["sms"]).state == state


def test_without_a_token_nothing_was_sent(monkeypatch):
    monkeypatch.setattr(connectors.wecom, "call_json", Provider((200, {"errcode": 40001})))
    with pytest.raises(ConnectionError):
        CHANNELS.get("wecom").send(MESSAGE, CREDENTIALS["wecom"])


class MailServer:
    """Takes e-mails, or says no."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error, self.mails = error, []

    def __call__(self, settings):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def send_message(self, mail):
        if self.error is not None:
            raise self.error
        self.mails.append(mail)


SMTP = {"host": "mail.example", "from": "clinic@example.com", "from_name": "微笑口腔"}


def email(server: MailServer) -> Email:
    return replace(EMAIL, opened=server)


def test_an_email_is_plain_text_with_a_steady_id():
    server = MailServer()
    first, again = (email(server).send(MESSAGE, SMTP) for _ in range(2))
    assert first.state == "sent"
    assert first.reference == again.reference
    mail = server.mails[0]
    assert mail.get_content_type() == "text/plain"
    assert "明天10:00见" in mail.get_content()
    assert "https://clinic.example/x" in mail.get_content()
    assert mail["To"].addresses[0].addr_spec == "zhang@example.com"


def test_nobody_can_add_headers_to_an_email():
    server = MailServer()
    hostile = replace(
        MESSAGE, subject="a\r\nBcc: all@example.com", to=replace(TO, name="b\nCc: x@example.com")
    )
    email(server).send(hostile, SMTP)
    assert server.mails[0]["Bcc"] is None
    assert server.mails[0]["Cc"] is None
    bad = replace(MESSAGE, to=replace(TO, values={"email": "a@b.example\nBcc: all@example.com"}))
    assert email(server).send(bad, SMTP).state == "refused"


def test_what_a_mail_server_says_decides():
    refused = smtplib.SMTPRecipientsRefused({})
    assert email(MailServer(refused)).send(MESSAGE, SMTP).state == "refused"
    assert email(MailServer(smtplib.SMTPDataError(550, b"no"))).send(MESSAGE, SMTP).state == "refused"
    with pytest.raises(ConnectionError):
        email(MailServer(smtplib.SMTPDataError(451, b"later"))).send(MESSAGE, SMTP)
    with pytest.raises(OSError):
        email(MailServer(smtplib.SMTPServerDisconnected("gone"))).send(MESSAGE, SMTP)
