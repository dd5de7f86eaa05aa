"""Ranking (排序): options in order of preference."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.problems import Code, Problem
from engine.schema import closed
from form_engine.controls._choices import Several
from form_engine.controls._settings import flag, option_keys, options

NOT_ALL = Code(
    "ranking.not_all",
    zh="请给全部 {total} 项排序，现在只排了 {count} 项",
    en="Put all {total} in order; only {count} are",
    hint_zh="把剩下的拖进来",
    hint_en="Drag the rest in",
)


@dataclass(frozen=True)
class Ranking(Several):
    """Keys in order; the text form is A>B>C."""

    between: str = ">"

    def check(self, value: Sequence[str], config: Mapping[str, Any], path: str) -> Iterator[Problem]:
        yield from super().check(value, config, path)
        keys = option_keys(config) or ()
        if config["complete"] and len(value) < len(keys):
            yield NOT_ALL.at(path, total=len(keys), count=len(value))


CONTROL = Ranking(
    kind="ranking",
    zh="排序",
    en="Ranking",
    icon="ordered-list",
    operators="K",
    config_schema=closed(("options",), options=options(), complete=flag("须全部排序", "All must be ranked")),
    sample={
        "config": {
            "options": [
                {"key": "a", "label": {"zh": "甲", "en": "A"}},
                {"key": "b", "label": {"zh": "乙", "en": "B"}},
            ],
            "complete": True,
        },
        "valid": [["b", "a"]],
        "invalid": [["a"], ["a", "c"]],
    },
)
