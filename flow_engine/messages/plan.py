"""Messages compiled: their texts read and checked against the form, their formulas checked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.definitions.analysis import Analysis
from engine.definitions.app import App
from engine.definitions.scopes import RecordScope
from engine.expressions import Checked, check, parse
from engine.expressions.types import BOOL
from engine.problems import Code, Problem, Rejected, pointer
from engine.sandbox import Text, check_text, read_text
from engine.text import Words, nearest
from flow_engine.messages.names import MessageNames

NO_CHANNEL = Code(
    "message.channel",
    zh="没有名为“{channel}”的通道",
    en="There is no channel “{channel}”",
    hint_zh="可选：{known}",
    hint_en="There are: {known}",
)
NO_OPT_OUT = Code(
    "message.no_opt_out",
    zh="营销短信和邮件必须写明退订方式",
    en="Marketing by SMS and e-mail must say how to opt out",
    hint_zh="在文末加上“退订回T”",
    hint_en="End the text with how to opt out, such as “Reply T to stop”",
)
NO_FORM = Code(
    "message.no_form",
    zh="消息“{message}”要说明它依据哪张表单",
    en="The message “{message}” must say which form it is about",
)

NO_SUCH = Code(
    "message.no_such",
    zh="没有名为“{message}”的消息",
    en="There is no message “{message}”",
    hint_zh="您是不是要：{nearest}",
    hint_en="Did you mean: {nearest}",
)
NOT_GIVEN = Code(
    "message.value_not_given",
    zh="消息“{message}”需要“{value}”，这个节点没有给",
    en="The message “{message}” needs “{value}”, which this node does not give",
    hint_zh="在节点的“值”里补上",
    hint_en="Add it to the node's values",
)
NOT_WANTED = Code(
    "message.value_unknown",
    zh="消息“{message}”没有用到“{value}”",
    en="The message “{message}” knows nothing of “{value}”",
    hint_zh="去掉它，或在消息里声明",
    hint_en="Take it out, or declare it in the message",
)

CHANNELS = ("in_app", "sms", "wechat", "wecom", "dingtalk", "email")
PRIVATE = frozenset({"in_app"})
"""Channels that stay in the house: health details may be shown."""
MUST_OPT_OUT = frozenset({"sms", "email"})
_OPT_OUT_WORDS = ("退订", "拒收", "opt out", "unsubscribe", "stop", "links.unsubscribe")


@dataclass(frozen=True, slots=True)
class ChannelText:
    """What goes by one channel: a text a language, or the provider's template with data."""

    texts: Mapping[str, Text] = field(default_factory=dict)
    template: str | None = None
    data: Mapping[str, Checked] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MessagePlan:
    """A message ready to be sent. `kind`: its class, `notice` being service."""

    key: str
    name: Words
    kind: str
    form: str | None
    when: str | None
    is_urgent: bool
    subject: Mapping[str, Text]
    channels: Mapping[str, ChannelText]
    names: MessageNames


@dataclass(frozen=True)
class MessagePlans:
    """The messages of one version of an app. `problems`: of those that cannot be sent."""

    plans: Mapping[str, MessagePlan]
    problems: tuple[Problem, ...] = ()


def compile_messages(app: App, analysis: Analysis) -> MessagePlans:
    """Return every message that compiles, and the problems of the others."""
    plans: dict[str, MessagePlan] = {}
    problems: list[Problem] = []
    for key, definition in app.objects.get("messages", {}).items():
        if definition.get("off"):
            continue
        found: list[Problem] = []
        plan = _compile(key, definition, analysis, found)
        problems += found
        if not found:
            plans[key] = plan
    return MessagePlans(plans, tuple(problems))


