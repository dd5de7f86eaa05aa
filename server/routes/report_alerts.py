"""What reports send to me by themselves: my subscriptions, the alerts I am told of."""

from typing import Annotated, Any

from fastapi import Body, Request, Response

from server.openapi import gives
from server.reading import api
from server.requests import asked
from server.responses import answer
from server.routes.exports import file_answer
from server.routes.report_exports import FILES
from server.shapes import report_out as t
from server.shapes.files import JobStarted

router = api()
Values = Annotated[dict[str, Any], Body()]


@router.get("/subscriptions")
@gives(t.SubscriptionList)
def list_subscriptions(request: Request) -> Response:
    """Return my subscriptions, and the chat groups that I may have told."""
    one = asked(request)
    subscriptions = one.clinic.report_out.subscriptions
    robots = subscriptions.robots.offered(one.actor)
    return answer({"subscriptions": subscriptions.mine(one.actor), "robots": robots})


@router.post("/subscriptions")
@gives(t.Subscription, 201, takes=t.SubscriptionAsk)
def create_subscription(request: Request, values: Values) -> Response:
    """Have a report or dashboard sent to me at its times, as I may see it then."""
    one = asked(request)
    return answer(one.clinic.report_out.subscriptions.create(one.actor, values), 201)


@router.patch("/subscriptions/{subscription_id}")
@gives(t.Subscription, takes=t.SubscriptionChange)
def change_subscription(request: Request, subscription_id: str, values: Values) -> Response:
    """Change when and how it is sent, pause it, let it go on."""
    one = asked(request)
    return answer(one.clinic.report_out.subscriptions.change(one.actor, subscription_id, values))


@router.delete("/subscriptions/{subscription_id}")
@gives()
def cancel_subscription(request: Request, subscription_id: str) -> Response:
    """Send it to me no more."""
    one = asked(request)
    one.clinic.report_out.subscriptions.cancel(one.actor, subscription_id)
    return Response(status_code=204)


@router.post("/subscriptions/{subscription_id}/send")
@gives(JobStarted, 202)
def send_subscription(request: Request, subscription_id: str) -> Response:
    """Send it to me now, once."""
    one = asked(request)
    job = one.clinic.report_out.subscriptions.send_now(one.actor, subscription_id)
    one.house.wake()
    return answer({"job": job}, 202)


@router.get("/subscriptions/files/{job_id}")
@gives(media=FILES)
def fetch_subscription_file(request: Request, job_id: str) -> Response:
    """Return a file that was put into my drawer."""
    one = asked(request)
    return file_answer(one.clinic.report_out.subscriptions.fetch(one.actor, job_id))


@router.get("/alerts")
@gives(t.AlertList)
def list_alerts(request: Request) -> Response:
    """Return the alert rules that tell me or that I may see, how they stand with me, and whom they told of late."""
    one = asked(request)
    return answer(one.clinic.report_out.alerts.shown(one.actor))


@router.post("/alerts/{rule_id}/try")
@gives(t.AlertTold)
def try_alert(request: Request, rule_id: str) -> Response:
    """Return what a rule would tell me now; nobody is told."""
    one = asked(request)
    return answer(one.clinic.report_out.alerts.tried(one.actor, rule_id))


@router.post("/alerts/{rule_id}/acknowledge")
@gives(t.AlertLine, takes=t.AlertAcknowledge)
def acknowledge_alert(request: Request, rule_id: str, values: Values) -> Response:
    """Say that what is off is known: whoever is told the same number is not told again until then, or until it was well."""
    one = asked(request)
    return answer(one.clinic.report_out.alerts.acknowledge(one.actor, rule_id, values))


@router.post("/alerts/{rule_id}/unacknowledge")
@gives(t.AlertLine, takes=t.AlertUnacknowledge)
def unacknowledge_alert(request: Request, rule_id: str, values: Values) -> Response:
    """Take that back: it is told again in its time."""
    one = asked(request)
    return answer(one.clinic.report_out.alerts.take_back(one.actor, rule_id, values))
