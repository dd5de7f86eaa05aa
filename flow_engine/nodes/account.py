"""Account (停用账号): somebody who left may sign in no more, or who came back may again."""

from collections.abc import Generator
from typing import Any

from engine.schema import FORMULA, closed
from flow_engine.acts import Act, SwitchAccount
from flow_engine.asking import as_users, value_at
from flow_engine.node import Node, NodeContext
from flow_engine.outcome import Go


class AccountNode(Node):
    """`of`: whose account; open sessions end at once. What they were to do is the business of `hand_over`."""

    def enter(self, ctx: NodeContext) -> Generator[Act, Any, Go]:
        for user_id in as_users((yield from value_at(ctx, "of"))):
            yield SwitchAccount(user_id, ctx.config["active"])
        ctx.wrote()
        return Go()


NODE = AccountNode(
    kind="account",
    zh="停用账号",
    en="Account off",
    group="human",
    config_schema=closed(("of",), of=FORMULA, active={"type": "boolean", "default": False}),
    sample={"of": "{staff.user_id}", "to": "end"},
)
