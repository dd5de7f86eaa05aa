"""What leaves the house leaves under one key and is written down; what comes in is taken once; what went wrong waits for somebody."""

from datetime import timedelta
from typing import Any

import pytest

from engine.jobs import claim, work
from engine.jobs.queue import LEASE_S
from engine.ports import Delivery
from engine.problems import NotFound, Rejected
from engine.store import Cause
from tests.flow_engine.shell.house import END, House, Maker, flow

SEND = flow("send", {"key": "ask", "kind": "http", "connection": "lab", "method": "POST", "path": '"/orders"', "waits": True,
                     "to": {"ok": "note", "failed": "end"}},
            {"key": "note", "kind": "create", "form": "call", "set": {"what": '"sent"'}, "to": "end"}, END)  # fmt: skip
LISTEN = flow("listen", {"key": "ear", "kind": "receive", "message": "sms.reply", "correlate": "{lead.name}", "as": "said", "to": "note"},
              {"key": "note", "kind": "create", "form": "call", "set": {"what": '"heard"'}, "to": "end"}, END,
              trigger={"kind": "record_created", "form": "lead"})  # fmt: skip
BAD = flow("bad", {"key": "make", "kind": "create", "form": "plan", "set": {"name": '"p"', "discount": "{percent}"}, "to": "end"}, END,
           variables=[{"key": "percent", "type": "number"}])  # fmt: skip


def ledger(house: House) -> list[tuple[str, int]]:
    return [
        (one["state"], one["attempts"]) for one in house.rows("SELECT state, attempts FROM cc_flow_effects")
    ]


def receive(house: House, message: str, key: str, source: str = "sms", name: str = "sms.reply") -> bool:
    with house.workspace.write(Cause("api")) as unit:
        return house.service.inbox.receive(unit, source, message, name, key, {"text": "yes"})


def test_what_is_sent_is_in_the_ledger_and_its_answer_moves_the_flow(make_house: Maker):
    house = make_house(SEND)
    instance = house.start("send")
    assert (ledger(house), house.wire.sent) == ([("planned", 0)], [])
    house.settle()
    assert (ledger(house), house.calls(), house.status(instance)) == ([("sent", 1)], ["sent"], "done")
    [(key, body)] = house.wire.sent
    assert key.startswith(instance)
    assert body["path"] == "/orders"


def test_what_surely_failed_is_tried_again_under_the_same_key(make_house: Maker):
    house = make_house(SEND)
    house.wire.answers = [Delivery("failed", error="busy"), Delivery("failed", error="busy")]
    house.start("send")
    for _ in range(3):
        house.pass_time(minutes=10)
    assert (ledger(house), house.calls()) == ([("sent", 3)], ["sent"])
    assert len({key for key, _ in house.wire.sent}) == 1


def test_what_is_refused_for_good_takes_the_other_way(make_house: Maker):
    house = make_house(SEND)
    house.wire.answers = [Delivery("refused", error="no such number")]
    instance = house.start("send")
    house.settle()
    assert (house.calls(), house.status(instance), ledger(house)) == ([], "done", [("failed", 1)])


def test_a_broken_line_leaves_a_doubt_that_somebody_settles(make_house: Maker):
    house = make_house(SEND)
    house.wire.answers = [ConnectionResetError("gone")]
    instance = house.start("send")
    house.settle()
    assert ledger(house) == [("unknown", 1)]
    [incident] = house.incidents()
    assert incident["kind"] == "effect"
    assert len(house.wire.sent) == 1
    house.service.incidents.settle(house.actor(), incident["id"], "sent")
    assert (house.status(instance), house.calls(), len(house.wire.sent)) == ("done", ["sent"], 1)


@pytest.mark.parametrize(
    ("said", "sent", "state"),
    [
        (Delivery("sent", "r1", {"ok": 1}), 1, "sent"),
        (Delivery("failed", error="not here"), 2, "sent"),
        (Delivery("unknown"), 1, "unknown"),
    ],
)
def test_a_worker_that_dies_between_call_and_answer(make_house: Maker, said: Delivery, sent: int, state: str):
    house = make_house(SEND)
    house.start("send")
    house.wire.on_ask = said
    run = claim(house.workspace, ("flow.effect",), "dies")
    assert run is not None
    died = KeyboardInterrupt()
    house.wire.answers = [died]  # type: ignore[list-item]
    with pytest.raises(KeyboardInterrupt):
        _die(house, run, died)
    assert ledger(house) == [("sending", 1)]
    house.pass_time(seconds=LEASE_S + 1)
    house.pass_time(minutes=5)
    assert len(house.wire.asked) == 1
    assert (len(house.wire.sent), ledger(house)[0][0]) == (sent, state)


