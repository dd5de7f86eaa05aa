"""Text (单行文本): one line."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.problems import Problem
from engine.schema import closed
from engine.text import say
from form_engine.controls import _swift
from form_engine.controls._settings import flag, pick, said
from form_engine.controls._text import NOT_MATCHING, Line, compiled, lengths, regular


@dataclass(frozen=True)
class Text(Line):
    """One line of text; may be folded to upper or lower case and held to a pattern."""

    def normalise(self, value: str, config: Mapping[str, Any]) -> str | None:
        kept = " ".join(value.split()) if config["trim"] else value
        case = config.get("case")
        if case == "upper":
            kept = kept.upper()
        elif case == "lower":
            kept = kept.lower()
        return kept or None

    def check(self, value: str, config: Mapping[str, Any], path: str) -> Iterator[Problem]:
        yield from super().check(value, config, path)
        pattern = config.get("pattern")
        if pattern and not compiled(pattern).fullmatch(value):
            rule = config.get("pattern_words") or {"zh": pattern, "en": pattern}
            yield NOT_MATCHING.at(path, rule={lang: say(rule, lang) for lang in ("zh", "en")}, example="–")


CONTROL = Text(
    kind="text",
    swift=_swift.line,
    zh="单行文本",
    en="Text",
    icon="text",
    config_schema=closed(
        **lengths(200),
        trim=flag("合并多余空格", "Squeeze spaces", True),
        case=pick("大小写", "Letter case", "upper", "lower"),
        pattern=regular("格式(正则)", "Pattern"),
        pattern_words=said("格式说明", "Pattern in words"),
    ),
    sample={
        "config": {"max_length": 10, "pattern": "[A-Z0-9-]+"},
        "valid": ["AB-12"],
        "invalid": ["ab", "A" * 11, "A\u0000B"],
    },
)
