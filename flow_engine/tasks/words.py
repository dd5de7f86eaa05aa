"""What the task page and the history say, in both languages."""

from collections.abc import Mapping
from typing import Any

from engine.text import Words
from flow_engine.action import ACTIONS
from flow_engine.messages.service import REASONS
from flow_engine.plan import FlowPlan
from flow_engine.run import LOOK
from flow_engine.tasks.supposing import name_of

WAYS: Mapping[str, Words] = {
    "approved": {"zh": "同意", "en": "Approve"},
    "rejected": {"zh": "拒绝", "en": "Reject"},
    "returned": {"zh": "退回修改", "en": "Return for changes"},
    "done": {"zh": "完成", "en": "Done"},
    "skipped": {"zh": "跳过", "en": "Skip"},
    "to": {"zh": "完成", "en": "Done"},
}
MODES: Mapping[str, Words] = {
    "any": {"zh": "或签：一人处理即可", "en": "Any one of them decides"},
    "all": {"zh": "会签：须全部同意", "en": "All must agree"},
    "ratio": {"zh": "比例通过", "en": "A share must agree"},
    "votes": {"zh": "票签：按票数", "en": "By votes"},
    "order": {"zh": "依次处理", "en": "One after the other"},
    "first": {"zh": "由第一位处理", "en": "The first of them decides"},
    "random": {"zh": "随机一位处理", "en": "One of them, by lot"},
}
_KINDS: Mapping[str, Words] = {
    "started": {"zh": "流程启动", "en": "The flow started"},
    "finished": {"zh": "流程结束", "en": "The flow ended"},
    "waits": {"zh": "进入“{node}”", "en": "Came to “{node}”"},
    "passed": {"zh": "离开“{node}”：{way}", "en": "Left “{node}”: {way}"},
    "jumped": {"zh": "从“{node}”转到“{to}”", "en": "Went from “{node}” to “{to}”"},
    "task": {"zh": "在“{node}”{action}", "en": "{action} at “{node}”"},
    "decided": {"zh": "在“{node}”选择“{way}”", "en": "“{way}” at “{node}”"},
    "timer": {"zh": "“{node}”的时间到了", "en": "The time of “{node}” has come"},
    "looked": {"zh": "日期到了，再看“{node}”的条件", "en": "The clock has turned: looked again at “{node}”"},
    "looked_at_goals": {
        "zh": "日期到了，再看流程的目标",
        "en": "The clock has turned: looked again at the goals",
    },
    "moved": {
        "zh": "“{node}”的时间随记录改到 {at}",
        "en": "The time of “{node}” moved to {at} with its record",
    },
    "message": {"zh": "“{node}”收到消息", "en": "“{node}” received a message"},
    "record": {"zh": "关注的记录有变化", "en": "A record it watches has changed"},
    "effect": {"zh": "“{node}”对外发送完成", "en": "What “{node}” sent out has ended"},
    "held": {
        "zh": "“{node}”的消息暂缓发送：{why}，{until} 再发",
        "en": "The message of “{node}” was held back until {until}: {why}",
    },
    "unsent": {"zh": "“{node}”的消息没有发送：{why}", "en": "The message of “{node}” was not sent: {why}"},
    "child": {"zh": "“{node}”调用的流程结束", "en": "The flow that “{node}” called has ended"},
    "action": {"zh": "{action}", "en": "{action}"},
    "ended": {"zh": "到达“{node}”", "en": "Reached “{node}”"},
    "boundary": {"zh": "“{node}”触发了边界“{way}”", "en": "The boundary “{way}” of “{node}” happened"},
    "withdrawn": {"zh": "“{node}”被取消", "en": "“{node}” was withdrawn"},
    "raised": {"zh": "“{node}”报告了错误", "en": "“{node}” raised an error"},
    "retry": {"zh": "“{node}”稍后重试", "en": "“{node}” will be tried again"},
    "incident": {"zh": "“{node}”出现异常", "en": "“{node}” could not go on"},
}
_INSTANCE_ACTIONS: Mapping[str, Words] = {
    "cancel": {"zh": "取消流程", "en": "Cancelled the flow"},
    "withdraw": {"zh": "撤回申请", "en": "Withdrew it"},
    "pause": {"zh": "暂停流程", "en": "Paused the flow"},
    "resume": {"zh": "恢复流程", "en": "Resumed the flow"},
    "reopen": {"zh": "重新打开流程", "en": "Opened the flow again"},
    "jump": {"zh": "跳转流程", "en": "Sent the flow elsewhere"},
    "retry": {"zh": "重试", "en": "Tried again"},
    "skip": {"zh": "跳过一步", "en": "Skipped a step"},
}
AUTO: Mapping[str, Words] = {
    "agreed_before": {"zh": "此前已同意，自动通过", "en": "Agreed before; passed by itself"},
    "late": {"zh": "超时自动处理", "en": "Decided by itself when late"},
    "done_when": {"zh": "条件已满足，自动完成", "en": "Done by itself: the condition holds"},
}


def way_words(config: Mapping[str, Any], way: str) -> Words:
    """Return what a way is called: as the node says, else as usual."""
    own: Words | None = config.get("labels", {}).get(way)
    return own or WAYS.get(way) or {"zh": way, "en": way}


def action_words(kind: str) -> Words:
    """Return what an action on a task or an instance is called."""
    if kind in ACTIONS:
        found = ACTIONS.get(kind)
        return {"zh": found.zh, "en": found.en}
    return _INSTANCE_ACTIONS.get(kind) or {"zh": kind, "en": kind}


def say(plan: FlowPlan, kind: str, node: str | None, data: Mapping[str, Any]) -> Words:
    """Return one line of history in words; who did it stands beside it."""
    found = plan.nodes.get(node or "")
    config = found.config if found is not None else {}
    places: dict[str, Words] = {"node": name_of(plan, node or "")}
    if kind == "task":
        values = data.get("values", {})
        if data.get("action") == "complete" and "way" in values:
            kind, places["way"] = "decided", way_words(config, str(values["way"]))
        else:
            places["action"] = action_words(str(data.get("action", "")))
    elif kind == "action":
        places["action"] = action_words(str(data.get("action", "")))
    elif kind == "passed" and "jump" in data:
        kind, places["to"] = "jumped", name_of(plan, str(data["jump"]))
    elif kind == "passed":
        ways = [str(data["way"])] if "way" in data else [str(one) for one in data.get("ways", ())]
        labels = [way_words(config, one) for one in ways]
        places["way"] = {lang: ", ".join(one.get(lang, "") for one in labels) for lang in ("zh", "en")}
    elif kind == "boundary":
        places["way"] = {"zh": str(data.get("boundary", "")), "en": str(data.get("boundary", ""))}
    elif kind == "timer" and data.get("key") == LOOK:
        kind = "looked" if found is not None else "looked_at_goals"
    elif kind == "moved":
        places["at"] = {"zh": str(data.get("at", "")), "en": str(data.get("at", ""))}
    elif kind in ("held", "unsent"):
        reason = str(data.get("reason", ""))
        places["why"] = REASONS.get(reason) or {"zh": reason, "en": reason}
        until = str(data.get("until", ""))
        places["until"] = {"zh": until, "en": until}
    return _filled(_KINDS.get(kind, {"zh": kind, "en": kind}), places)


def _filled(words: Words, places: Mapping[str, Words]) -> Words:
    said = {}
    for lang in ("zh", "en"):
        text = words.get(lang, "")
        for name, value in places.items():
            text = text.replace("{" + name + "}", value.get(lang) or value.get("zh", ""))
        said[lang] = text
    return said
