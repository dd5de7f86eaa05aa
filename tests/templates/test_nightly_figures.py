"""What the night writes on customers: RFM scores and class, churn risk, potential; the reports say the same."""

from collections.abc import Iterator
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from engine.access.accounts import Account, create_accounts
from engine.access.query import RecordQuery
from engine.ids import new_id
from engine.store import Cause
from flow_engine.calendar.hours import Hours
from flow_engine.calendar.table import open_table
from form_engine.plan import AppPlan
from report_engine.service import ReportService
from server.report_figures import Figures
from tests.installations import BOTH
from tests.templates.making import USER, bill, channel, customer, item, lead, phone, visit
from tests.templates.reporting import Tiny, tiny

TODAY = date(2026, 11, 22)
FIELDS = ("rfm_r", "rfm_f", "rfm_m", "rfm_segment", "churn_risk", "potential", "revision", "updated_by")


@pytest.fixture(scope="module", params=BOTH)
def clinic(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, dental: AppPlan
) -> Iterator[Tiny]:
    url = request.getfixturevalue("pg_database")() if request.param == "postgresql" else None
    with tiny(tmp_path_factory.mktemp("tiny"), dental, url) as empty:
        yield empty.another()


def figures(clinic: Tiny) -> Figures:
    workspace = clinic.service.workspace
    return Figures(workspace, ReportService(workspace, clinic.plan.app, clinic.plan.policy), clinic.service)


def buyer(clinic: Tiny, name: str, *paid: tuple[int, str]) -> str:
    """Write a customer who paid so much so many days ago."""
    who, filling = customer(clinic, name), item(clinic, "充填", ["filling", "filling_direct"], "1.00")
    for ago, amount in paid:
        pay(clinic, who, ago, amount, filling)
    return who


def pay(clinic: Tiny, who: str, ago: int, amount: str, what: str) -> None:
    at = f"{(TODAY - timedelta(days=ago)).isoformat()} 10:00"
    bill(clinic, who, at, what, amount, ("cash", amount))


def written(clinic: Tiny, who: str) -> dict[str, Any]:
    with clinic.service.reading(clinic.boss) as desk:
        query = RecordQuery("customer", fields=FIELDS, ids=(who,), limit=1, python=True)
        return dict(desk.system_gate.page(query).records[0])


def test_scores_class_and_risk_are_written_by_the_edges_of_the_clinic(clinic: Tiny) -> None:
    # Edges: recency 30/90/180/365 days, frequency 1/2/4/8 days, money 500/2,000/8,000/30,000.
    often = buyer(clinic, "常客", *((7 + 30 * at, "2000.00") for at in range(9)))
    once = buyer(clinic, "一次", (400, "300.00"))
    late = buyer(clinic, "迟了", (200, "600.00"), (260, "600.00"), (320, "600.00"))
    never = buyer(clinic, "没来过")
    told = figures(clinic).write()
    assert told["refused"] == 0
    of = {who: tuple(written(clinic, who)[key] for key in FIELDS[:6]) for who in (often, once, late, never)}
    assert of == {
        often: (5, 5, 4, "champion", "low", None),
        # Has been away for longer than the clinic waits, 365 days.
        once: (1, 1, 1, "lost", "high", None),
        # Used to come every 60 days and has not for 200, which is more than half of 365.
        late: (2, 3, 2, "lost", "high", None),
        never: (None, None, None, None, None, None),
    }


def test_who_pays_much_and_seldom_or_refers_three_has_potential(clinic: Tiny) -> None:
    rich = buyer(clinic, "大单", (20, "9000.00"))
    figures(clinic).write()
    assert written(clinic, rich)["potential"] is True
    # Two visits more, and he is a regular.
    for ago in (3, 2):
        pay(clinic, rich, ago, "10.00", item(clinic, "充填", ["filling", "filling_direct"], "1.00"))
    figures(clinic).write()
    assert written(clinic, rich)["potential"] is None


def test_an_open_complaint_is_a_high_risk_whatever_the_rhythm(clinic: Tiny) -> None:
    cross = buyer(clinic, "投诉", (5, "800.00"))
    figures(clinic).write()
    assert written(clinic, cross)["churn_risk"] == "low"
    clinic.add(
        "complaint", "2026-11-20 09:00", customer_id=cross, source="phone", kind="waiting", content="等了一小时",
        handler_id=USER,
    )  # fmt: skip
    figures(clinic).write()
    assert written(clinic, cross)["churn_risk"] == "high"


