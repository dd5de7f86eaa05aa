"""A rule in words: what is watched, against what, how often."""

from collections.abc import Mapping, Sequence

from engine.text import Words
from report_engine.alerts.rule import Rule
from report_engine.drawing.numbers import full

SCHEDULES: Mapping[str, Words] = {
    "live": {"zh": "每 10 分钟看一次", "en": "looked at every 10 minutes"},
    "hourly": {"zh": "每小时看一次", "en": "looked at every hour"},
    "daily_0830": {"zh": "每天 8:30 看前一天", "en": "looked at daily at 8:30, about the day before"},
    "mondays": {"zh": "每周一 8:30 看上一周", "en": "looked at on Mondays at 8:30, about the week before"},
}
WAYS: Mapping[str, Words] = {
    "above": {"zh": "高于", "en": "above"},
    "below": {"zh": "低于", "en": "below"},
    "": {"zh": "偏离", "en": "off"},
}
BASES: Mapping[str, Words] = {
    "previous_period": {"zh": "上期", "en": "the time before"},
    "year_on_year": {"zh": "去年同期", "en": "the same time last year"},
}


def in_words(rule: Rule, form: str, dims: Sequence[Words]) -> Words:
    """Return what a rule watches in one line. `form`: how its metric is written; `dims`: how its dimensions are called."""
    return {lang: _line(rule, form, dims, lang) for lang in ("zh", "en")}


def _line(rule: Rule, form: str, dims: Sequence[Words], lang: str) -> str:
    parts = [_watched(rule, form, lang)]
    if dims:
        names = "、".join(one["zh"] for one in dims) if lang == "zh" else ", ".join(one["en"] for one in dims)
        parts.append(f"按{names}分别看" if lang == "zh" else f"for each {names}")
    parts.append(SCHEDULES[rule.schedule][lang])
    if rule.times > 1:
        parts.append(f"连续 {rule.times} 次才提醒" if lang == "zh" else f"told after {rule.times} in a row")
    return " · ".join(parts)


def _watched(rule: Rule, form: str, lang: str) -> str:
    is_zh = lang == "zh"
    way = WAYS.get(rule.direction or "", WAYS[""])[lang]
    room = full(rule.threshold, "percent", lang)
    if rule.compare == "missing":
        return f"{rule.missing_h} 小时没有新数据" if is_zh else f"nothing new for {rule.missing_h} hours"
    if rule.compare == "mean_2_sigma":
        far = f"，且差 {room} 以上" if is_zh else f", by {room} or more"
        usual = (
            f"{way}往常（2 倍标准差之外）" if is_zh else f"{way} the usual (beyond two standard deviations)"
        )
        return usual + (far if rule.threshold else "")
    if rule.compare in BASES:
        base = BASES[rule.compare][lang]
        return f"比{base}{way} {room} 以上" if is_zh else f"{way} {base} by more than {room}"
    if rule.benchmark is not None:
        mark = full(rule.benchmark, form, lang)
        return (
            f"{way}基准 {mark}，差 {room} 以上"
            if is_zh
            else f"{way} the benchmark {mark} by more than {room}"
        )
    limit = full(rule.threshold, form, lang)
    return f"{WAYS[rule.direction or 'above'][lang]} {limit}"


__all__ = ["in_words"]
