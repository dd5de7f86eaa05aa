"""RFM scores, groups and movement."""

from collections import Counter
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from report_engine.statistics.rfm import GROUP_WORDS, GROUPS, Customer, Edges, moves, scored

DENTAL = Edges((30, 90, 180, 365), (1, 2, 4, 8), tuple(Decimal(one) for one in (500, 2_000, 8_000, 30_000)))


def customer(recency: int, frequency: int, money: int, customer_id: str = "c") -> Customer:
    return Customer(customer_id, recency, frequency, Decimal(money))


def group_of(recency: int, frequency: int, money: int) -> str:
    return scored([customer(recency, frequency, money)], DENTAL)[0].group


def test_fixed_edges_give_the_scores_that_stand_in_them():
    found = scored([customer(30, 9, 30_001), customer(31, 8, 30_000), customer(366, 1, 500)], DENTAL)
    assert [(one.recency, one.frequency, one.money) for one in found] == [(5, 5, 5), (4, 4, 4), (1, 1, 1)]


def test_the_eight_groups():
    assert group_of(10, 10, 50_000) == "champion"
    assert group_of(10, 1, 50_000) == "promising"
    assert group_of(300, 10, 50_000) == "keep"
    assert group_of(300, 1, 50_000) == "win_back"
    assert group_of(10, 10, 100) == "regular"
    assert group_of(10, 1, 100) == "new"
    assert group_of(300, 10, 100) == "fading"
    assert group_of(300, 1, 100) == "lost"
    assert set(GROUPS.values()) == set(GROUP_WORDS)


def test_quintiles_hold_a_fifth_each_when_all_differ():
    found = scored([customer(day, day, day, str(day)) for day in range(1, 101)])
    assert Counter(one.money for one in found) == dict.fromkeys(range(1, 6), 20)
    assert found[0].recency == 5
    assert found[0].money == 1


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 20), st.integers(0, 10_000)), min_size=1))
def test_equals_score_alike_and_better_never_scores_worse(rows):
    found = scored([customer(*row) for row in rows])
    for one in found:
        for other in found:
            if one.customer.money >= other.customer.money:
                assert one.money >= other.money
            if one.customer.recency <= other.customer.recency:
                assert one.recency >= other.recency


def test_movement_counts_newcomers_and_those_who_left():
    assert moves({"a": "new", "b": "lost"}, {"a": "regular", "c": "new"}) == {
        ("new", "regular"): 1, ("lost", None): 1, (None, "new"): 1,
    }  # fmt: skip
