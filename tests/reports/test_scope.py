"""Who asks decides what counts: a report for somebody is the report of a clinic that holds only his records."""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, select, text, true

from engine.access.actor import Actor
from engine.access.gate import Gate
from engine.access.sources import NO_ACCESS_VALUE, Sources, Wanted
from engine.access.sql_fields import SqlFields
from engine.problems import Rejected
from tests.access.clinic import opened
from tests.reports.clinic import House, cells, house
from tests.reports.test_oracle import fill

Sees = Callable[[Mapping[str, Any]], bool]
SCOPES: Mapping[str, tuple[str, Sees]] = {
    "all": ("all", lambda row: True),
    "branch": ("branch", lambda row: row["branch_id"] == "b1"),
    "own": ("own", lambda row: "me" in (row.get("owner_id"), row.get("created_by"))),
    "formula": ('OR(OWN(), {branch_id} = "b2")', lambda row: "me" in (row.get("owner_id"), row.get("created_by")) or row["branch_id"] == "b2"),
}  # fmt: skip
SCOPED = ("channel", "customer", "lead", "bill")
REPORTS: tuple[Mapping[str, Any], ...] = (
    {"measures": ["lead.count", "lead.worth.sum", "lead.score.median"], "by": ["channel"], "totals": True},
    {"measures": ["lead.count"], "by": ["lead.customer_id.channel_id.kind", "lead.tags"]},
    {"measures": ["lead.count", "bill.net"], "by": ["channel"]},
    {
        "measures": ["lead.count"],
        "by": ["lead.customer_id"],
        "filter": '{lead.customer_id.channel_id.kind} = "on"',
    },
    {"measures": ["bill.items.count"], "by": ["channel", "bill.items.channel_id.name"]},
    {"measures": ["lead.count"], "by": [{"field": "lead.channel_id", "top": 2}]},
)


def me() -> Actor:
    return Actor("w", "me", "me", "me", frozenset({"user"}), branch_id="b1", branches=("b1",))


def scoped(chance: random.Random) -> dict[str, str]:
    found = {form: chance.choice(list(SCOPES)) for form in SCOPED}
    # Nothing can be asked of facts that one sees nothing of.
    return {**found, **{form: chance.choice(["branch", "own", "formula"]) for form in ("lead", "bill")}}


def role(scopes: Mapping[str, str]) -> dict[str, Any]:
    grants = {form: {"view": SCOPES[name][0], "fields": {"*": "read"}} for form, name in scopes.items()}
    return {
        "grants": {**grants, "*": {"view": "all", "fields": {"*": "read"}}},
        "masks": {"cost": "read", "phone": "read"},
    }


def crowded(target: House, chance: random.Random) -> None:
    """Fill a clinic with records of several people and branches."""
    add = target.add

    def of_somebody(form_: str, **values: Any) -> str:
        own = {
            "branch_id": chance.choice(["b1", "b2", "b3"]),
            "owner_id": chance.choice(["me", "you", None]),
            "created_by": chance.choice(["me", "you", "you"]),
        }
        return add(form_, **{**own, **values})

    target.add = of_somebody  # type: ignore[method-assign]  # the same clinic, its records of several people
    fill(target, chance, leads=40)
    target.add = add  # type: ignore[method-assign]