def _die(house: House, run: Any, died: BaseException) -> None:
    def send(key: str, ready: Any) -> Delivery:
        house.wire.sent.append((key, ready))
        raise died

    right, house.wire.send = house.wire.send, send  # type: ignore[method-assign]
    try:
        house.service.handlers()["flow.effect"](run)
    finally:
        house.wire.send = right  # type: ignore[method-assign]
        house.wire.answers = []


def test_what_may_not_go_now_goes_later(make_house: Maker):
    house = make_house(SEND)
    later = house.clock.now() + timedelta(hours=8)
    said = [Delivery("later", at=later)]
    house.wire.prepare = lambda unit, key, body: said.pop() if said else body  # type: ignore[method-assign]
    house.start("send")
    house.pass_time(hours=7)
    assert house.wire.sent == []
    house.pass_time(hours=1)
    assert len(house.wire.sent) == 1


def test_an_effect_of_a_cancelled_flow_does_not_go(make_house: Maker):
    house = make_house(SEND)
    house.service.act(house.actor(), house.start("send"), "cancel")
    house.settle()
    assert (house.wire.sent, ledger(house)) == ([], [("cancelled", 0)])


# Messages.


def test_what_comes_while_a_flow_is_paused_is_heard_when_it_goes_on(make_house: Maker):
    won = {"key": "won", "kind": "wait_until", "when": '{lead.stage} = "won"', "to": "end"}
    house = make_house(SEND, flow("watch", won, END, trigger={"kind": "record_created", "form": "lead"}))
    lead = house.create("lead", name="x")
    house.settle()
    sent = house.start("send")
    [watch] = [one["instance_id"] for one in house.instances(flow="watch")]
    for one in (sent, watch):
        house.service.act(house.actor(), one, "pause")
    house.update("lead", lead, stage="won")
    house.settle()
    assert (ledger(house), house.calls()) == ([("sent", 1)], [])
    house.pass_time(hours=3)
    house.update("lead", lead, note="nothing to do with it")
    house.pass_time(hours=3)
    assert {house.status(one) for one in (sent, watch)} == {"paused"}
    for one in (sent, watch):
        house.service.act(house.actor(), one, "resume")
    house.pass_time(minutes=5)
    assert {house.status(one) for one in (sent, watch)} == {"done"}
    assert (len(house.wire.sent), house.incidents()) == (1, [])


def test_the_end_of_a_called_flow_is_heard_when_its_caller_goes_on(make_house: Maker):
    rest = flow("rest", {"key": "rest", "kind": "wait", "for": "1h", "to": "end"}, END)
    house = make_house(flow("caller", {"key": "go", "kind": "call", "flow": "rest", "to": "end"}, END), rest)
    caller = house.start("caller")
    house.settle()
    house.service.act(house.actor(), caller, "pause")
    house.pass_time(hours=2)
    house.service.act(house.actor(), caller, "resume")
    house.pass_time(minutes=5)
    assert house.status(caller) == "done"


def test_a_message_for_a_paused_flow_is_kept_and_starts_no_other(make_house: Maker):
    listen = {"key": "wait", "kind": "receive", "message": "sms.reply", "correlate": '"k"', "to": "end"}
    other = flow("other", END, trigger={"kind": "message", "message": "sms.reply"})
    house = make_house(flow("listen", listen, END), other)
    instance = house.start("listen")
    house.service.act(house.actor(), instance, "pause")
    receive(house, "m1", "k")
    house.settle()
    assert house.instances(flow="other") == []
    house.service.act(house.actor(), instance, "resume")
    house.settle()
    assert house.status(instance) == "done"


def test_a_message_reaches_the_flow_that_waits_for_its_key(make_house: Maker):
    house = make_house(LISTEN)
    house.create("lead", name="张三")
    house.create("lead", name="李四")
    house.settle()
    assert receive(house, "m1", "李四")
    house.settle()
    assert [one["status"] for one in house.instances()] == ["running", "done"]
    assert house.calls() == ["heard"]


def test_a_message_that_comes_twice_counts_once(make_house: Maker):
    house = make_house(LISTEN)
    assert receive(house, "m1", "x")
    assert not receive(house, "m1", "x")
    assert receive(house, "m1", "x", source="other")


def test_a_message_that_comes_too_early_is_kept(make_house: Maker):
    house = make_house(LISTEN)
    receive(house, "m1", "张三")
    house.settle()
    house.create("lead", name="张三")
    house.settle()
    assert house.calls() == ["heard"]
    assert [one["state"] for one in house.rows("SELECT state FROM cc_flow_inbox")] == ["taken"]


