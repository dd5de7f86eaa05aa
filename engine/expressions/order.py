"""The order in which computed fields are worked out; a circle is refused with its way."""

from collections.abc import Mapping

from engine.expressions.problems import CYCLE
from engine.expressions.typed import Checked
from engine.problems import Rejected, pointer


def dependency_order(formulas: Mapping[str, Checked], path: str = "") -> list[str]:
    """Return the keys so that each comes after those it names; else in the order given.

    A field `items.amount` is named by its own key or by `items`. Raise Rejected with every circle's way.
    """
    needs = {key: [n for n in formulas if n in _named(one)] for key, one in formulas.items()}
    done: list[str] = []
    state: dict[str, int] = {}
    problems = []
    for start in formulas:
        waiting = [(start, iter(needs[start]))] if start not in state else []
        state.setdefault(start, 1)
        while waiting:
            key, rest = waiting[-1]
            following = next(rest, None)
            if following is None:
                waiting.pop()
                state[key] = 2
                done.append(key)
            elif following not in state:
                state[following] = 1
                waiting.append((following, iter(needs[following])))
            elif state[following] == 1:
                way = [step for step, _ in waiting]
                circle = [*way[way.index(following) :], following]
                problems.append(CYCLE.at(path + pointer(following), way=" → ".join(circle)))
    if problems:
        raise Rejected(problems)
    return list(dict.fromkeys(done))


def _named(checked: Checked) -> set[str]:
    return {".".join(path[: end + 1]) for path in checked.fields for end in range(len(path))}