def node_problems(app: App) -> Iterator[Problem]:
    """Yield what is wrong with message nodes of flows: messages and values that are not there."""
    messages = app.of("messages")
    for flow, definition in app.of("flows").items():
        for index, node in enumerate(definition.get("nodes", ())):
            if node.get("kind") != "message":
                continue
            at = pointer("flows", flow, "nodes", index)
            message = messages.get(str(node.get("message")))
            if message is None:
                close = ", ".join(nearest(str(node.get("message")), list(messages))) or "–"
                yield NO_SUCH.at(at + "/message", message=node.get("message"), nearest=close)
                continue
            given, wanted = set(node.get("values", {})), set(message.get("values", {}))
            for name in sorted(wanted - given):
                yield NOT_GIVEN.at(at + "/values", value=name, message=message.get("name", {}))
            for name in sorted(given - wanted):
                yield NOT_WANTED.at(f"{at}/values/{name}", value=name, message=message.get("name", {}))


def _compile(
    key: str, definition: Mapping[str, Any], analysis: Analysis, problems: list[Problem]
) -> MessagePlan:
    at = pointer("messages", key)
    form = analysis.forms.get(str(definition.get("form")))
    names = MessageNames(analysis.types, form, definition.get("values", {}), definition.get("sensitive", ()))
    scope = RecordScope(analysis.types, form) if form is not None else None
    if definition.get("when") is not None:
        if scope is None:
            problems.append(NO_FORM.at(at + "/when", message=definition.get("name", {})))
        else:
            _checked(definition["when"], scope, at + "/when", problems, is_condition=True)
    kind = definition.get("class", "notice")
    kind = "service" if kind == "notice" else kind
    channels: dict[str, ChannelText] = {}
    for channel, content in definition.get("channels", {}).items():
        path = at + pointer("channels", channel)
        if channel not in CHANNELS:
            problems.append(NO_CHANNEL.at(path, channel=channel, known=", ".join(CHANNELS)))
            continue
        channels[channel] = _channel(content, names, scope, path, problems)
        if kind == "marketing" and channel in MUST_OPT_OUT:
            problems += _opt_out(content, path)
    subject = _texts(definition.get("subject", {}), names, at + "/subject", problems)
    return MessagePlan(
        key, definition.get("name", {}), kind, form.key if form is not None else None, definition.get("when"),
        bool(definition.get("urgent")), subject, channels, names,
    )  # fmt: skip


def _channel(
    content: Mapping[str, Any],
    names: MessageNames,
    scope: RecordScope | None,
    path: str,
    problems: list[Problem],
) -> ChannelText:
    if "template" not in content:
        return ChannelText(_texts(content, names, path, problems))
    data: dict[str, Checked] = {}
    for name, formula in content.get("data", {}).items():
        place = path + pointer("data", name)
        if scope is None:
            problems.append(NO_FORM.at(place, message=name))
            continue
        checked = _checked(formula, scope, place, problems)
        if checked is not None:
            data[name] = checked
            # what a provider's template is filled with leaves the house like any text
            uses = " ".join("{{ " + ".".join(one) + " }}" for one in sorted(checked.fields))
            problems += [
                one for one in check_text(read_text(uses), names, place) if one.code != "wording.unknown_name"
            ]
    return ChannelText(template=content["template"], data=data)


def _texts(
    words: Mapping[str, str], names: MessageNames, path: str, problems: list[Problem]
) -> Mapping[str, Text]:
    found: dict[str, Text] = {}
    for lang, source in words.items():
        place = path + pointer(lang)
        try:
            found[lang] = read_text(source, place)
        except Rejected as refused:
            problems += refused.problems
            continue
        problems += check_text(found[lang], names, place)
    return found


def _checked(
    formula: str, scope: RecordScope, path: str, problems: list[Problem], is_condition: bool = False
) -> Checked | None:
    try:
        return check(parse(formula, path), scope, BOOL if is_condition else None, path)
    except Rejected as refused:
        problems += refused.problems
        return None


def _opt_out(content: Mapping[str, Any], path: str) -> list[Problem]:
    if "template" in content:
        return []
    return [
        NO_OPT_OUT.at(path + pointer(lang))
        for lang, text in content.items()
        if not any(word in text.lower() for word in _OPT_OUT_WORDS)
    ]