def test_a_node_may_want_only_what_comes_from_now_on(make_house: Maker):
    fresh = {**LISTEN, "nodes": [{**LISTEN["nodes"][0], "transient": True}, *LISTEN["nodes"][1:]]}
    house = make_house(fresh)
    receive(house, "m1", "张三")
    house.pass_time(hours=1)
    house.create("lead", name="张三")
    house.pass_time(hours=1)
    assert house.calls() == []
    receive(house, "m2", "张三")
    house.settle()
    assert house.calls() == ["heard"]


def test_a_message_nobody_waits_for_starts_a_flow(make_house: Maker):
    note = {"key": "note", "kind": "create", "form": "call", "set": {"what": "{input.text}"}, "to": "end"}
    house = make_house(flow("answer", note, END, trigger={"kind": "message", "message": "sms.reply"}))
    receive(house, "m1", "x")
    house.settle()
    assert house.calls() == ["yes"]


def test_a_message_starts_only_the_flows_whose_condition_it_meets(make_house: Maker):
    note = {"key": "note", "kind": "create", "form": "call", "set": {"what": "{input.text}"}, "to": "end"}

    def answer(key: str, when: str) -> dict[str, Any]:
        return flow(key, note, END, trigger={"kind": "message", "message": "sms.reply", "when": when})

    house = make_house(answer("yes", '{input.text} = "yes"'), answer("no", '{input.text} = "no"'))
    receive(house, "m1", "x")
    house.settle()
    assert [one["flow"] for one in house.instances()] == ["yes"]


# Incidents.


def test_an_incident_is_mended_by_putting_the_data_right(make_house: Maker):
    house = make_house(BAD)
    instance = house.start("bad", percent=200)
    [incident] = house.incidents()
    house.service.incidents.settle(house.actor(), incident["id"], "edit", {"variables": {"percent": 20}})
    assert house.status(instance) == "done"
    assert house.incidents() == []
    assert house.rows("SELECT discount FROM f_plan")[0]["discount"] == 20


def test_what_was_blank_until_the_incident_is_put_right_too(make_house: Maker):
    make = {"key": "make", "kind": "create", "form": "plan", "to": "end"}
    make["set"] = {"name": '"p"', "discount": "IF(ISBLANK({percent}), 200, {percent})"}
    house = make_house(flow("blank", make, END, variables=[{"key": "percent", "type": "number"}]))
    instance = house.start("blank")
    [incident] = house.incidents()
    house.service.incidents.settle(house.actor(), incident["id"], "edit", {"variables": {"percent": 20}})
    assert house.status(instance) == "done"
    assert house.rows("SELECT discount FROM f_plan")[0]["discount"] == 20


def test_a_retry_that_fails_again_is_a_new_incident(make_house: Maker):
    house = make_house(BAD)
    house.start("bad", percent=200)
    [first] = house.incidents()
    house.service.incidents.settle(house.actor(), first["id"], "retry")
    [second] = house.incidents()
    assert first["id"] != second["id"]


def test_many_incidents_are_settled_at_once_each_by_itself(make_house: Maker):
    house = make_house(BAD)
    instances = [house.start("bad", percent=200) for _ in range(3)]
    ids = [one["id"] for one in house.incidents()]
    house.service.incidents.settle(house.actor(), ids[0], "skip")
    failed = house.service.incidents.settle_many(house.actor(), ids, "cancel")
    assert [one[0] for one in failed] == [ids[0]]
    assert sorted(house.status(one) for one in instances) == ["cancelled", "cancelled", "done"]
    assert house.incidents() == []
    house.no_orphans()


def test_what_cannot_be_done_about_an_incident_is_refused(make_house: Maker):
    house = make_house(BAD)
    house.start("bad", percent=200)
    [incident] = house.incidents()
    with pytest.raises(Rejected, match=r"flow\.incident_cannot"):
        house.service.incidents.settle(house.actor(), incident["id"], "sent")
    with pytest.raises(NotFound):
        house.service.incidents.settle(house.actor(), "nothing", "retry")


def test_a_job_that_is_refused_is_told_and_can_be_tried_again(make_house: Maker):
    caller = flow(
        "caller",
        {"key": "go", "kind": "call", "flow": "child", "to": {"done": "end", "cancelled": "end"}},
        END,
    )
    house = make_house(caller, flow("child", END))
    house.take_up(caller)
    instance = house.start("caller")
    house.settle()
    [incident] = house.incidents()
    assert (incident["kind"], incident["problem"]["code"], incident["instance"]) == (
        "job",
        "flow.no_flow",
        instance,
    )
    house.take_up(caller, flow("child", END))
    house.service.incidents.settle(house.actor(), incident["id"], "retry")
    house.settle()
    assert house.status(instance) == "done"


__all__ = ["work"]
