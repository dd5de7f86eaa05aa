"""Keeps single records from being guessed in reports that count more than the asker may look at (`"sees": "totals"`).

A group that rests on fewer than five records is blank, and so are totals where a group is: what is left over would tell it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from engine.problems import Code
from report_engine.binding import Bound
from report_engine.desk import Desk
from report_engine.draft import Draft, Group
from report_engine.grid import Grid
from report_engine.measures import Measure
from report_engine.query import Key

LEAST = 5
HIDDEN = Code(
    "report.few_hidden",
    zh="{count} 组的记录不足 {least} 条，为免推出单条记录，未显示",
    en="{count} groups rest on fewer than {least} records and are not shown, so that no record can be guessed",
    hint_zh="放宽时间范围，或减少分组",
    hint_en="Take a longer period or fewer groups",
)


def few(draft: Draft) -> Draft:
    """Return the draft without what would give single records away."""
    bound = draft.bound
    if bound.settings.get("mine") or not sees_more(bound, draft.desk):
        return draft
    by = tuple(one.key for one in bound.dimensions)
    counts = _counts(draft, by)
    hidden = {key for key, count in counts.items() if 0 < count < LEAST}
    if not hidden:
        return draft
    rows = tuple(_blank(row) if row.key in hidden else row for row in draft.rows)
    totals = {names: tuple(_blank(row) for row in some) for names, some in draft.totals.items()}
    told = HIDDEN.at("", count=len(hidden), least=LEAST)
    return replace(draft, rows=rows, totals=totals, warnings=(*draft.warnings, told))


def sees_more(bound: Bound, desk: Desk) -> bool:
    """Tell whether a report counts records that its asker may not look at."""
    rights = desk.gate.rights
    forms = {bound.data.facts[fact].form.key for fact in bound.facts}
    return bound.verb == "totals" and any(
        rights.row(form, "totals") != rights.row(form, "view") for form in forms
    )


def _counts(draft: Draft, by: tuple[str, ...]) -> Mapping[Key, int]:
    """Return on how many records each group rests: on the fewest, where measures count different ones."""
    counting = tuple(_counted(base, at) for at, base in enumerate(_bases(draft.bound)))
    plain = replace(draft.bound, measures=counting, compare=(), totals=(), having=None, has_goal=False)
    found: dict[Key, int] = {}
    for group in Grid(plain, draft.desk, draft.kept, draft.edges).groups(by):
        numbers = [number for one in counting if isinstance(number := group.values.get(one.key), int)]
        found[group.key] = min((number for number in numbers if number > 0), default=0)
    return found


def _bases(bound: Bound) -> Iterable[Measure]:
    return {base.identity: base for one in bound.measures for base in one.base()}.values()


def _counted(base: Measure, at: int) -> Measure:
    filters = (base.among,) if base.aggregate == "rate" and base.among else base.filters
    filters = () if base.aggregate == "rate" and not base.among else filters
    return replace(
        base, key=f"n{at}", aggregate="count", of="", expression=None, among=None, filters=filters,
        format="integer", show=None, formula=None, parts={}, between=None, within_s=None, per=None,
    )  # fmt: skip


def _blank(row: Group) -> Group:
    return replace(row, values=dict.fromkeys(row.values), cases={})
