"""What the publish gate finds: a sentence, the nodes it is about, a counter-example that can be played, and what to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.problems import Code, Problem
from flow_engine.plan import FlowPlan
from flow_engine.soundness.net import Move

F01 = Code(
    "flow.f01",
    zh="「{node}」永远走不到",
    en="“{node}” can never be reached",
    hint_zh="把它连到流程里，或删除它",
    hint_en="Connect it, or delete it",
)
F02 = Code(
    "flow.f02",
    zh="走到这里会卡住：「{node}」在等「{missing}」，但这条路没有经过它",
    en="The flow gets stuck: “{node}” waits for “{missing}”, which this way does not pass",
    hint_zh="把汇合改为“只等已经开始的分支”",
    hint_en="Let the join wait only for branches that were started",
)
F03 = Code(
    "flow.f03",
    zh="「{node}」结束时「{running}」还没做完",
    en="When “{node}” ends, “{running}” still runs",
    hint_zh="先汇合再结束，或改用“全部终止”",
    hint_en="Join the branches first, or end everything with “Terminate”",
)
F04 = Code(
    "flow.f04",
    zh="「{node}」可能执行两次",
    en="“{node}” may run twice",
    hint_zh="在它前面加一个汇合",
    hint_en="Add a join before it",
)
F05 = Code(
    "flow.f05",
    zh="「{node}」：{value} 时没有任何分支符合",
    en="“{node}”: no branch matches when {value}",
    hint_zh="加一个“其他情况”的分支，或补上这个范围",
    hint_en="Add an “otherwise” branch, or close the gap",
)
F06 = Code(
    "flow.f06",
    zh="「{node}」的分支「{way}」永远不会成立",
    en="The branch “{way}” of “{node}” can never be taken",
    hint_zh="修改它的条件，或调整分支的先后",
    hint_en="Change its condition, or the order of the branches",
)
F07 = Code(
    "flow.f07",
    zh="「{nodes}」会一直循环，中间没有人工或等待节点",
    en="“{nodes}” may loop for ever without a person or a wait between",
    hint_zh="加一个等待节点，或给跳转设置次数上限",
    hint_en="Add a wait, or limit how often it goes back",
)
F08 = Code(
    "flow.f08",
    zh="必填项「{field}」在「{node}」是{level}，谁也填不了",
    en="The required field “{field}” is {level} at “{node}”, so nobody can fill it in",
    hint_zh="把它设为可写，或给它默认值",
    hint_en="Make it writable there, or give it a default",
)
F09 = Code(
    "flow.f09",
    zh="「{node}」：角色“{role}”在 {count} 家门店没有人（{branches}）",
    en="“{node}”: the role “{role}” is empty in {count} branches ({branches})",
    hint_zh="设置“没有人时”怎么办，或给角色分配人员",
    hint_en="Say what to do if there is nobody, or give somebody the role",
)
F10 = Code(
    "flow.f10",
    zh="「{node}」：唯一的处理人就是被排除的人",
    en="“{node}”: the only one asked is the one who may not",
    hint_zh="设置“没有人时”或“处理人是发起人时”的办法",
    hint_en="Say what to do if there is nobody, or if the asker is the approver",
)
F11 = Code(
    "flow.f11",
    zh="流程互相触发：{flows}",
    en="Flows trigger each other: {flows}",
    hint_zh="在触发器里排除流程自己的修改，或加上不再成立的条件",
    hint_en="Leave out changes made by flows in the trigger, or add a condition that stops holding",
)
F12 = Code(
    "flow.f12",
    zh="走到「{node}」以后再也到不了结束",
    en="After “{node}” the flow can never finish",
    hint_zh="限制可退回的节点，或给这里一条出路",
    hint_en="Limit where it may go back to, or give it a way out",
)
F13 = Code(
    "flow.f13",
    zh="「{node}」用到的「{name}」在有些路上还没有值",
    en="“{node}” uses “{name}”, which has no value yet on some ways",
    hint_zh="把节点往后移，或给变量默认值",
    hint_en="Move the node, or give the variable a default",
)
F14 = Code(
    "flow.f14",
    zh="流程过于复杂，看了 {count} 种状态还没有验证完（并行最多处：「{node}」）",
    en="Too complex to prove: {count} states were looked at and there are more (most branches at “{node}”)",
    hint_zh="把并行的部分拆成“分块”或单独的流程；发布需要负责人确认",
    hint_en="Move parallel parts into blocks or flows of their own; publishing needs the director's consent",
)
F15 = Code(
    "flow.f15",
    zh="「{node}」的筛选条件数据库算不了：{why}",
    en="The database cannot work out the condition of “{node}”: {why}",
    hint_zh="换一种写法，或先做成保存的公式字段，再在条件里用那个字段",
    hint_en="Write it another way, or make it a stored formula field and use that field here",
)
F16 = Code(
    "flow.f16",
    zh="「{node}」：表单「{form}」没有字段「{field}」",
    en="“{node}”: the form “{form}” has no field “{field}”",
    hint_zh="您是不是要：{nearest}；也可能字段已被删除，请重新选择",
    hint_en="Did you mean: {nearest}? Or the field was deleted: choose it anew",
)
F17 = Code(
    "flow.f17",
    zh="「{node}」：没有角色「{role}」",
    en="“{node}”: there is no role “{role}”",
    hint_zh="您是不是要：{nearest}；也可能角色已被删除，请重新选择",
    hint_en="Did you mean: {nearest}? Or the role was deleted: choose it anew",
)
STOP, WARN = "stop", "warn"


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding. `level`: stop (not published like this) or warn; `nodes`: what to highlight; `fix`: `{"kind", …}`."""

    problem: Problem
    level: str = STOP
    nodes: tuple[str, ...] = ()
    example: tuple[Move, ...] = ()
    """What happens, in order, until the fault shows; `playing.play` plays it."""
    fix: Mapping[str, Any] = field(default_factory=dict)
    region: str | None = None
    """The node whose region the example plays in; None: the flow itself."""

    @property
    def code(self) -> str:
        """F01 … F17."""
        return self.problem.code.removeprefix("flow.").upper()

    def to_json(self) -> dict[str, Any]:
        """Return what the designer shows: `example` as `[{"node", "way"|"boundary"|"ways"}]`."""
        names = {"way": "way", "on": "boundary", "ways": "ways"}
        example = [
            {"node": node, names[kind]: key.split(",") if kind == "ways" else key}
            for node, kind, key in self.example
        ]
        problem = self.problem.to_json()
        return {
            "code": self.code,
            "level": self.level,
            "path": problem["path"],
            "message": problem["message"],
            "hint": problem["hint"],
            "nodes": list(self.nodes),
            "example": example,
            "region": self.region,
            "fix": dict(self.fix),
        }


def label(plan: FlowPlan, key: str) -> Mapping[str, str]:
    """Return how a node is called, in both languages."""
    node = plan.nodes.get(key)
    name = node.name if node is not None else {}
    zh = name.get("zh") or key
    return {"zh": zh, "en": name.get("en") or zh}


def labels(plan: FlowPlan, keys: tuple[str, ...]) -> Mapping[str, str]:
    """Return several nodes' names, joined."""
    found = [label(plan, key) for key in keys]
    return {"zh": "、".join(one["zh"] for one in found), "en": ", ".join(one["en"] for one in found)}


def place(plan: FlowPlan, key: str) -> str:
    """Return the JSON pointer of a node."""
    return f"/flows/{plan.key}/nodes/{plan.nodes[key].index}"
