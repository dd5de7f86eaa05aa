"""Durations as measures: from one moment of a record to another, read and checked."""

from collections.abc import Mapping
from typing import Any

from engine.access.spans import Between, End
from engine.problems import Rejected
from engine.text import Words
from report_engine.dataset import Datasets, Fact
from report_engine.problems import BAD_BETWEEN, UNKNOWN_FIELD, UNKNOWN_STAGE

Json = Mapping[str, Any]
AGGREGATES = frozenset({"sum", "avg", "min", "max", "median", "p90", "rate"})


def read_between(data: Datasets, fact: Fact, given: Json, aggregate: str, path: str) -> Between:
    """Return the span that a measure is about. Rejected where an end is unknown, or the two do not go together."""
    at = f"{path}/between"
    ends, kinds = [], []
    for name in ("from", "to"):
        end, kind = _end(data, fact, given[name], f"{at}/{name}")
        ends.append(end)
        kinds.append(kind)
    is_open = given.get("clock") == "open"
    if kinds[0] != kinds[1] or (is_open and kinds[0] != "datetime") or aggregate not in AGGREGATES:
        raise Rejected(BAD_BETWEEN.at(at))
    if ends[0] == ends[1]:
        raise Rejected(BAD_BETWEEN.at(at))
    return Between(ends[0], ends[1], is_open)


def _end(data: Datasets, fact: Fact, given: Any, at: str) -> tuple[End, str]:
    if isinstance(given, str):
        path = given.removeprefix(f"{fact.key}.")
        found = data.field(fact, path)
        if found is None:
            raise Rejected(UNKNOWN_FIELD.at(at, fact=fact.name, name=path, nearest="–"))
        if found.value_type not in ("date", "datetime"):
            raise Rejected(BAD_BETWEEN.at(at))
        return End(path), found.value_type
    history = str(given.get("history") or ("stage" if "stage" in fact.form.fields else "status"))
    field = fact.form.field(history)
    if field is None or field.value_type != "choice":
        raise Rejected(UNKNOWN_FIELD.at(at, fact=fact.name, name=history, nearest="–"))
    known = [str(one["key"]) for one in field.config.get("options") or ()]
    if known and given["stage"] not in known:
        raise Rejected(UNKNOWN_STAGE.at(f"{at}/stage", stage=given["stage"], choices=", ".join(known)))
    return End(stage=str(given["stage"]), history=history), "datetime"


def between_in_words(data: Datasets, fact: Fact, span: Between) -> Words:
    """Return a span as a person would say it."""
    start, end = (_end_in_words(data, fact, one) for one in (span.start, span.end))
    return {
        "zh": f"从{start['zh']}到{end['zh']}的用时" + ("（只计营业时间）" if span.is_open else ""),
        "en": f"time from {start['en']} to {end['en']}" + (" in opening hours" if span.is_open else ""),
    }


def _end_in_words(data: Datasets, fact: Fact, end: End) -> Words:
    if end.path:
        found = data.field(fact, end.path)
        label = (found.label if found is not None else None) or {"zh": end.path, "en": end.path}
        return {lang: f"“{label.get(lang, end.path)}”" for lang in ("zh", "en")}
    field = fact.form.field(end.history)
    options = (field.config.get("options") or ()) if field is not None else ()
    words = next((one.get("label") for one in options if one["key"] == end.stage), None) or {}
    shown = {lang: str(words.get(lang) or end.stage) for lang in ("zh", "en")}
    return {"zh": f"进入“{shown['zh']}”", "en": f"reaching “{shown['en']}”"}


__all__ = ["between_in_words", "read_between"]