def test_only_what_changed_is_written_and_history_says_the_system_did_it(clinic: Tiny) -> None:
    quiet = buyer(clinic, "安静", (40, "700.00"))
    figures(clinic).write()
    before = written(clinic, quiet)
    assert before["revision"] == 2
    assert figures(clinic).write()["figures"] == 0
    assert written(clinic, quiet) == before
    told = clinic.service.history(clinic.boss, "customer", quiet)
    last = told["entries"][0]
    assert last["by"] is None
    assert {one["field"] for one in last["changes"]} == {
        "rfm_r",
        "rfm_f",
        "rfm_m",
        "rfm_segment",
        "churn_risk",
    }


def test_the_report_says_of_every_customer_what_stands_on_the_customer(clinic: Tiny) -> None:
    figures(clinic).write()
    table = clinic.table("rfm_customers")
    at = {key: table.at(key) for key in ("customer", "r", "f", "m", "group")}
    assert table.rows
    for row in table.rows:
        found = written(clinic, str(row[at["customer"]]))
        assert (found["rfm_r"], found["rfm_f"], found["rfm_m"], found["rfm_segment"]) == tuple(
            row[at[key]] for key in ("r", "f", "m", "group")
        )
    groups = clinic.table("rfm_groups")
    counted = {row[groups.at("group")]: row[groups.at("customers")] for row in groups.rows}
    for group, count in counted.items():
        assert count == sum(1 for row in table.rows if row[at["group"]] == group)


# Targets.


def aim(
    clinic: Tiny, metric: str, target: str, level: str = "branch", month: str = "2026-11", **whose: str
) -> str:
    return clinic.add(
        "sales_target",
        "2026-11-01 09:00",
        month=f"{month}-01",
        level=level,
        metric=metric,
        target=target,
        **whose,
    )


def reached(clinic: Tiny, target: str) -> tuple[Decimal | None, Decimal | None]:
    with clinic.service.reading(clinic.boss) as desk:
        query = RecordQuery("sales_target", fields=("actual", "rate"), ids=(target,), limit=1, python=True)
        [found] = desk.system_gate.page(query).records
        return found["actual"], found["rate"]


def test_a_target_of_a_branch_says_what_came_of_it_as_the_card_does(clinic: Tiny) -> None:
    here = clinic.another()
    buyer(here, "本月", (3, "1500.00"), (20, "300.50"), (40, "9000.00"))
    november = aim(here, "paid", "3600.00", subject=here.branch)
    october = aim(here, "paid", "4500.00", month="2026-10", subject=here.branch)
    december = aim(here, "paid", "4500.00", month="2026-12", subject=here.branch)
    visits = aim(here, "visits", "10", subject=here.branch)
    figures(here).write_goals()
    assert reached(here, november) == (Decimal("1800.50"), Decimal("0.5001"))
    assert reached(here, october) == (Decimal("9000"), Decimal("2"))
    assert reached(here, december)[0] is None
    assert reached(here, visits) == (Decimal(0), Decimal(0))
    card = {"measures": ["paid"], "period": "this month", "compare": ["goal"], "by": [{"role": "branch"}]}
    table = here.ask({"key": "q", "name": {"zh": "问", "en": "Q"}, "kind": "aggregate", **card})
    [row] = table.rows
    assert row[table.at("paid")] == Decimal("1800.50")
    assert row[table.at("paid@goal.attainment")] == Decimal("0.500139")
    assert here.value("target_rate") == Decimal("0.500139")


def test_a_target_is_only_written_again_when_it_came_to_something_else(clinic: Tiny) -> None:
    here = clinic.another()
    who = buyer(here, "再来", (3, "100.00"))
    target = aim(here, "paid", "1000.00", subject=here.branch)
    assert figures(here).write_goals() > 0
    assert figures(here).write_goals() == 0
    pay(here, who, 1, "50.00", item(here, "充填", ["filling", "filling_direct"], "1.00"))
    assert figures(here).write_goals([target]) == 1
    assert reached(here, target)[0] == Decimal("150")


