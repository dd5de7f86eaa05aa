"""WeChat id (微信号)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.problems import Problem
from engine.schema import closed
from form_engine.controls._phones import MOBILE, narrowed
from form_engine.controls._text import Pattern


@dataclass(frozen=True)
class WeChatId(Pattern):
    """A WeChat id; a mobile number is accepted too, since many people are found by it."""

    def normalise(self, value: str, config: Mapping[str, Any]) -> str | None:
        return narrowed(value) or None

    def check(self, value: str, config: Mapping[str, Any], path: str) -> Iterator[Problem]:
        return iter(()) if MOBILE.match(value) else super().check(value, config, path)


CONTROL = WeChatId(
    kind="wechat_id",
    zh="微信号",
    en="WeChat id",
    group="identity",
    icon="wechat",
    config_schema=closed(),
    rule=r"[a-zA-Z][a-zA-Z0-9_-]{5,19}",
    said_zh="字母开头，6 至 20 位字母、数字、下划线或减号",
    said_en="starts with a letter, 6 to 20 letters, digits, _ or -",
    example="zhangsan_88",
    sample={"config": {}, "valid": ["zhangsan_88", "13800138000"], "invalid": ["1abc", "abc", "有中文abc"]},
)
