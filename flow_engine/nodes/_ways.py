"""What nodes with several ways out have in common."""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.problems import Code, Problem
from engine.schema import KEY, WORDS, Schema, array, closed
from flow_engine.node import Way
from flow_engine.settings import CONDITION

WAY_TWICE = Code(
    "flow.way_twice",
    zh="分支“{key}”出现了两次",
    en="The branch “{key}” is there twice",
    hint_zh="给其中一个换一个 key",
    hint_en="Give one of them another key",
)
WHEN_OR_OTHERWISE = Code(
    "flow.when_or_otherwise",
    zh="分支“{key}”要么写条件，要么勾选“其他情况”",
    en="The branch “{key}” needs either a condition or “otherwise”",
    hint_zh="填写条件，或把它设为“其他情况”",
    hint_en="Write its condition, or make it the one taken otherwise",
)
OTHERWISE_TWICE = Code(
    "flow.otherwise_twice",
    zh="“其他情况”的分支只能有一个",
    en="There can be only one “otherwise” branch",
    hint_zh="给其余的写上条件",
    hint_en="Give the others a condition",
)
MOST_WAYS = 1000


def ways_schema(*required: str, **more: Schema) -> Schema:
    """Return the schema of `ways` whose items have `key`, `to`, `name` and more."""
    return array(
        closed(("key", *required), key=KEY, to=KEY, name=WORDS, **more), minItems=1, maxItems=MOST_WAYS
    )


CONDITIONAL = ways_schema(when=CONDITION, otherwise={"type": "boolean"})


def ways_of(config: Mapping[str, Any]) -> tuple[Way, ...]:
    """Return the ways as written."""
    return tuple(
        Way(one["key"], one.get("to", ""), one.get("when"), bool(one.get("otherwise")), one.get("name", {}))
        for one in config.get("ways", ())
    )


def key_problems(config: Mapping[str, Any], path: str) -> Iterator[Problem]:
    """Yield ways with the same key."""
    seen: set[str] = set()
    for index, one in enumerate(config.get("ways", ())):
        if one["key"] in seen:
            yield WAY_TWICE.at(f"{path}/ways/{index}/key", key=one["key"])
        seen.add(one["key"])


def condition_problems(config: Mapping[str, Any], path: str) -> Iterator[Problem]:
    """Yield ways that have neither a condition nor “otherwise”, or both, and a second “otherwise”."""
    yield from key_problems(config, path)
    others = 0
    for index, one in enumerate(config.get("ways", ())):
        if ("when" in one) == bool(one.get("otherwise")):
            yield WHEN_OR_OTHERWISE.at(f"{path}/ways/{index}", key=one["key"])
        others += bool(one.get("otherwise"))
    if others > 1:
        yield OTHERWISE_TWICE.at(f"{path}/ways")