def test_a_rate_that_is_aimed_at_in_hundredths_is_reached_in_hundredths(clinic: Tiny) -> None:
    here = clinic.another()
    for name, paid in (("成", ((1, "80.00"),)), ("未", ())):
        visit(here, buyer(here, name, *paid), "2026-11-20 10:00")
    share = aim(here, "deal_rate", "0.60", subject=here.branch)
    percent = aim(here, "deal_rate", "60", subject=here.branch)
    nobody = aim(here, "deal_rate", "0.60", month="2026-09", subject=here.branch)
    figures(here).write_goals()
    assert reached(here, share)[0] == Decimal("0.5")
    assert reached(here, percent)[0] == Decimal("50")
    assert reached(here, nobody)[0] is None


def test_a_team_reaches_what_its_lead_and_members_reach(clinic: Tiny) -> None:
    here = clinic.another()
    lead_user, member_user, other_user = new_id(), new_id(), new_id()
    staff = {}
    with here.service.workspace.write(Cause("system")) as unit:
        create_accounts(
            unit.connection,
            [
                (Account(user, user, user, ("consultant",), (here.branch,), supervisor_id=boss), None)
                for user, boss in ((lead_user, None), (member_user, lead_user), (other_user, None))
            ],
            unit.now,
        )
    for user in (lead_user, member_user, other_user):
        staff[user] = here.add(
            "staff", "2024-01-01 09:00", user_id=user, name="顾问", role_key="consultant", phone=phone(), branches=[here.branch], status="active",
        )  # fmt: skip
    who = buyer(here, "客户")
    paid = bill(
        here,
        who,
        "2026-11-05 10:00",
        item(here, "冠", ["filling", "filling_direct"], "1.00"),
        "600.00",
        ("cash", "600.00"),
    )
    for user, amount in ((lead_user, "100.00"), (member_user, "200.50"), (other_user, "300.00")):
        here.add(
            "performance", "2026-11-05 10:00", bill_id=paid, staff_id=staff[user], role="consultant", amount=amount, rate="0.03", happened_at="2026-11-05",
        )  # fmt: skip
    team = aim(here, "paid", "1000.00", "team", subject_staff=staff[lead_user])
    own = aim(here, "paid", "1000.00", "personal", subject_staff=staff[member_user])
    figures(here).write_goals()
    assert reached(here, team)[0] == Decimal("300.5")
    assert reached(here, own)[0] == Decimal("200.5")


def test_a_lead_says_how_many_working_minutes_its_first_contact_took_and_keeps_what_is_older(
    clinic: Tiny,
) -> None:
    here = clinic.another()
    # Open on Mondays alone, from nine to six: assigned on Monday the 9th at half past five, contacted a week later.
    hours = open_table(
        {here.branch: Hours({0: ((time(9), time(18)),)}, keeps_holidays=False)},
        date(2026, 1, 1),
        date(2026, 12, 31),
    )
    source = channel(here)

    def written_on(at: str, assigned: str, contacted: str | None, **more: Any) -> str:
        first = {"first_contact_at": f"{contacted}:00+08:00"} if contacted else {}
        return lead(here, at, source, assigned_at=f"{assigned}:00+08:00", **first, **more)

    week = written_on("2026-11-09 17:00", "2026-11-09T17:30", "2026-11-16T09:15")
    same = written_on("2026-11-09 10:00", "2026-11-09T10:00", "2026-11-09T10:20")
    open_ = written_on("2026-11-09 10:00", "2026-11-09T10:00", None)
    old = written_on("2026-03-09 10:00", "2026-03-09T10:00", "2026-03-09T11:00", response_minutes=7)
    workspace = here.service.workspace
    reports = ReportService(workspace, here.plan.app, here.plan.policy, open_hours=lambda _unit: hours)
    assert Figures(workspace, reports, here.service).write()["refused"] == 0

    def told(who: str) -> Any:
        with here.service.reading(here.boss) as desk:
            query = RecordQuery("lead", fields=("response_minutes",), ids=(who,), limit=1, python=True)
            return desk.system_gate.page(query).records[0]["response_minutes"]

    assert [told(one) for one in (week, same, open_, old)] == [45, 20, None, 7]
