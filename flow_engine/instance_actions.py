"""What people may do with a whole instance, or with one place where it stands."""

from collections.abc import Callable, Mapping

from engine.problems import Conflict, Rejected
from flow_engine import refusals
from flow_engine.happenings import InstanceAction
from flow_engine.run import Acts, Run
from flow_engine.state import ROOT, Token

KNOWN = ("cancel", "withdraw", "pause", "resume", "jump", "retry", "skip", "reopen")
OF_TOKEN = ("pick", "add", "close", "complete")


def act_on_instance(run: Run, action: InstanceAction) -> Acts:
    """Do it, or raise Rejected."""
    data = {"action": action.action}
    if action.values:
        data["values"] = dict(action.values)  # type: ignore[assignment]  # one line of history holds all kinds
    if action.comment:
        data["comment"] = action.comment
    run.note("action", None, data)
    do = _DO.get(action.action)
    if do is not None:
        do(run, action)
        return
    token = _token(run, action)
    if token is None:
        raise Rejected(
            refusals.UNKNOWN_ACTION.at("", action=action.action, known=", ".join((*KNOWN, *OF_TOKEN)))
        )
    yield from run.wake(token, action, is_direct=True)


def _token(run: Run, action: InstanceAction) -> Token | None:
    token_id = action.values.get("token_id")
    if token_id is None:
        return None
    token = run.tokens.get(token_id) if isinstance(token_id, int) else None
    if token is None:
        raise Conflict(refusals.STALE.at(""))
    return token


def _cancel(run: Run, action: InstanceAction) -> None:
    """`{"undone"?, "deleted"?}`: because what it was about was taken back."""
    why = next((one for one in ("undone", "deleted") if action.values.get(one)), action.action)
    run.finish("cancelled", why)


def _pause(run: Run, _: InstanceAction) -> None:
    run.set_status("paused")


def _resume(run: Run, _: InstanceAction) -> None:
    if run.instance.status != "paused":
        raise Conflict(refusals.NOT_PAUSED.at(""))
    run.set_status("running")
    run.make_ready(sorted(key for key, token in run.tokens.items() if token.wait is None))


def _jump(run: Run, action: InstanceAction) -> None:
    """`{"to": node, "token_id"?}`: without a token, everything in the flow goes and a token stands at the node."""
    node = str(action.values.get("to"))
    target = run.plan.nodes.get(node)
    token = _token(run, action)
    if target is None:
        raise Rejected(refusals.NODE_GONE.at("/to", node=node))
    if token is None:
        if target.region is not None:
            raise Rejected(refusals.NOT_IN_REGION.at("/to", node=node))
        gone, scope_id = tuple(run.tokens), 0
    else:
        found = run.way_back(token, node)
        if found is None:
            raise Rejected(refusals.CANNOT_JUMP.at("/to", node=node))
        gone, scope_id = (token.token_id, *found[0]), found[1]
    for token_id in gone:
        run.remove_token(token_id, "withdrawn")
    run.jump_to(node, scope_id)


def _reopen(run: Run, action: InstanceAction) -> None:
    """`{"to": node}`: an ended instance runs again from there. One that another flow called has told its end already."""
    node = str(action.values.get("to"))
    target = run.plan.nodes.get(node)
    if run.instance.ended_at is None:
        raise Conflict(refusals.NOT_ENDED.at(""))
    if run.instance.parent is not None:
        raise Conflict(refusals.IS_CALLED.at(""))
    if target is None:
        raise Rejected(refusals.NODE_GONE.at("/to", node=node))
    if target.region is not None:
        raise Rejected(refusals.NOT_IN_REGION.at("/to", node=node))
    run.reopen()
    run.jump_to(node, ROOT)


def _retry(run: Run, action: InstanceAction) -> None:
    """`{"token_id"}`: enter the node of an incident anew."""
    token = _token(run, action)
    if token is None or token.wait not in ("incident", "retry"):
        raise Conflict(refusals.NOT_WAITING.at(""))
    run.again(token)


def _skip(run: Run, action: InstanceAction) -> None:
    """`{"token_id", "way"?}`: leave a node without having done it."""
    token = _token(run, action)
    if token is None:
        raise Conflict(refusals.NOT_WAITING.at(""))
    node = run.plan.nodes.get(token.node)
    way = action.values.get("way")
    if node is not None and way is None:
        way = "to" if "to" in node.targets else next(iter(node.targets), "to")
    run.skip(token, str(way))


_DO: Mapping[str, Callable[[Run, InstanceAction], None]] = {
    "cancel": _cancel,
    "withdraw": _cancel,
    "pause": _pause,
    "resume": _resume,
    "jump": _jump,
    "reopen": _reopen,
    "retry": _retry,
    "skip": _skip,
}
