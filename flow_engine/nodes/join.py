"""Join (汇合): brings branches together: all of them, those that were started, the first, or the first n."""

from collections.abc import Generator, Mapping
from decimal import Decimal
from typing import Any

from engine.schema import FORMULA, KEY, array, closed
from flow_engine.acts import Act
from flow_engine.asking import value_at
from flow_engine.happenings import Happening, Turn
from flow_engine.node import Node, NodeContext
from flow_engine.outcome import End, Go, Hold
from flow_engine.state import Token


class Join(Node):
    """One token goes on for one round of the branches.

    `of`: all, started (those that can still come), any, or n of the branches. What arrives later in the same round is
    swallowed; a branch that comes twice opens the next round, which is held until this one is complete. `rest`: what has
    not come yet runs out, or is cancelled.
    """

    def enter(self, ctx: NodeContext) -> Hold | Go | End | Generator[Act, Any, Hold | Go | End]:
        of = ctx.config["of"]
        if of == "all":
            return self._all(ctx)
        if of == "started":
            return Hold("turn")
        return self._some(ctx)

    def resume(self, ctx: NodeContext, happening: Happening) -> Hold | Go:
        if (
            ctx.config["of"] == "started"
            and isinstance(happening, Turn)
            and not ctx.may_come(but_turns=happening.is_last)
        ):
            others = tuple(one.token_id for one in ctx.arrivals() if one.token_id != ctx.token.token_id)
            return Go(take=others)
        return Hold(ctx.token.wait or "join")

    def _all(self, ctx: NodeContext) -> Hold | Go:
        first: dict[str, Token] = {}
        for one in ctx.arrivals():
            first.setdefault(ctx.branch_of(one), one)
        if first.keys() >= ctx.branches_in():
            return Go(
                take=tuple(one.token_id for one in first.values() if one.token_id != ctx.token.token_id)
            )
        return Hold("join")

    def _some(self, ctx: NodeContext) -> Generator[Act, Any, Hold | Go | End]:
        needed = yield from self._needed(ctx)
        branches = ctx.branches_in()
        memory = ctx.memory()
        came = list(memory.get("came", ()))
        branch = ctx.branch_of(ctx.token)
        if branch in came:
            # A branch of the next round: it is held until this round is complete.
            return Hold("turn")
        came.append(branch)
        if len(came) == needed and not memory.get("passed"):
            return self._pass(ctx, came, branches)
        complete = len(came) >= len(branches) and bool(memory.get("passed"))
        return End(
            "swallow", memory={} if complete else {"came": came, "passed": memory.get("passed", False)}
        )

    def _pass(self, ctx: NodeContext, came: list[str], branches: frozenset[str]) -> Go:
        if ctx.config["rest"] == "cancel":
            return Go(memory={}, withdraw=frozenset(ctx.config.get("cancels") or ctx.branches()))
        return Go(memory={} if len(came) >= len(branches) else {"came": came, "passed": True})

    def _needed(self, ctx: NodeContext) -> Generator[Act, Any, int]:
        of = ctx.config["of"]
        if of == "any":
            return 1
        value = (yield from value_at(ctx, "n")) if of == "n" else of
        least = int(value) if isinstance(value, int | Decimal) else 1
        return max(1, min(least, len(ctx.branches_in())))


class _Turning(Join):
    """Arrivals of the next round look again when everything stands still."""

    def resume(self, ctx: NodeContext, happening: Happening) -> Any:
        if ctx.config["of"] not in ("any", "n"):
            return super().resume(ctx, happening)
        return self._some(ctx)


def _settings() -> Mapping[str, Any]:
    return {
        "of": {"enum": ["all", "started", "any", "n"], "default": "all"},
        "n": FORMULA,
        "rest": {"enum": ["run_out", "cancel"], "default": "run_out"},
        "cancels": array(KEY, minItems=1, maxItems=200),
    }


NODE = _Turning(
    kind="join",
    zh="汇合",
    en="Join",
    joins="all",
    config_schema=closed(**_settings()),
    sample={"of": "all", "to": "end"},
)
