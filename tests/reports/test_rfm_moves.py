"""Movement between RFM groups: every customer goes one way a month, and the ways join."""

import itertools
import random
from collections import Counter
from datetime import date

from tests.reports.clinic import House
from tests.reports.test_kinds import TODAY, bills

ASKED = {"kind": "rfm_moves", "form": "bill", "settings": {"amount": "paid", "months": 4}}


def test_everybody_who_was_in_a_group_is_in_one_a_month_later(clinic: House) -> None:
    sold = [one for one in bills(clinic, random.Random(4)) if one[1] < TODAY]
    table = clinic.ask(ASKED)
    ends = [date.fromisoformat(end) for end in table.notes["ends"]]
    assert len(ends) == 5
    assert all(later > earlier for earlier, later in itertools.pairwise(ends))
    for end, month in zip(ends[1:], sorted({row[0] for row in table.rows}), strict=True):
        of_month = [row for row in table.rows if row[0] == month]
        assert sum(row[3] for row in of_month) == len({who for who, day, _ in sold if day <= end})


def test_who_arrives_in_a_group_leaves_from_it_the_month_after(clinic: House) -> None:
    bills(clinic, random.Random(5))
    table = clinic.ask(ASKED)
    months = sorted({row[0] for row in table.rows})
    for month, after in itertools.pairwise(months):
        came, left = Counter[object](), Counter[object]()
        for row in table.rows:
            if row[0] == month:
                came[row[2]] += row[3]
            elif row[0] == after and row[1] != "(new)":
                left[row[1]] += row[3]
        assert came == left


def test_nobody_moves_where_nobody_buys(clinic: House) -> None:
    table = clinic.ask(ASKED)
    assert table.rows == ()
    assert [one.code for one in table.warnings] == ["report.empty"]


def test_behind_a_way_are_the_customers_who_went_it(clinic: House) -> None:
    bills(clinic, random.Random(5))
    for month, before, after, count in clinic.ask(ASKED).rows:
        dims = {"month": month.isoformat(), "from": before, "to": after}
        found = clinic.behind(ASKED, dims, "customers")
        assert (found.form, found.count) == ("customer", count)
