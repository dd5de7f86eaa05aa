"""What stands on a wall tells nobody's name, phone or papers, however much its reader may see."""

from decimal import Decimal

import pytest

from report_engine.pipeline import bound_report, run
from report_engine.table import Table
from report_engine.veiling import Veil
from tests.reports.clinic import NOW, ZONE, House, data_of

FORMS = {
    "customer": {
        "title": "{name}",
        "fields": [
            {"key": "name", "control": "person_name"},
            {"key": "phone", "control": "mobile", "mask": "phone"},
            {"key": "channel_id", "control": "link", "to": "channel"},
        ],
    },
    "bill": {
        "title": "{no} {customer_id.name}",
        "fields": [{"key": "no", "control": "text"}, {"key": "customer_id", "control": "link", "to": "customer"}],
    },
    "lead": {"title": "COALESCE({customer_id}, {name})", "fields": [{"key": "customer_id", "control": "link", "to": "customer"}]},
    "channel": {"title": "{name}", "fields": [{"key": "name", "control": "text"}]},
}  # fmt: skip


@pytest.fixture
def filled(clinic: House) -> House:
    web = clinic.add("channel", name="抖音")
    ann = clinic.add("customer", name="王小明", phone="13812345678", channel_id=web)
    clinic.add("bill", customer_id=ann, paid=Decimal(5), on=NOW.date())
    return clinic


def veiled(clinic: House, report: dict[str, object]) -> Table:
    bound = bound_report({"kind": "aggregate", **report}, data_of(clinic.clinic), NOW, ZONE, None)
    return Veil(FORMS).over(run(bound, clinic._desk(None)), bound)


def test_forms_called_by_a_persons_name_are_known_even_over_links() -> None:
    assert Veil(FORMS).people == {"user", "customer", "bill", "lead"}


def test_a_name_that_results_go_by_is_masked_and_a_channel_is_not(filled: House) -> None:
    by_person = veiled(filled, {"measures": ["bill.count"], "by": [{"field": "bill.customer_id"}]})
    assert list(by_person.labels["customer"].values()) == ["王*"]
    assert by_person.rows[0][1] == 1
    by_name = veiled(filled, {"measures": ["customer.count"], "by": [{"field": "customer.name"}]})
    assert [row[0] for row in by_name.rows] == ["王*"]
    by_channel = veiled(filled, {"measures": ["customer.count"], "by": [{"field": "customer.channel_id"}]})
    assert list(by_channel.labels["channel"].values()) == ["抖音"]


def test_a_list_shows_masked_names_and_phones_to_whoever_may_read_them(filled: House) -> None:
    columns = {"columns": ["name", "phone", "channel_id"]}
    [row] = veiled(filled, {"kind": "list", "form": "customer", "settings": columns}).rows
    assert row[1:3] == ("王*", "138****5678")
    assert row[3] == filled.records["customer"][0]["channel_id"]
