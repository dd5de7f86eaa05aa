"""Hand over (移交待办): everything that waits for somebody in any flow goes to others, in turns."""

from collections.abc import Generator
from typing import Any

from engine.schema import FORMULA, closed
from flow_engine import refusals
from flow_engine.acts import Act
from flow_engine.asking import as_users, people, value_at
from flow_engine.happenings import EffectEnded, Happening
from flow_engine.node import Node, NodeContext
from flow_engine.outcome import Fail, Go, Hold, NewEffect
from flow_engine.settings import PEOPLE


class HandOver(Node):
    """`of`: whose tasks, `who`: to whom. They lie in other instances, so each moves by its own command after the commit."""

    def enter(self, ctx: NodeContext) -> Generator[Act, Any, Go | Hold]:
        leaving = as_users((yield from value_at(ctx, "of")))
        to = [one if isinstance(one, str) else one[0] for one in (yield from people(ctx, "who"))]
        to = [one for one in to if one not in leaving]
        if not leaving or not to:
            return Go()
        return Hold("effect", effects=(NewEffect("hand_over", {"from": leaving[0], "to": to}, True),))

    def resume(self, ctx: NodeContext, happening: Happening) -> Go | Hold | Fail:
        if not isinstance(happening, EffectEnded):
            return Hold("effect")
        if happening.error is not None:
            return Fail(refusals.EFFECT_FAILED.at("", why=happening.error))
        return Go()


NODE = HandOver(
    kind="hand_over",
    zh="移交待办",
    en="Hand over tasks",
    group="human",
    waits=True,
    config_schema=closed(("of", "who"), of=FORMULA, who=PEOPLE),
    sample={"of": "{staff.user_id}", "who": {"role": "consultant"}, "to": "end"},
)
