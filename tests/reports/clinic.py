"""A small clinic to ask reports of: forms as facts, records as plain Python dicts, and the same records in a database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from engine.access.actor import Actor
from engine.access.policy import Policy
from engine.definitions.shape import ItemShape
from report_engine.behind import Behind
from report_engine.binding import Bound
from report_engine.dataset import Datasets, datasets
from report_engine.desk import PlainDesk
from report_engine.kind import KINDS
from report_engine.pipeline import bound_report, run
from report_engine.table import Table
from tests.access.clinic import Clinic, form, shapes
from tests.access.clinic import field as f

ZONE = "Asia/Shanghai"
NOW = datetime(2026, 3, 5, 6, 30, tzinfo=UTC)


class ADDRESS:
    """An address as the product keeps it: one row of names beside it."""

    columns = tuple(ItemShape(key, "text") for key in ("code", "province", "city", "district"))

    @staticmethod
    def items_of(value: Any) -> list[tuple[Any, ...]]:
        return [(value["code"], value["province"], value.get("city"), value.get("district"))]


STAGES = [{"key": key, "label": {"zh": key, "en": key}} for key in ("new", "invited", "won", "lost")]
FORMS = shapes(
    form("branch", f("name"), f("size", "integer"), title="{name}"),
    form("channel", f("name"), f("kind", "choice"), f("parent_id", "reference", to="channel"), title="{name}"),
    form(
        "customer",
        f("name"), f("phone", mask="phone", search="phone", sensitive=True),
        f("channel_id", "reference", to="channel"), f("born", "date"), f("tags", "choices"),
        f("home", "structured", structure="address", items=ADDRESS.items_of, item_columns=ADDRESS.columns), f("secret", "money", mask="cost"),
        title="{name}",
    ),
    form(
        "lead",
        f("name"), f("channel_id", "reference", to="channel"), f("customer_id", "reference", to="customer"),
        f("stage", "choice", options=STAGES), f("tags", "choices"), f("score", "integer"), f("weight", "decimal", scale=3),
        f("is_valid", "boolean"), f("at", "datetime"), f("done_on", "date"), f("worth", "money"),
        title="{name}",
    ),
    form(
        "bill",
        f("customer_id", "reference", to="customer"), f("lead_id", "reference", to="lead"), f("paid", "money"), f("cost", "money", mask="cost"),
        f("on", "date"), f("status", "choice"),
        f("items", "rows", rows=form("items", f("kind", "choice"), f("qty", "integer"), f("price", "money"), f("channel_id", "reference", to="channel"), parent="bill")),
    ),
    form("touch", f("lead_id", "reference", to="lead"), f("channel_id", "reference", to="channel"), f("happened", "datetime")),
    form("cost", f("channel_id", "reference", to="channel"), f("amount", "money"), f("clicks", "integer"), f("period", "date_range")),
    form("spend", f("channel_id", "reference", to="channel"), f("amount", "money"), f("on", "date")),
    form(
        "target",
        f("month", "date"), f("metric", "choice"), f("level", "choice"), f("amount", "decimal", scale=2), f("subject", "reference", to="branch"),
        f("person", "person"),
    ),
)  # fmt: skip
DEFINITIONS: Mapping[str, Mapping[str, Any]] = {
    "lead": {
        "roles": {"channel": "channel_id"},
        "measures": [
            {
                "key": "valid_rate",
                "name": {"zh": "有效率", "en": "Valid"},
                "aggregate": "rate",
                "filter": "{is_valid}",
            },
            {"key": "won", "aggregate": "count", "filter": '{stage} = "won"'},
        ],
    },
    "bill": {
        "date": "on",
        "roles": {"channel": "customer_id.channel_id"},
        "measures": [
            {"key": "net", "aggregate": "sum", "of": "paid", "filter": '{status} <> "void"', "good": "up"}
        ],
        "facts": {"items": {"roles": {"own_channel": "channel_id"}}},
    },
    "target": {
        "date": "month",
        "roles": {"branch": "subject", "owner": "person"},
        "goals": {
            "metric": "metric",
            "amount": "amount",
            "level": "level",
            "levels": {"group": [], "branch": ["branch"], "team": ["owner"], "personal": ["owner"]},
        },
    },
    "spend": {"date": "on", "roles": {"channel": "channel_id"}},
    "touch": {"date": "happened", "roles": {"channel": "channel_id"}},
    "cost": {"date": "period", "roles": {"channel": "channel_id"}},
}
METRICS = {
    "cost_per_lead": {"key": "cost_per_lead", "formula": "{spend.amount} / {lead.count}", "format": "money"},
}
ALL = {"grants": {"*": {"view": "all", "fields": {"*": "read"}}}, "masks": {"cost": "read", "phone": "read"}}


def data_of(clinic: Clinic) -> Datasets:
    return datasets(clinic.shapes, DEFINITIONS, METRICS)


@dataclass
class House:
    """The clinic in one database, with what was put into it."""

    clinic: Clinic
    policy: Policy
    records: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def add(self, form_: str, **values: Any) -> str:
        values.setdefault("created_at", NOW)
        values.setdefault("branch_id", "b1")
        given = dict(values)
        if isinstance(values.get("created_at"), datetime):
            given["created_at__d"] = _day(values["created_at"])
        if isinstance(values.get("at"), datetime):
            given["at__d"] = _day(values["at"])
        values["id"] = self.clinic.add(form_, **given)
        if "at__d" in given:
            # The harness takes the UTC day; the store takes the branch's.
            table = self.clinic.tables[form_].table
            change = (
                table.update().where(table.c.id == values["id"]).values({table.c["at__d"]: given["at__d"]})
            )
            self.clinic.connection.execute(change)
        self.records.setdefault(form_, []).append(values)
        return str(values["id"])

    def ask(
        self, report: Mapping[str, Any], actor: Actor | None = None, given: Mapping[str, Any] | None = None
    ) -> Table:
        return run(self._bound(report, given), self._desk(actor))

    def behind(
        self, report: Mapping[str, Any], dims: Mapping[str, Any], measure: str | None = None
    ) -> Behind:
        bound = self._bound(report, None)
        return KINDS.get(bound.kind).behind(bound, self._desk(None), dims, measure)

    def _bound(self, report: Mapping[str, Any], given: Mapping[str, Any] | None) -> Bound:
        return bound_report({"kind": "aggregate", **report}, data_of(self.clinic), NOW, ZONE, given)

    def _desk(self, actor: Actor | None) -> PlainDesk:
        gate = self.clinic.gate(self.policy, actor or boss())
        return PlainDesk(gate, gate.unit, ZONE)


def _day(moment: datetime) -> Any:
    from zoneinfo import ZoneInfo

    return moment.astimezone(ZoneInfo(ZONE)).date()


def boss() -> Actor:
    return Actor("w", "boss", "boss", "boss", frozenset({"boss"}), branch_id="b1", branches=("b1",))


def house(connection: Connection, **roles: Mapping[str, Any]) -> House:
    clinic = Clinic(connection, FORMS)
    return House(clinic, clinic.policy(boss=ALL, **roles))


def cells(table: Table) -> dict[Any, Any]:
    """Return the rows of a table by their dimensions (a single one by itself), without marks."""
    marks = {at for at, column in enumerate(table.columns) if column.role == "mark"}
    width = sum(column.role == "dimension" for column in table.columns)
    rows = {}
    for row in table.rows:
        key = row[0] if width == 1 else row[:width]
        rest = tuple(cell for at, cell in enumerate(row) if at >= width and at not in marks)
        rows[key] = rest[0] if len(rest) == 1 else rest
    return rows
