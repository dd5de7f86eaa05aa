"""The base of the choice controls: one option or several, by key; the text form is the label."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.problems import Problem
from engine.schema import Schema
from engine.text import fold
from form_engine.control import Control
from form_engine.controls._limits import NOT_AN_OPTION, count, twice
from form_engine.controls._settings import flag, option_keys, options, whole

SPLITS = ";；、\n"
"""What stands between the labels in a text form; `,` is left out, because labels hold it."""


def choosing() -> dict[str, Schema]:
    """Return the settings of a choice."""
    return {"options": options(), "other": flag("可填其他", "Other, as text")}


def counting() -> dict[str, Schema]:
    """Return the settings of how many may be chosen."""
    return {
        "min_count": whole("最少几项", "Fewest", minimum=0, maximum=200),
        "max_count": whole("最多几项", "Most", minimum=1, maximum=200),
    }


def label_of(key: str, config: Mapping[str, Any]) -> str:
    """Return the label that exports show; keys whose label is not theirs alone stay keys."""
    given = config.get("options")
    if isinstance(given, str) or not given:
        return key
    label = next((option["label"].get("zh", key) for option in given if option["key"] == key), key)
    same = [option for option in given if option["label"].get("zh") == label]
    unsafe = (
        len(same) > 1 or any(sign in label for sign in SPLITS + "/>") or label != label.strip() or not label
    )
    return key if unsafe or (label != key and _is_key(label, given)) else label


def _is_key(label: str, given: Sequence[Mapping[str, Any]]) -> bool:
    return any(option["key"] == label for option in given)


def key_of_label(text: str, config: Mapping[str, Any]) -> str:
    """Return the option's key for a key or a label in either language; unknown text comes back as it is."""
    given = config.get("options")
    bare = text.strip()
    if isinstance(given, str) or not given:
        return bare
    if _is_key(bare, given):
        return bare
    wanted = fold(bare)
    for option in given:
        if wanted == fold(option["key"]) or wanted in {fold(words) for words in option["label"].values()}:
            return str(option["key"])
    return bare


def _escaped(label: str, signs: str) -> str:
    return "".join("\\" + c if c in signs or c == "\\" else c for c in label)


def _parted(text: str, signs: str) -> list[str]:
    """Return the parts of `text` between any of `signs`; a backslash keeps the next character."""
    parts, part, chars = [], "", iter(text)
    for c in chars:
        if c == "\\":
            part += next(chars, "")
        elif c in signs:
            parts.append(part)
            part = ""
        else:
            part += c
    return [*parts, part]


def membership(value: str, config: Mapping[str, Any], path: str) -> Iterator[Problem]:
    """Yield the problem of a value that is not an option."""
    keys = option_keys(config)
    if keys is not None and not config.get("other") and value not in keys:
        yield NOT_AN_OPTION.at(path, value=value)


@dataclass(frozen=True)
class One(Control):
    """One option."""

    value_type: str | None = "choice"
    group: str = "choice"
    operators: str = "S"

    def value_config(self, config: Mapping[str, Any]) -> Mapping[str, Any]:
        # Where other text is allowed the value type must not insist on the options.
        return {"known" if config.get("other") else "options": config.get("options")}

    def normalise(self, value: str, config: Mapping[str, Any]) -> str | None:
        # Words typed as “other” that name an option are that option.
        return key_of_label(value, config) or None if config.get("other") else value

    def check(self, value: str, config: Mapping[str, Any], path: str) -> Iterator[Problem]:
        yield from membership(value, config, path)

    def to_text(self, value: str, config: Mapping[str, Any]) -> str:
        return label_of(value, config)

    def from_text(self, text: str, config: Mapping[str, Any], path: str) -> Any:
        return key_of_label(text, config) or None

    def json_schema(self, config: Mapping[str, Any]) -> Schema:
        keys = option_keys(config)
        return {"type": "string", "maxLength": 200} if keys is None or config.get("other") else {"enum": keys}


@dataclass(frozen=True)
class Several(Control):
    """Several options, each once."""

    value_type: str | None = "choices"
    group: str = "choice"
    operators: str = "M"
    between: str = ";"

    @property
    def _signs(self) -> str:
        return SPLITS if self.between == ";" else self.between

    def value_config(self, config: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"known" if config.get("other") else "options": config.get("options")}

    def normalise(self, value: Sequence[str], config: Mapping[str, Any]) -> tuple[str, ...] | None:
        if not config.get("other"):
            return tuple(value) or None
        return tuple(dict.fromkeys(key for one in value if (key := key_of_label(one, config)))) or None

    def check(self, value: Sequence[str], config: Mapping[str, Any], path: str) -> Iterator[Problem]:
        yield from count(value, config, path)
        yield from twice(value, path)
        for place, one in enumerate(value):
            yield from membership(one, config, f"{path}/{place}")

    def to_text(self, value: Sequence[str], config: Mapping[str, Any]) -> str:
        return self.between.join(_escaped(label_of(one, config), self._signs) for one in value)

    def from_text(self, text: str, config: Mapping[str, Any], path: str) -> Any:
        found = (key_of_label(part, config) for part in _parted(text, self._signs) if part.strip())
        return tuple(dict.fromkeys(found)) or None

    def json_schema(self, config: Mapping[str, Any]) -> Schema:
        keys = option_keys(config)
        is_open = keys is None or config.get("other")
        item: Schema = {"type": "string", "maxLength": 200} if is_open else {"enum": keys}
        schema: Schema = {"type": "array", "items": item, "maxItems": config.get("max_count") or 500}
        if config.get("min_count"):
            schema["minItems"] = config["min_count"]
        return schema
