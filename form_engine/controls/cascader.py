"""Cascader (级联选择): a path down a tree of options."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.problems import Code, Problem
from engine.schema import closed
from form_engine.controls._choices import Several
from form_engine.controls._limits import NOT_AN_OPTION
from form_engine.controls._settings import flag, options

NOT_A_PATH = Code(
    "cascader.not_a_path",
    zh="“{child}”不在“{parent}”之下",
    en="“{child}” is not below “{parent}”",
    hint_zh="请逐级重新选择",
    hint_en="Choose again, level by level",
)
NOT_A_LEAF = Code(
    "cascader.not_a_leaf",
    zh="请选到最后一级",
    en="Choose down to the last level",
    hint_zh="“{last}”下面还有选项",
    hint_en="There are options below “{last}”",
)


@dataclass(frozen=True)
class Cascader(Several):
    """Keys from the top down; options name their `parent`. The text form is `A/B`."""

    between: str = "/"

    def check(self, value: Sequence[str], config: Mapping[str, Any], path: str) -> Iterator[Problem]:
        given = config["options"]
        if isinstance(given, str):
            return
        parents = {option["key"]: option.get("parent") for option in given}
        above: str | None = None
        for place, key in enumerate(value):
            if key not in parents:
                yield NOT_AN_OPTION.at(f"{path}/{place}", value=key)
            elif parents[key] != above:
                yield NOT_A_PATH.at(f"{path}/{place}", child=key, parent=above or "–")
            above = key
        if config["leaf_only"] and above in parents.values() and above is not None:
            yield NOT_A_LEAF.at(path, last=above)


CONTROL = Cascader(
    kind="cascader",
    zh="级联选择",
    en="Cascader",
    icon="cluster",
    operators="C",
    config_schema=closed(
        ("options",), options=options(), leaf_only=flag("只能选末级", "Last level only", True)
    ),
    sample={
        "config": {
            "options": [
                {"key": "zz", "label": {"zh": "种植", "en": "Implant"}},
                {"key": "zzg", "label": {"zh": "种植冠", "en": "Implant crown"}, "parent": "zz"},
            ]
        },
        "valid": [["zz", "zzg"]],
        "invalid": [["zz"], ["zzg"], ["x"]],
    },
)
