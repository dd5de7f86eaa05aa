"""Fill in (填写): somebody completes a form, or corrects what was sent back to them."""

from dataclasses import dataclass

from flow_engine.approvals.human import HumanNode, human_settings
from flow_engine.nodes.task import Doing


@dataclass(frozen=True)
class Fill(Doing):
    """Ways out: one, or by the names in `to`, the first being the usual one."""

    usual_fields: str = "write"
    is_filled_in: bool = True


NODE: HumanNode = Fill(
    kind="fill",
    zh="填写",
    en="Fill in",
    config_schema=human_settings(("who",)),
    sample={"config": {"who": "{plan.owner_id}", "form": "plan", "to": "end"}, "invalid": [{}, {"who": ""}]},
)
