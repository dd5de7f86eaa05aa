"""The base of controls whose value is JSON: shapes checked by a schema, text form in JSON."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jsonschema_rs import Draft202012Validator

from engine.problems import Code, Problem, Rejected, pointer
from engine.schema import Schema
from form_engine.control import Control
from form_engine.controls._limits import NOT_SHAPED

NOT_READABLE = Code(
    "structured.not_readable",
    zh="读不懂“{text}”",
    en="Cannot make sense of “{text}”",
    hint_zh="写法示例：{example}",
    hint_en="Write it like this: {example}",
)


def as_json(value: Any) -> Any:
    """Return the frozen value as plain dicts and lists."""
    if isinstance(value, Mapping):
        return {key: as_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(item) for item in value]
    return value


def written(value: Any) -> str:
    """Return the value as one line of JSON, keys sorted."""
    return json.dumps(as_json(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@lru_cache(maxsize=256)
def _validator(schema_text: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads(schema_text))


def shape_problems(value: Any, schema: Schema, what: Mapping[str, str], path: str) -> Iterator[Problem]:
    """Yield one problem for each place where `value` is not shaped as `schema` says."""
    seen = set()
    for error in _validator(json.dumps(schema, sort_keys=True)).iter_errors(as_json(value)):
        place = path + pointer(*error.instance_path)
        if place not in seen:
            seen.add(place)
            yield NOT_SHAPED.at(place, what=what)


def unreadable(text: str, example: str, path: str) -> Rejected:
    """Return the refusal of a text form."""
    return Rejected(NOT_READABLE.at(path, text=text, example=example))


@dataclass(frozen=True)
class Structured(Control):
    """A value of JSON. `json_schema` is checked first; `check_content` sees only well-shaped values."""

    value_type: str | None = "structured"
    operators: str = "Q"

    def value_config(self, config: Mapping[str, Any]) -> Mapping[str, Any]:
        return {}

    def check(self, value: Any, config: Mapping[str, Any], path: str) -> Iterator[Problem]:
        wrong = list(shape_problems(value, self.json_schema(config), {"zh": self.zh, "en": self.en}, path))
        yield from wrong
        if not wrong:
            yield from self.check_content(value, config, path)

    def check_content(self, value: Any, config: Mapping[str, Any], path: str) -> Iterator[Problem]:
        """Yield what is wrong with a value of the right shape."""
        return iter(())

    def to_text(self, value: Any, config: Mapping[str, Any]) -> str:
        return written(value)

    def from_text(self, text: str, config: Mapping[str, Any], path: str) -> Any:
        if not text.strip():
            return None
        try:
            return json.loads(text)
        except (json.JSONDecodeError, RecursionError) as wrong:
            raise unreadable(text, self.example(config), path) from wrong

    def example(self, config: Mapping[str, Any]) -> str:
        """Return a text form to show as an example."""
        valid: Sequence[Any] = self.sample.get("valid", ())
        return self.to_text(valid[0], self.settings(self.sample["config"])) if valid else "{}"
