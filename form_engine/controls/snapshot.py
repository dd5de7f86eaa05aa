"""Snapshot (快照): a frozen copy of fields, taken when the record reaches a state."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.problems import Code, Problem
from engine.schema import KEY, Schema, array, closed
from form_engine.controls._settings import PATH, flag, pick, setting
from form_engine.controls._structured import Structured, written

TOO_BIG = Code(
    "snapshot.too_big",
    zh="快照内容过大",
    en="The snapshot is too large",
    hint_zh="减少要保留的字段",
    hint_en="Keep fewer fields",
)
MOST = 200_000


@dataclass(frozen=True)
class Snapshot(Structured):
    """`{"taken_at": …, "values": {path: value}, "of": {form: [ids]}}`; written by the server, never by people.

    `of`: the records of other forms that it was read through.
    """

    def check_content(self, value: Any, config: Mapping[str, Any], path: str) -> Iterator[Problem]:
        if len(written(value)) > MOST:
            yield TOO_BIG.at(path)

    def json_schema(self, config: Mapping[str, Any]) -> Schema:
        return closed(
            ("taken_at", "values"),
            taken_at={"type": "string", "maxLength": 40},
            values={"type": "object"},
            of={"type": "object"},
        )


CONTROL = Snapshot(
    kind="snapshot",
    zh="快照",
    en="Snapshot",
    group="relation",
    icon="camera",
    config_schema=closed(
        ("fields_kept",),
        fields_kept=setting("保留的字段", "Fields kept", array(PATH, minItems=1, maxItems=100)),
        taken=pick("何时", "Taken", "create", "stage", default="create"),
        stages=setting("到这些状态时", "At these stages", array(KEY, maxItems=20)),
        again=flag("再次到达时重拍", "Taken anew when it comes there again"),
    ),
    sample={
        "config": {"fields_kept": ["customer_id.name"]},
        "valid": [{"taken_at": "2026-03-01T01:00:00Z", "values": {"customer_id.name": "张三"}}],
        "invalid": [{"values": {}}, [], {"taken_at": 1, "values": {}}],
    },
)
