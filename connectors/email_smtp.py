"""E-mail (邮件) by SMTP, encrypted from the first byte or by STARTTLS; never in the clear."""

import smtplib
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.headerregistry import Address as MailAddress
from email.message import EmailMessage
from email.utils import formatdate
from hashlib import sha256
from typing import Any

from connectors.channel import BaseChannel
from engine.ports import Outgoing, Receipt

TIMEOUT_S = 20
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


def connect(settings: Mapping[str, str]) -> Any:
    """Return an open, encrypted connection; a mail server on this very machine needs no encryption."""
    host, port = settings["host"], int(settings.get("port") or 465)
    if port == 465:
        return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_S, context=ssl.create_default_context())
    server = smtplib.SMTP(host, port, timeout=TIMEOUT_S)
    if host not in _LOCAL:
        server.starttls(context=ssl.create_default_context())
    return server


@dataclass(frozen=True)
class Email(BaseChannel):
    """Plain text, and files beside it: what people wrote is never read as HTML."""

    opened: Callable[[Mapping[str, str]], Any] = field(default=connect)

    def deliver(self, where: str, outgoing: Outgoing, settings: Mapping[str, str]) -> Receipt:
        try:
            mail = letter(where, outgoing, settings)
        except ValueError as why:
            return Receipt("refused", error=str(why)[:500])
        try:
            with self.opened(settings) as server:
                if settings.get("user"):
                    server.login(settings["user"], settings.get("password", ""))
                server.send_message(mail)
        except smtplib.SMTPRecipientsRefused:
            return Receipt("refused", error="recipient refused")
        except smtplib.SMTPResponseException as why:
            if 400 <= why.smtp_code < 500:
                raise ConnectionError(f"SMTP {why.smtp_code}") from why
            return Receipt("refused", error=f"SMTP {why.smtp_code}")
        except smtplib.SMTPServerDisconnected as why:
            raise OSError(str(why)) from why
        return Receipt("sent", str(mail["Message-ID"]))


def letter(where: str, outgoing: Outgoing, settings: Mapping[str, str]) -> EmailMessage:
    """Return the e-mail. The same message has the same Message-ID however often it is tried. Raises ValueError."""
    sender = settings["from"]
    domain = sender.rpartition("@")[2]
    mail = EmailMessage()
    mail["From"] = MailAddress(one_line(settings.get("from_name", "")), addr_spec=sender)
    mail["To"] = MailAddress(one_line(outgoing.to.name), addr_spec=where)
    mail["Subject"] = one_line(outgoing.subject)
    mail["Date"] = formatdate()
    mail["Message-ID"] = f"<{sha256(outgoing.key.encode()).hexdigest()[:32]}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    link = f"\n\n{outgoing.link}" if outgoing.link and outgoing.link not in outgoing.text else ""
    mail.set_content(outgoing.text + link)
    for file in outgoing.files:
        major, _, minor = file.mime.partition(";")[0].partition("/")
        mail.add_attachment(file.data, maintype=major, subtype=minor, filename=one_line(file.name))
    return mail


def one_line(text: str) -> str:
    """Return a text without line ends: a header has one line."""
    return " ".join(text.split())


CHANNEL = Email("email", "邮件", "E-mail", "email", ("host", "from"))
