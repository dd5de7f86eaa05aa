"""Checklist (清单): steps of an SOP that are ticked one by one; done when the required ones are."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.schema import KEY, WORDS, array, closed
from flow_engine.acts import Act
from flow_engine.approvals.human import human_settings
from flow_engine.node import NodeContext
from flow_engine.nodes.task import Doing

ITEM = closed(
    ("key", "label"),
    key=KEY,
    label=WORDS,
    help=WORDS,
    required={"type": "boolean", "default": True},
)


@dataclass(frozen=True)
class Checklist(Doing):
    """`items`: `{key, label, help?, required?}`; what is ticked is kept in the task, with who and when."""

    def task_data(self, ctx: NodeContext) -> Generator[Act, Any, Mapping[str, Any]]:
        """Return an empty list of ticks."""
        return {"ticked": {}}
        yield


NODE = Checklist(
    kind="checklist",
    zh="清单",
    en="Checklist",
    config_schema=human_settings(
        ("who", "items"),
        items=array(ITEM, minItems=1, maxItems=200),
        may_skip={"type": "boolean", "default": False},
    ),
    sample={
        "config": {
            "who": {"role": "nurse"},
            "items": [{"key": "allergy", "label": {"zh": "核对过敏史", "en": "Check allergies"}}],
            "to": "end",
        },
        "invalid": [{"who": {"role": "nurse"}}, {"who": {"role": "nurse"}, "items": []}],
    },
)
