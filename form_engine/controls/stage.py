"""Stage (状态): where a record stands, and where it may go next."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.schema import KEY, WORDS, array, closed
from form_engine.controls._choices import One
from form_engine.controls._settings import COLOR_PATTERN, flag, key_of, setting

STAGE = closed(
    ("key", "label"),
    key={"type": "string", "minLength": 1, "maxLength": 64},
    label=WORDS,
    color={"type": "string", "pattern": COLOR_PATTERN},
    next=array({"type": "string", "maxLength": 64}, maxItems=50),
    requires=array(KEY, maxItems=30),
    ends={"type": "boolean"},
)


@dataclass(frozen=True)
class Stage(One):
    """One of the stages. Transitions are judged where the old value is known."""

    def value_config(self, config: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"options": config["stages"]}

    def settings(self, given: Mapping[str, Any]) -> Mapping[str, Any]:
        filled = dict(super().settings(given))
        # The stages are the options of a choice; everything that knows choices reads them there.
        filled["options"] = filled.get("stages", [])
        return filled


CONTROL = Stage(
    kind="stage",
    zh="状态",
    en="Stage",
    icon="node-index",
    config_schema=closed(
        ("stages",),
        stages=setting("状态", "Stages", array(STAGE, minItems=1, maxItems=60)),
        by_hand=flag("可手工更改", "May be set by hand", True),
        reason_field=key_of("每次更改须填的原因字段", "Field to give a reason in at each move", "field"),
    ),
    sample={
        "config": {
            "stages": [
                {"key": "new", "label": {"zh": "新建", "en": "New"}, "next": ["done"]},
                {"key": "done", "label": {"zh": "完成", "en": "Done"}, "next": []},
            ]
        },
        "valid": ["new", "done"],
        "invalid": ["lost", 3],
    },
)