def copied(source: House, target: House, scopes: Mapping[str, str]) -> None:
    """Copy what the asker sees; a link to anything else leads to one record that stands for all of it."""
    seen = {
        form: {row["id"] for row in rows if SCOPES[scopes.get(form, "all")][1](row)}
        for form, rows in source.records.items()
    }
    target.add(
        "channel",
        id=NO_ACCESS_VALUE,
        name=NO_ACCESS_VALUE,
        kind=NO_ACCESS_VALUE,
        deleted_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    target.add(
        "customer",
        id=NO_ACCESS_VALUE,
        name=NO_ACCESS_VALUE,
        channel_id=NO_ACCESS_VALUE,
        deleted_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    links = {"channel_id": "channel", "customer_id": "customer"}

    def kept(row: Mapping[str, Any]) -> dict[str, Any]:
        return {
            key: NO_ACCESS_VALUE
            if key in links and value is not None and value not in seen[links[key]]
            else value
            for key, value in row.items()
        }

    for form, rows in source.records.items():
        for row in rows:
            if row["id"] in seen[form]:
                line = kept(row)
                if "items" in line:
                    line["items"] = [kept(item) for item in line["items"]]
                target.add(form, **line)


@pytest.fixture(params=["sqlite", "postgresql"])
def two(request: pytest.FixtureRequest) -> Iterator[tuple[Connection, Connection]]:
    url = "sqlite://" if request.param == "sqlite" else request.getfixturevalue("pg_url")
    with opened(url) as one, opened(url) as other:
        yield one, other


def same(two: tuple[Connection, Connection], seed: int, broken: Callable[[], None] = lambda: None) -> bool:
    """Tell whether all reports give me what they give the boss of a clinic that holds only what I see."""
    chance = random.Random(seed)
    scopes = scoped(chance)
    full, copy = house(two[0], user=role(scopes)), house(two[1])
    crowded(full, chance)
    copied(full, copy, scopes)
    expected = [_asked(copy, report) for report in REPORTS]
    broken()
    return [_asked(full, report, me()) for report in REPORTS] == expected


def _asked(clinic: House, report: Mapping[str, Any], actor: Actor | None = None) -> Any:
    table = clinic.ask(report, actor)
    return cells(table), [total.rows for total in table.totals]


@pytest.mark.parametrize("seed", range(8))
def test_my_report_is_that_of_a_clinic_with_only_my_records(
    two: tuple[Connection, Connection], seed: int
) -> None:
    assert same(two, seed)


def _without(monkeypatch: pytest.MonkeyPatch, name: str) -> Callable[[], None]:
    return lambda: monkeypatch.setattr(SqlFields, name, lambda self, *_args, **_more: None)


@pytest.mark.parametrize("name", ["reached", "seen"])
def test_a_predicate_taken_out_is_noticed(
    two: tuple[Connection, Connection], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not same(two, 1, _without(monkeypatch, name))


def test_records_of_a_form_that_one_may_not_see_are_one_group_without_a_name(connection: Connection) -> None:
    clinic = house(
        connection, user={"grants": {"lead": {"view": "all", "fields": {"*": "read"}}, "*": {"view": "none"}}}
    )
    for channel in ("a", "b", None):
        clinic.add("lead", channel_id=channel and clinic.add("channel", name=channel, id=channel))
    table = clinic.ask({"measures": ["lead.count"], "by": ["channel"]}, me())
    assert cells(table) == {NO_ACCESS_VALUE: 2, None: 1}
    assert table.columns[0].labels[NO_ACCESS_VALUE]["zh"] == "（无权查看）"


MINE: Mapping[str, Sees] = {
    "{lead.owner_id} = ME()": lambda row: row["owner_id"] == "me",
    "{owner_id} = ME()": lambda row: row["owner_id"] == "me",
    "OWN()": lambda row: "me" in (row["owner_id"], row["created_by"]),
    "INTEAM()": lambda row: row["owner_id"] in ("me", "pal", "mate"),
    "INBRANCH()": lambda row: row["branch_id"] == "b1",
    'AND(INTEAM(), {stage} = "won")': lambda row: row["owner_id"] in ("me", "pal", "mate") and row["stage"] == "won",
    "NOT(INTEAM())": lambda row: row["owner_id"] not in ("me", "pal", "mate"),
}  # fmt: skip


@pytest.mark.parametrize("condition", MINE)
@pytest.mark.parametrize("kind", ["aggregate", "ranking", "list"])
def test_mine_and_my_team_s_are_told_by_who_asks(connection: Connection, condition: str, kind: str) -> None:
    """One report, each reader's own: what ME, OWN and INTEAM mean is settled when it is asked."""
    clinic, chance = house(connection, user=role({})), random.Random(5)
    for _ in range(60):
        clinic.add("lead", channel_id=chance.choice("abc"), stage=chance.choice(["new", "won"]),
                   owner_id=chance.choice(["me", "pal", "mate", "other", None]), created_by=chance.choice(["me", "other"]),
                   branch_id=chance.choice(["b1", "b2"]))  # fmt: skip
    asker = replace(me(), team=frozenset({"pal", "mate"}))
    expected = [row for row in clinic.records["lead"] if MINE[condition](row)]
    if kind == "list":
        table = clinic.ask({"kind": "list", "form": "lead", "filter": condition, "settings": {"columns": ["channel_id"]}}, asker)  # fmt: skip
        assert len(table.rows) == len(expected)
        return
    table = clinic.ask(
        {"kind": kind, "form": "lead", "measures": ["lead.count"], "by": ["channel"], "filter": condition},
        asker,
    )
    assert {row[0]: row[1] for row in table.rows} == Counter(row["channel_id"] for row in expected)
    # Somebody else with the same rights is told their own.
    nobody = clinic.ask(
        {
            "kind": kind,
            "form": "lead",
            "measures": ["lead.count"],
            "filter": "{owner_id} = ME()",
            "by": ["channel"],
        },
        replace(asker, user_id="stranger"),
    )
    assert sum(row[1] for row in nobody.rows) == 0


def test_what_is_deleted_does_not_count(connection: Connection) -> None:
    clinic = house(connection)
    clinic.add("lead", stage="new")
    clinic.add("lead", stage="new", deleted_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert clinic.ask({"measures": ["lead.count"]}).rows == ((1,),)


SECRETIVE = {
    "grants": {
        "bill": {"view": "all", "fields": {"cost": "none", "*": "read"}},
        "customer": {"view": "all", "fields": {"secret": "masked", "born": "none", "*": "read"}},
        "*": {"view": "all", "fields": {"*": "read"}},
    },
    "masks": {"phone": "masked"},
}


@pytest.mark.parametrize(
    ("report", "code"),
    [
        ({"measures": ["bill.cost.sum"]}, "access.field_hidden"),
        ({"measures": ["bill.count"], "filter": "{bill.cost} > 3"}, "access.field_hidden"),
        ({"measures": ["bill.count"], "by": ["bill.customer_id.born"]}, "access.field_hidden"),
        ({"measures": ["bill.count"], "by": ["bill.customer_id.secret"]}, "access.field_masked"),
        ({"measures": ["bill.count"], "by": ["bill.customer_id.phone"]}, "access.field_masked"),
        ({"measures": ["customer.secret.max"]}, "access.field_masked"),
        (
            {"measures": [{"key": "x", "form": "bill", "aggregate": "sum", "value": "{cost} * 2"}]},
            "access.field_hidden",
        ),
        (
            {"measures": [{"key": "x", "form": "bill", "aggregate": "count", "filter": "{cost} > 1"}]},
            "access.field_hidden",
        ),
        (
            {"measures": ["customer.count"], "by": [{"field": "customer.born", "bucket": "year"}]},
            "access.field_hidden",
        ),
    ],
)
def test_hidden_and_masked_fields_are_refused_wherever_they_stand(
    connection: Connection, report: Any, code: str
) -> None:
    clinic = house(connection, user=SECRETIVE)
    clinic.add("bill", paid=None)
    with pytest.raises(Rejected) as refused:
        clinic.ask(report, me())
    assert {problem.code for problem in refused.value.problems} == {code}


class TestSeal:
    """Only sources may stand in a report's statement."""

    def gate(self, connection: Connection) -> Gate:
        clinic = house(connection)
        actor = Actor("w", "boss", "boss", "boss", frozenset({"boss"}), branches=("b1",))
        return clinic.clinic.gate(clinic.policy, actor)

    def test_a_table_beside_the_sources_is_refused(self, connection: Connection) -> None:
        gate = self.gate(connection)
        source = gate.source("lead", {"k": Wanted("stage")})
        table = gate.policy.tables["customer"].table
        for bad in (
            select(source.c.k, table.c.name),
            select(source.c.k).where(source.c.k.in_(select(table.c.name))),
            select(source.c.k).join_from(source.table, table, true()),
            select(select(table.c.name).scalar_subquery()),
            select(source.c.k).where(text("1 = 1")),
        ):
            with pytest.raises(TypeError):
                gate.seal(bad, [source], "lead", lambda rows, keys: [])

    def test_a_source_of_somebody_else_is_refused(self, connection: Connection) -> None:
        gate = self.gate(connection)
        source = gate.source("lead", {"k": Wanted("stage")})
        other = Gate(gate.policy, me(), gate.unit)
        with pytest.raises(TypeError):
            other.seal(select(source.c.k), [source], "lead", lambda rows, keys: [])

    def test_an_inner_table_is_not_reached_through_a_source(self, connection: Connection) -> None:
        gate = self.gate(connection)
        source = gate.source("lead", {"k": Wanted("stage")})
        inner = source.table.element.get_final_froms()[0]
        with pytest.raises(TypeError):
            gate.seal(select(inner), [source], "lead", lambda rows, keys: [])
        assert isinstance(gate, Sources)
