"""Tags (标签): free labels, with those already used on offer."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.problems import Code, Problem
from engine.schema import closed
from form_engine.controls._choices import Several, counting
from form_engine.controls._settings import flag, option_keys, options

TOO_LONG = Code(
    "tags.too_long",
    zh="标签“{tag}”太长，最多 {max} 个字",
    en="The tag “{tag}” is too long; at most {max} characters",
    hint_zh="标签宜短，详情写在备注里",
    hint_en="Keep tags short and put details into the notes",
)
CLASHING = Code(
    "tags.clashing",
    zh="“{first}”和“{second}”同属一组，只能选一个",
    en="“{first}” and “{second}” are in one group; only one may be chosen",
    hint_zh="去掉其中一个",
    hint_en="Take one of them away",
)
LONGEST = 30


@dataclass(frozen=True)
class Tags(Several):
    """Tags; new ones may be typed unless `new` is off. Options with the same `parent` exclude each other where `exclusive`."""

    def value_config(self, config: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"known" if config["new"] else "options": config.get("options")}

    def normalise(self, value: Sequence[str], config: Mapping[str, Any]) -> tuple[str, ...] | None:
        tidied = [" ".join(tag.split()) for tag in value if tag.strip()]
        return super().normalise(tidied, {**config, "other": True})

    def check(self, value: Sequence[str], config: Mapping[str, Any], path: str) -> Iterator[Problem]:
        known = option_keys(config)
        open_config = {**config, "other": config["new"] or known is None}
        yield from super().check(value, open_config, path)
        for place, tag in enumerate(value):
            if len(tag) > LONGEST:
                yield TOO_LONG.at(f"{path}/{place}", tag=tag, max=LONGEST)
        if config["exclusive"] and known is not None:
            yield from _clashes(value, config, path)

    def json_schema(self, config: Mapping[str, Any]) -> dict[str, Any]:
        schema = super().json_schema({**config, "other": config["new"]})
        # Repeated and blank tags are dropped before they are counted.
        return {key: word for key, word in schema.items() if key != "maxItems"}


def _clashes(value: Sequence[str], config: Mapping[str, Any], path: str) -> Iterator[Problem]:
    groups = {option["key"]: option.get("parent") for option in config["options"]}
    taken: dict[str, str] = {}
    for place, tag in enumerate(value):
        group = groups.get(tag)
        if group and group in taken:
            yield CLASHING.at(f"{path}/{place}", first=taken[group], second=tag)
        elif group:
            taken[group] = tag


CONTROL = Tags(
    kind="tags",
    zh="标签",
    en="Tags",
    icon="tags",
    config_schema=closed(
        options=options(),
        new=flag("可新建标签", "New tags may be typed", True),
        exclusive=flag("同组互斥", "One per group"),
        **counting(),
    ),
    sample={
        "config": {"max_count": 2},
        "valid": [["VIP", "怕疼"]],
        "invalid": [["a", "b", "c"], ["长" * 31]],
    },
)
