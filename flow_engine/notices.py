"""Lines for people's drawers about flows, in words: what is new for them, and what somebody said."""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.text import Words
from flow_engine.outcome import Notice
from flow_engine.plan import FlowPlan
from flow_engine.result import Step
from flow_engine.state import Instance

TITLES: Mapping[str, Words] = {
    "task": {"zh": "新待办：{name}", "en": "New task: {name}"},
    "turn": {"zh": "轮到您处理：{name}", "en": "Your turn: {name}"},
    "transfer": {"zh": "{by}转交给您：{name}", "en": "{by} transferred to you: {name}"},
    "hand_over": {"zh": "{by}移交给您：{name}", "en": "{by} handed over to you: {name}"},
    "delegate": {"zh": "{by}请您协助：{name}", "en": "{by} asks for your help: {name}"},
    "advice": {"zh": "{by}已答复，等您决定：{name}", "en": "{by} has answered; you decide: {name}"},
    "add_signers": {"zh": "{by}请您加签：{name}", "en": "{by} added you as a signer: {name}"},
    "remove_signers": {"zh": "不再需要您加签：{name}", "en": "You need not sign any more: {name}"},
    "take_back": {"zh": "{by}拿回了：{name}", "en": "{by} took it back: {name}"},
    "parked": {"zh": "搁置的待办到时间了：{name}", "en": "A parked task is back: {name}"},
    "remind": {"zh": "请尽快处理：{name}", "en": "Please deal with: {name}"},
    "late": {"zh": "已超时：{name}", "en": "Overdue: {name}"},
    "urge": {"zh": "{by}催办：{name}", "en": "{by} asks you to hurry: {name}"},
    "comment": {"zh": "{by}评论了：{name}", "en": "{by} commented on: {name}"},
    "cc": {"zh": "抄送给您：{name}", "en": "A copy for you: {name}"},
}


def lines(plan: FlowPlan, done: Step) -> Iterator[tuple[str, tuple[str, ...], dict[str, Any]]]:
    """Yield (kind, people, body) of every line a step makes: new tasks of people, and what nodes and actions tell.

    `body`: `{title, text?, instance, task}`; `{by}` in the title is filled in by whoever knows names.
    """
    instance = done.state.instance
    for task in done.tasks.added:
        if task.state != "open":
            continue
        to = (task.assignee,) if task.assignee else task.candidates
        added = task.data.get("added") or {}
        kind = "cc" if task.kind == "cc" else "add_signers" if added.get("by") else "task"
        by = added.get("by") or task.data.get("by")
        yield kind, to, _body(plan, instance, kind, task.node, task.task_id, {"by": by})
    if not done.notices:
        return
    nodes = {
        task.task_id: task.node
        for task in (*done.tasks.added, *done.tasks.changed, *done.state.tasks.values())
    }
    for notice in done.notices:
        yield notice.kind, notice.to, told(plan, instance, notice, nodes)


def told(plan: FlowPlan, instance: Instance, notice: Notice, nodes: Mapping[int, str]) -> dict[str, Any]:
    """Return the body of one notice."""
    node = nodes.get(notice.task_id or 0)
    return _body(plan, instance, str(notice.body.get("why", notice.kind)), node, notice.task_id, notice.body)


def _body(
    plan: FlowPlan,
    instance: Instance,
    why: str,
    node: str | None,
    task_id: int | None,
    more: Mapping[str, Any],
) -> dict[str, Any]:
    names = plan.step_names.get(node or "") or plan.step_names[""]
    title = TITLES.get(why) or TITLES["task"]
    words = {}
    for lang, name in names.items():
        words[lang] = title[lang].replace("{name}", f"{instance.title} · {name}" if name else instance.title)
    body: dict[str, Any] = {"title": words, "instance": instance.instance_id, "task": task_id}
    if more.get("by"):
        body["by"] = more["by"]
    if more.get("comment"):
        body["text"] = {"zh": more["comment"], "en": more["comment"]}
    return body


def signed(body: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return the body with the name of whoever caused it."""
    title = {lang: text.replace("{by}", name) for lang, text in body["title"].items()}
    return {**body, "title": title}
