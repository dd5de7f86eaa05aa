"""E-mail (邮箱): an address, kept in lower case."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.problems import Code, Problem
from engine.schema import Schema, closed
from engine.text import fold
from form_engine.controls._text import Line

NOT_AN_ADDRESS = Code(
    "email.not_an_address",
    zh="“{value}”不是有效的邮箱地址",
    en="“{value}” is not an e-mail address",
    hint_zh="例如 name@example.com",
    hint_en="For example name@example.com",
)
LOCAL = re.compile(r"^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$")
DOMAIN = re.compile(r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$")


def is_address(text: str) -> bool:
    """Return whether `text` (lower case) is a mailbox as RFC 5321 allows without quotes; names may be Chinese."""
    local, at, domain = text.rpartition("@")
    if not at or len(local) > 64 or len(text) > 254:
        return False
    try:
        ascii_domain = domain.encode("idna").decode()
    except UnicodeError:
        return False
    return bool(LOCAL.match(local) and DOMAIN.match(ascii_domain))


@dataclass(frozen=True)
class Email(Line):
    """A mailbox, in lower case."""

    def normalise(self, value: str, config: Mapping[str, Any]) -> str | None:
        return fold(value) or None

    def check(self, value: str, config: Mapping[str, Any], path: str) -> Iterator[Problem]:
        if not is_address(value):
            yield NOT_AN_ADDRESS.at(path, value=value)

    def json_schema(self, config: Mapping[str, Any]) -> Schema:
        return {"type": "string", "maxLength": 1000}


CONTROL = Email(
    kind="email",
    zh="邮箱",
    en="E-mail",
    group="identity",
    icon="mail",
    config_schema=closed(),
    sample={
        "config": {},
        "valid": ["name@example.com", "A.B+c@Example.co.uk"],
        "invalid": ["name", "a@b", "a b@c.com", "a..b@c.com", "@c.com"],
    },
)
