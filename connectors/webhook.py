"""Webhooks (网络回调): signed calls in, which nobody can forge or send again, and signed calls out.

The signature is HMAC-SHA256 over `<timestamp>.<body>`, sent as `X-Clinicraft-Signature: t=<unix seconds>,v1=<hex>`.
"""

import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import Any

from connectors.egress import Egress, Limits
from engine.breaker import Breaker
from engine.ports import Delivery
from engine.problems import Code, Forbidden, Rejected
from engine.store.unit import Unit

BAD_SIGNATURE = Code("webhook.signature", zh="回调的签名不对", en="The signature of the webhook is wrong",
                     hint_zh="用双方约定的密钥对“时间戳.正文”做 HMAC-SHA256", hint_en="Sign “timestamp.body” with HMAC-SHA256 and the shared secret")  # fmt: skip
TOO_OLD = Code("webhook.too_old", zh="回调的时间戳已过期", en="The timestamp of the webhook is too old",
               hint_zh="对方的时钟与本机相差不能超过 5 分钟", hint_en="The clocks may differ by five minutes at most")  # fmt: skip
TOO_BIG = Code(
    "webhook.too_big",
    zh="回调的正文超过 {most} 字节",
    en="The body of the webhook is larger than {most} bytes",
)
NO_CONNECTION = Code("webhook.connection", zh="没有名为“{connection}”的外部连接", en="There is no connection “{connection}”",
                     hint_zh="请管理员在外部连接里添加", hint_en="Ask the administrator to add it among the connections")  # fmt: skip
LEFT_ALONE = Code("webhook.left_alone", zh="外部连接“{connection}”接连出错，先停一会儿再试", en="The connection “{connection}” failed again and again and is left alone for a while",
                  hint_zh="系统会自动再试；请检查对方是否正常", hint_en="It is tried again by itself; see whether the other side is well")  # fmt: skip
BAD_PATH = Code("webhook.path", zh="路径“{given}”不能用", en="The path “{given}” cannot be used",
                hint_zh="以 / 开头，只写路径", hint_en="It begins with / and is a path only")  # fmt: skip

HEADER = "X-Clinicraft-Signature"
TOLERANCE_S = 300
MOST_BODY = 1_000_000
SHOWN_BODY = 100_000


def sign(secret: str, body: bytes, at: int) -> str:
    """Return the signature header of a body sent at `at` (unix seconds)."""
    return f"t={at},v1={_digest(secret, body, at)}"


def check(secrets: tuple[str, ...], body: bytes, header: str | None, now: float) -> str:
    """Return the id of a signed call: the same call sent again has the same one, so it can be refused. Forbidden.

    `secrets`: the present one and, while it is being changed, the former one.
    """
    if len(body) > MOST_BODY:
        raise Rejected(TOO_BIG.at("", most=MOST_BODY))
    parts = dict(part.split("=", 1) for part in (header or "").split(",") if "=" in part)
    stamp, given = parts.get("t", ""), parts.get("v1", "")
    is_readable = stamp.isascii() and stamp.isdigit() and len(stamp) <= 12 and given.isascii()
    if not is_readable or not secrets:
        raise Forbidden(BAD_SIGNATURE.at(""))
    at = int(stamp)
    # every secret is tried, so the time taken says nothing
    matches = [hmac.compare_digest(_digest(secret, body, at), given.lower()) for secret in secrets if secret]
    if not any(matches):
        raise Forbidden(BAD_SIGNATURE.at(""))
    if abs(now - at) > TOLERANCE_S:
        raise Forbidden(TOO_OLD.at(""))
    return sha256(f"{at}.".encode() + body).hexdigest()


