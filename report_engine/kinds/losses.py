"""Losses (流失分布): at which step of a funnel records were lost, and why. `steps` and `settings` as of `funnel`.

A record is lost at the last step it came to, where it now stands in one of the stages `lost`; `reason` is the field that
says why.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from engine.problems import Code, Problem
from engine.schema import closed
from report_engine.behind import Behind
from report_engine.binding import Bound
from report_engine.dataset import Datasets
from report_engine.desk import Desk
from report_engine.kind import Kind
from report_engine.kinds.funnel import KIND as FUNNEL
from report_engine.kinds.funnel import REASONS, SETTINGS, Walk
from report_engine.problems import EMPTY, NOT_FOR_KIND
from report_engine.table import Cell, Column, Table

Json = Mapping[str, Any]
NO_REASON = Code(
    "report.no_reason",
    zh="流失分布要写明 lost（哪些阶段算流失）和 reason（哪个字段是流失原因）",
    en="Losses need lost (which stages mean lost) and reason (which field says why)",
    hint_zh='例如 "settings": {"lost": ["lost"], "reason": "lost_reason"}',
    hint_en='For example "settings": {"lost": ["lost"], "reason": "lost_reason"}',
)
LOST = Column("lost", {"zh": "流失", "en": "Lost"}, "measure", "integer", "down")


class Losses(Kind):
    """Steps by reasons."""

    def problems(self, report: Json, data: Datasets) -> Iterable[Problem]:
        yield from FUNNEL.problems(report, data)
        settings = report.get("settings", {})
        if not settings.get("lost") or not settings.get("reason"):
            yield NO_REASON.at("/settings")
        if report.get("by"):
            yield NOT_FOR_KIND.at("/by", name="by")

    def table(self, bound: Bound, desk: Desk) -> Table:
        walk = Walk(bound, desk)
        counts = {(str(step), why): count for (step, why), count in walk.losses().items()}
        words = walk.words_of_reasons({why for _, why in counts})
        sums: dict[Any, int] = {}
        for (_, why), count in counts.items():
            sums[why] = sums.get(why, 0) + count
        order = sorted(sums, key=lambda why: (why is None, -sums[why], str(why)))
        rows: list[tuple[Cell, ...]] = [
            (stage, why, counts[stage, why])
            for stage in walk.stages
            for why in order
            if (stage, why) in counts
        ]
        reason = Column(
            "reason", REASONS, "dimension", "text", labels={str(one): told for one, told in words.items()}
        )
        return Table(
            (walk.step_column(), reason, LOST),
            tuple(rows),
            as_of=bound.now,
            warnings=() if rows else (EMPTY.at(""),),
        )

    def behind(self, bound: Bound, desk: Desk, dims: Mapping[str, Any], measure: str | None) -> Behind:
        return Walk(replace(bound, dimensions=()), desk).behind(dims, measure or "lost")


KIND = Losses(
    kind="losses",
    zh="流失分布",
    en="Losses",
    needs=("form", "steps"),
    settings_schema=closed(**{key: one for key, one in SETTINGS.items() if key != "sla"}),
)
