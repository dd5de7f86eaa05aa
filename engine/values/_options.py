"""Options of choices: `config["options"]` is a list of `{"key", "label"}`; absent means any key goes."""

from typing import Any

from engine.problems import Rejected
from engine.text import fold, nearest, say
from engine.value_type import Config
from engine.values._checks import NOT_AN_OPTION, checked_text, shown


def option_keys(config: Config) -> frozenset[str] | None:
    """Return the keys that may be chosen, or None where any may."""
    options = config.get("options")
    if not isinstance(options, list | tuple):
        return None
    return frozenset(one["key"] if isinstance(one, dict) else one for one in options)


def read_option(raw: Any, config: Config, path: str) -> str:
    """Return the key `raw` if it is one of the options, or raise Rejected."""
    key = checked_text(raw, path, 255)
    keys = option_keys(config)
    if keys is not None and key not in keys:
        close = nearest(key[:60], keys) or sorted(keys)[:8]
        raise Rejected(NOT_AN_OPTION.at(path, given=shown(key), options=", ".join(close)))
    return key


def option_label(key: str, config: Config) -> str:
    """Return the Chinese label of `key`, for exports; the key where no label is known or it is not unique."""
    options = [one for one in config.get("options") or () if isinstance(one, dict)]
    labels = {one["key"]: say(one.get("label"), "zh") or one["key"] for one in options}
    label = labels.get(key, key)
    taken = [other for other, name in labels.items() if label in (name, other)]
    return label if taken in ([key], []) else key


def option_by_text(text: str, config: Config) -> str:
    """Return the key meant by a typed label or key; the text itself where none is meant."""
    options = [one for one in config.get("options") or () if isinstance(one, dict)]
    if any(one["key"] == text for one in options):
        return text
    wanted = fold(text[:300])
    for one in options:
        label = one.get("label") or {}
        if wanted in {fold(one["key"]), *(fold(word) for word in label.values())}:
            return str(one["key"])
    return text
