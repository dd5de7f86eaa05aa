"""Boards without the cells that are not for a reader: nothing overlaps, nothing is left empty, nothing else is lost."""

import itertools
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from report_engine.layout import COLUMNS, closed_up

Cells = list[dict[str, Any]]


def board(*places: tuple[int, int, int, int]) -> Cells:
    return [{"key": f"c{at}", "at": list(place)} for at, place in enumerate(places)]


def without(cells: Cells, *gone: str) -> dict[str, list[int]]:
    kept = frozenset(one["key"] for one in cells) - set(gone)
    return {one["key"]: one["at"] for one in closed_up(cells, kept)}


CARDS = [(x, y, 6, 3) for y in (0, 3) for x in (0, 6, 12, 18)]


def test_a_board_all_of_which_is_seen_stays_as_it_was_drawn() -> None:
    cells = board(*CARDS, (0, 6, 9, 7), (9, 6, 15, 3), (9, 9, 15, 4))
    assert closed_up(cells, frozenset(one["key"] for one in cells)) == cells


def test_a_row_shares_the_width_of_a_chart_that_is_gone() -> None:
    cells = board((0, 0, 8, 6), (8, 0, 7, 6), (15, 0, 9, 6))
    assert without(cells, "c1") == {"c0": [0, 0, 11, 6], "c2": [11, 0, 13, 6]}


def test_a_row_of_which_nothing_is_left_is_closed() -> None:
    cells = board((0, 0, 24, 4), (0, 4, 24, 8), (0, 12, 24, 5))
    assert without(cells, "c1") == {"c0": [0, 0, 24, 4], "c2": [0, 4, 24, 5]}


def test_cards_of_numbers_are_dealt_out_evenly() -> None:
    made = without(board(*CARDS), "c1", "c2", "c3")
    assert [at[1:] for at in made.values()] == [[0, 8, 3]] * 3 + [[3, 12, 3]] * 2


def test_a_chart_grows_into_the_room_of_the_one_above_it() -> None:
    cells = board((0, 0, 12, 8), (12, 0, 12, 4), (12, 4, 12, 4))
    assert without(cells, "c1")["c2"] == [12, 0, 12, 8]
    assert without(cells, "c0")["c2"] == [0, 4, 24, 4]


@given(st.data())
def test_what_is_kept_fills_the_grid_and_never_overlaps(data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.lists(st.integers(3, 12), min_size=1, max_size=5), min_size=1, max_size=5))
    cells, y = [], 0
    for row in rows:
        ends = [round(COLUMNS * sum(row[:at]) / sum(row)) for at in range(len(row) + 1)]
        height = data.draw(st.integers(2, 8))
        cells += [(start, y, end - start, height) for start, end in itertools.pairwise(ends)]
        y += height
    drawn = board(*cells)
    kept = data.draw(st.sets(st.sampled_from([one["key"] for one in drawn])))
    made = closed_up(drawn, frozenset(kept))
    assert {one["key"] for one in made} == kept
    taken = [(x + a, y + b) for x, y, w, h in (one["at"] for one in made) for a in range(w) for b in range(h)]
    assert len(taken) == len(set(taken))
    deep = max((y + h for _, y, _, h in (one["at"] for one in made)), default=0)
    assert len(taken) == COLUMNS * deep
