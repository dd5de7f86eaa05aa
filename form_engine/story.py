"""What a timeline says of a record beside its title: names, states and amounts, in the reader's language."""

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from engine.text import say
from form_engine.plan import FormPlan

Json = Mapping[str, Any]
MOST_PARTS = 4
MOST_CHOICES = 8
_SAID = frozenset({"choice", "reference", "references", "money"})


def story_fields(plan: FormPlan, shown: tuple[str, ...]) -> tuple[str, ...]:
    """Return the fields worth telling, those of the page's header first, then links, choices and amounts."""
    header = [key for key in plan.page.get("header", ()) if key in shown]
    shapes = plan.shape.fields
    rest = [key for key in shapes if key in shown and shapes[key].stored and shapes[key].value_type in _SAID]
    return tuple(dict.fromkeys((*header, *rest[:MOST_CHOICES])))


def detail_of(
    plan: FormPlan, record: Json, labels: Mapping[str, Mapping[str, str]], lang: str, told: frozenset[str]
) -> str:
    """Return e.g. `郭青青 · 2诊室 · 已确认 · 实收 ¥318.00`. What `told` holds (the title, the person) is not said again."""
    parts: list[str] = []
    for key in story_fields(plan, tuple(record)):
        for text in _texts(plan, key, record.get(key), labels, lang):
            if text and text not in told and text not in parts:
                parts.append(text)
        if len(parts) >= MOST_PARTS:
            break
    return " · ".join(parts[:MOST_PARTS])


def _texts(
    plan: FormPlan, key: str, value: Any, labels: Mapping[str, Mapping[str, str]], lang: str
) -> Iterator[str]:
    shape, one = plan.shape.field(key), plan.field(key)
    if shape is None or value is None:
        return
    if shape.value_type in ("reference", "references"):
        names = labels.get(str(shape.config.get("to")), {})
        yield from (names.get(record_id, "") for record_id in (value if isinstance(value, list) else [value]))
    elif shape.value_type == "choice" and one is not None:
        options = one.config.get("options")
        for option in options if isinstance(options, list | tuple) else ():
            if isinstance(option, Mapping) and option.get("key") == value:
                yield say(option.get("label") or {}, lang)
    elif shape.value_type == "money":
        yield _amount(say(plan.label(key), lang), value)


def _amount(label: str, value: Any) -> str:
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        # A mask stands here, not an amount.
        return ""
    if not amount:
        return ""
    sign = "-" if amount < 0 else ""
    return f"{label} {sign}¥{abs(amount):,.2f}"
