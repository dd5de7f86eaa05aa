"""Link (网址): an address on the web."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from engine.problems import Code, Problem
from engine.schema import Schema, array, closed, one_of
from form_engine.controls._settings import setting
from form_engine.controls._text import Line

NOT_A_LINK = Code(
    "url.not_a_link",
    zh="“{value}”不是有效的网址",
    en="“{value}” is not a web address",
    hint_zh="例如 https://example.com，可用：{schemes}",
    hint_en="For example https://example.com; allowed: {schemes}",
)


@dataclass(frozen=True)
class Link(Line):
    """A web address; `https://` is put in front where the scheme is missing. Only listed schemes pass."""

    def normalise(self, value: str, config: Mapping[str, Any]) -> str | None:
        bare = value.strip()
        if bare and ":" not in bare.split("/")[0].split("?")[0] and "." in bare:
            return "https://" + bare
        return bare or None

    def check(self, value: str, config: Mapping[str, Any], path: str) -> Iterator[Problem]:
        if len(value) > 2000 or not _is_link(value, config["schemes"]):
            yield NOT_A_LINK.at(path, value=value, schemes=", ".join(config["schemes"]))

    def json_schema(self, config: Mapping[str, Any]) -> Schema:
        return {"type": "string", "maxLength": 3000}


def _is_link(value: str, schemes: list[str]) -> bool:
    if any(c.isspace() or not c.isprintable() for c in value) or "\\" in value:
        return False
    try:
        parts = urlsplit(value)
        host = parts.hostname
    except ValueError:
        return False
    if parts.scheme not in schemes:
        return False
    return bool(parts.path) if parts.scheme in ("mailto", "tel") else bool(host)


CONTROL = Link(
    kind="url",
    zh="网址",
    en="Web link",
    icon="link",
    config_schema=closed(
        schemes=setting(
            "允许的协议",
            "Allowed schemes",
            array(one_of("https", "http", "mailto", "tel", "ftp"), minItems=1)
            | {"default": ["https", "http"]},
        )
    ),
    sample={
        "config": {},
        "valid": ["https://example.com/a?b=1", "example.com/x"],
        "invalid": ["javascript:alert(1)", "https://", "ftp://example.com", "a b"],
    },
)
