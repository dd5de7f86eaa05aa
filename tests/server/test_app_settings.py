"""The clinic's own year: who sets in which month it starts, and that reports count by it at once."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from tests.installations import BOTH
from tests.server.conftest import Town, problems, town_with
from tests.server.making import Definitions
from tests.server.test_reports import _write

PATH = "/api/app-settings"


def with_rights(made: Definitions) -> None:
    made["roles/admin"]["rights"] |= {"reports": True, "settings": True}


@pytest.fixture(scope="module", params=BOTH)
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with town_with(request, tmp_path_factory, with_rights) as made:
        _write(made.sign_in("boss"), "customer", name="甲")
        yield made


def years(town: Town) -> list[Any]:
    report = {
        "kind": "aggregate", "measures": ["customer.count"], "by": [{"role": "date", "bucket": "fiscal_year"}],
        "period": "this fiscal year", "fill": "none",
    }  # fmt: skip
    told = town.sign_in("boss").post("/api/reports/run", json={"report": report})
    assert told.status_code == 200, told.text
    return [row[:2] for row in told.json()["table"]["rows"]]


def test_a_change_is_counted_by_at_once_and_stands_in_the_audit(town: Town) -> None:
    boss = town.sign_in("boss")
    today = town.house.clock.now().date()
    before = boss.get(PATH).json()
    assert (before["fiscal_year"], before["default_fiscal_year"], before["changed"]) == (1, 1, None)
    assert before["may_change"]
    assert years(town) == [[f"{today.year}-01-01", 1]]
    month = today.month % 12 + 1
    after = boss.put(PATH, json={"fiscal_year": month, "version": before["version"]}).json()
    assert (after["fiscal_year"], after["version"]) == (month, before["version"] + 1)
    assert datetime.fromisoformat(after["changed"]["at"]).date() == today
    start = today.year if month <= today.month else today.year - 1
    assert years(town) == [[f"{start}-{month:02}-01", 1]]
    assert boss.get(PATH).json() == after
    # Nothing changes by being said twice.
    assert boss.put(PATH, json={"fiscal_year": month}).json() == after
    stale = boss.put(PATH, json={"fiscal_year": 7, "version": before["version"]})
    assert (stale.status_code, problems(stale)[0]["code"]) == (409, "settings.changed")
    assert boss.put(PATH, json={"fiscal_year": 1}).json()["version"] == after["version"] + 1


def test_who_may_not_change_it_sees_it(town: Town) -> None:
    ann = town.sign_in("ann")
    told = ann.get(PATH).json()
    assert (told["fiscal_year"], told["may_change"]) == (1, False)
    refused = ann.put(PATH, json={"fiscal_year": 4})
    assert (refused.status_code, problems(refused)[0]["code"]) == (403, "settings.not_yours")


@pytest.mark.parametrize("month", [0, 13, "4", 4.5, None, True])
def test_what_is_no_month_is_refused(town: Town, month: Any) -> None:
    told = town.sign_in("boss").put(PATH, json={"fiscal_year": month})
    assert (told.status_code, problems(told)[0]["code"], problems(told)[0]["path"]) == (
        422,
        "settings.bad_month",
        "/fiscal_year",
    )
