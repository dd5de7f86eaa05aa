"""Signature (签名): strokes with their times, who signed, and what was on the screen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from engine.schema import KEY, Schema, array, closed
from form_engine.controls._settings import flag, key_of, line, many, whole
from form_engine.controls._structured import Structured

POINT: Schema = {
    "type": "array",
    "prefixItems": [
        {"type": "number", "minimum": 0, "maximum": 1},
        {"type": "number", "minimum": 0, "maximum": 1},
        {"type": "integer", "minimum": 0, "maximum": 3_600_000},
    ],
    "minItems": 3,
    "maxItems": 3,
}
"""x, y as shares of the pad's width and height, and milliseconds since the first touch."""
SIGNER = closed(name={"type": "string", "maxLength": 50}, relation={"type": "string", "maxLength": 20})
SIGNED = closed(
    ("strokes",),
    strokes=array(array(POINT, minItems=1, maxItems=2000), minItems=1, maxItems=200),
    signed_at={"type": "string", "minLength": 16, "maxLength": 40, "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d"},
    ratio={"type": "number", "minimum": 0.2, "maximum": 10},
    signer=SIGNER,
    doc_hash={"type": "string", "pattern": "^(sha256:)?[0-9a-f]{64}$"},
    device={"type": "string", "maxLength": 200},
)


@dataclass(frozen=True)
class Signature(Structured):
    """Strokes, not a picture: they stay sharp on paper and keep how they were written."""

    def stamped(self, value: Any, before: Any, config: Mapping[str, Any], now: datetime) -> Any:
        # The clock of whoever holds the pen may say anything.
        if not isinstance(value, Mapping):
            return value
        is_same = isinstance(before, Mapping) and before.get("strokes") == value.get("strokes")
        at = before.get("signed_at") if is_same else None
        return {**value, "signed_at": at or now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}

    def covers(self, config: Mapping[str, Any]) -> tuple[str, ...] | None:
        if config["locks"]:
            return ()
        return tuple(config["covers"]) if config.get("covers") else None

    def json_schema(self, config: Mapping[str, Any]) -> Schema:
        return SIGNED


CONTROL = Signature(
    kind="signature",
    zh="签名",
    en="Signature",
    group="clinic",
    icon="edit",
    config_schema=closed(
        ask_name=flag("填写签名人", "Ask for the signer's name"),
        relations=many("与患者关系", "Relations", {"type": "string", "maxLength": 20}, maxItems=20)
        | {"default": ["本人", "父母", "配偶", "监护人", "委托人"]},
        statement=line("签名前的声明", "Statement above", maxLength=2000),
        height=whole("高度", "Height", minimum=80, maximum=600, default=160),
        locks=flag("签名后锁定记录", "Locks the record"),
        after=key_of("须在此签名之后", "Signed only after", "field"),
        covers=many("签名后锁定的字段", "Fields locked once signed", KEY | {"x-kind": "field"}, maxItems=100),
    ),
    sample={
        "config": {},
        "valid": [
            {
                "strokes": [[[0.1, 0.5, 0], [0.2, 0.6, 16]]],
                "signed_at": "2026-03-01T01:12:00Z",
                "signer": {"name": "张三", "relation": "本人"},
            }
        ],
        "invalid": [
            {"strokes": [], "signed_at": "2026-03-01T01:12:00Z"},
            {"strokes": [[[2, 0, 0]]], "signed_at": "2026-03-01T01:12:00Z"},
            "signed",
        ],
    },
)