def _digest(secret: str, body: bytes, at: int) -> str:
    return hmac.new(secret.encode(), f"{at}.".encode() + body, sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Connection:
    """An outside system: its address and secrets, kept by the administrator and shown to nobody."""

    url: str
    secret: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


class HttpSender:
    """Sender of effects of kind `http` and `webhook`: calls an outside system under the effect's key.

    Body: `{"connection", "method", "path", "query", "body", "timeout", "callback_key"?}`. The result given to the flow is
    `{"status", "body"}`; what the other side's headers say stays outside.
    """

    def __init__(
        self,
        connections: Callable[[str], Connection | None],
        egress: Callable[[frozenset[str]], Egress] = lambda hosts: Egress(Limits(hosts=hosts)),
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._connections, self._egress, self._clock = connections, egress, clock
        self._breaker = Breaker()

    def prepare(self, unit: Unit, key: str, body: Mapping[str, Any]) -> Mapping[str, Any] | Delivery:
        """Return the call as it will be made, without secrets."""
        connection = self._connections(str(body.get("connection")))
        if connection is None:
            return Delivery(
                "refused", error=NO_CONNECTION.at("", connection=body.get("connection")).message("zh")
            )
        path = str(body.get("path") or "")
        if path and (
            not path.startswith("/") or path.startswith("//") or ".." in path.split("/") or "\\" in path
        ):
            return Delivery("refused", error=BAD_PATH.at("", given=path).message("zh"))
        wait_s = self._breaker.wait_s(str(body["connection"]), self._clock())
        if wait_s:
            later = unit.now + timedelta(seconds=wait_s)
            return Delivery(
                "later", at=later, error=LEFT_ALONE.at("", connection=body["connection"]).message("zh")
            )
        return dict(body)

    def send(self, key: str, ready: Mapping[str, Any]) -> Delivery:
        """Make the call; 2xx is sent, 408, 425, 429 and 5xx may be tried again, other answers are refused."""
        is_well = False
        try:
            delivery = self._called(key, ready)
            is_well = delivery.state != "failed"
        finally:
            self._breaker.note(str(ready["connection"]), is_well, self._clock())
        return delivery

    def _called(self, key: str, ready: Mapping[str, Any]) -> Delivery:
        connection = self._connections(str(ready["connection"]))
        if connection is None:
            return Delivery("refused", error="connection gone")
        content = ready.get("body")
        if ready.get("callback_key"):
            content = {**(content or {}), "callback_key": ready["callback_key"]}
        data = b"" if content is None else json.dumps(content, ensure_ascii=False, default=str).encode()
        headers = {"Idempotency-Key": key, "User-Agent": "Clinicraft", **connection.headers}
        if data:
            headers["Content-Type"] = "application/json"
        if connection.secret:
            headers[HEADER] = sign(connection.secret, data, int(self._clock()))
        query = {
            str(name): str(value) for name, value in (ready.get("query") or {}).items() if value is not None
        }
        url = connection.url.rstrip("/") + str(ready.get("path") or "")
        try:
            reply = self._egress(frozenset({_host(connection.url)})).call(
                str(ready.get("method") or "POST"),
                url,
                headers=headers,
                content=data or None,
                query=query or None,
            )
        except ConnectionError as why:
            return Delivery("failed", error=str(why))
        except Rejected as refused:
            return Delivery("refused", error=refused.problems[0].message("zh"))
        try:
            answer: Any = reply.json() if len(reply.body) <= SHOWN_BODY else None
        except ValueError:
            answer = reply.body[:SHOWN_BODY].decode("utf-8", "replace")
        result = {"status": reply.status, "body": answer}
        if 200 <= reply.status < 300:
            return Delivery("sent", result=result)
        state = "failed" if reply.status in (408, 425, 429) or reply.status >= 500 else "refused"
        return Delivery(state, result=result, error=f"HTTP {reply.status}")

    def ask(self, key: str, reference: str | None) -> Delivery:
        """Nobody knows: the other side is told apart by the key only if it keeps it."""
        return Delivery("unknown")

    def ended(self, unit: Unit, key: str, delivery: Delivery) -> None:
        """Nothing is kept beside the flow's own ledger."""


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0].rpartition("@")[2].partition(":")[0].lower()
