"""A message's words with the values of its record."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engine.clock import business_day
from engine.expressions import ErrorValue, evaluate
from engine.ports import FlowRecords
from engine.sandbox import Text, render
from engine.sandbox.text_filters import Shown, shown_text
from engine.text import say
from flow_engine.messages.names import MessageNames, Path, Place
from flow_engine.messages.plan import PRIVATE, ChannelText, MessagePlan

MOST_SUBJECT = 200


@dataclass(frozen=True, slots=True)
class About:
    """What the words are about. `values`: given along by the flow; `house`: `to`, `clinic`, `link`, `links`."""

    records: FlowRecords
    form: str | None
    record_id: str | None
    values: Mapping[str, Any]
    house: Mapping[str, Any]
    name_of: Callable[[str], str]
    now: datetime


@dataclass(frozen=True, slots=True)
class Words:
    """What goes out."""

    lang: str
    subject: str
    text: str
    template: str | None = None
    data: Mapping[str, str] | None = None


def words_of(plan: MessagePlan, channel: str, lang: str, zone: str, about: About) -> Words:
    """Return a message's words for one channel and language, Chinese where it has no other. Rejected."""
    content = plan.channels[channel]
    shown = Shown(lang, zone, is_private=channel in PRIVATE)
    subject = _said(plan.subject, lang)
    title = _rendered(plan, subject, shown, about)[:MOST_SUBJECT] if subject else say(plan.name, lang)
    if content.template is not None:
        data = _data(content, shown, about)
        shown_data = "\n".join(f"{name}: {value}" for name, value in data.items())
        return Words(lang, title, shown_data, content.template, data)
    text = _said(content.texts, lang)
    return Words(lang, title, _rendered(plan, text, shown, about) if text else "")


def _said(texts: Mapping[str, Text], lang: str) -> Text | None:
    return texts.get(lang) or texts.get("zh") or next(iter(texts.values()), None)


def _rendered(plan: MessagePlan, text: Text, shown: Shown, about: About) -> str:
    return render(text, values_of(plan.names, text.fields, shown.lang, about), shown)


def values_of(names: MessageNames, paths: frozenset[Path], lang: str, about: About) -> dict[str, Any]:
    """Return the nested values that the paths of a text name, with labels where ids and options stand."""
    found: dict[str, Any] = {}
    places: dict[Path, Place] = {}
    for path in paths:
        place = names.place(path) if path[0] not in about.values and path[0] not in about.house else None
        if place is not None:
            places[path] = place
    if about.form is not None and about.record_id is not None and places:
        wanted = frozenset(
            place.path for place in places.values() if len(place.path) > 1 or place.rows_at is None
        )
        read = about.records.read(about.form, about.record_id, wanted)
        # shorter paths first, so that what a link is called stands beside what it leads to
        for path, place in sorted(places.items()):
            if place.path in wanted:
                _put(found, path, place, _shown(read.get(place.path), place, lang, about))
    return {**found, **about.house, "now": about.now, **about.values}


def _put(tree: dict[str, Any], path: Path, place: Place, value: Any) -> None:
    if place.rows_at is not None:
        column = value if isinstance(value, list) else []
        rows = tree.setdefault(path[-2], [])
        rows += [{} for _ in range(len(column) - len(rows))]
        for row, one in zip(rows, column, strict=False):
            row[path[-1]] = one
        return
    for step in path[:-1]:
        inner = tree.get(step)
        if not isinstance(inner, dict):
            inner = tree[step] = {"label": inner} if inner is not None else {}
        tree = inner
    tree[path[-1]] = value


def _shown(value: Any, place: Place, lang: str, about: About) -> Any:
    if isinstance(value, list | tuple):
        return [_shown(one, place, lang, about) for one in value]
    if value is None or isinstance(value, ErrorValue):
        return None
    kind, config = place.value_type, place.config
    if kind in ("reference", "references"):
        return about.records.label(str(config.get("to")), str(value))
    if kind in ("person", "persons"):
        return about.name_of(str(value))
    if kind in ("choice", "choices"):
        options = config.get("options", ())
        return next((say(one.get("label"), lang) for one in options if one.get("key") == value), str(value))
    return value


@dataclass(frozen=True, slots=True)
class _Context:
    """What formulas of a template's data may know."""

    values: Mapping[Path, Any]
    now: datetime
    today: date
    zone: str
    actor: Mapping[str, Any]
    record: Mapping[str, Any]
    data: None = None

    def value(self, path: Path) -> Any:
        return self.values.get(path)


def _data(content: ChannelText, shown: Shown, about: About) -> dict[str, str]:
    paths = frozenset(path for checked in content.data.values() for path in checked.fields)
    read = about.records.read(about.form, about.record_id, paths) if about.form and about.record_id else {}
    context = _Context(read, about.now, business_day(about.now, shown.zone), shown.zone, {}, {})
    found: dict[str, str] = {}
    for name, checked in content.data.items():
        value = evaluate(checked, context)
        found[name] = "" if isinstance(value, ErrorValue) else shown_text(value, shown)
    return found
