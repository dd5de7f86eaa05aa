"""Proxies (委托代理): who decides for somebody who is away, by dates, flows and amount. No circles."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, or_, select, update

from engine.access.account_tables import USERS
from engine.clock import business_day
from engine.ids import new_id
from engine.problems import Code, Conflict, NotFound, Problem, Rejected
from engine.store.codec import decode_json, encode_json
from engine.store.platform import instant
from engine.store.unit import Unit
from flow_engine.tables import PROXIES

CIRCLE = Code("proxy.circle", zh="这样会互相代理：{name}在这段时间里已（间接）委托给您", en="That would be a circle: {name} has named you for these days, directly or not",
              hint_zh="请另选代理人，或缩短日期", hint_en="Choose somebody else, or other dates")  # fmt: skip
ONESELF = Code("proxy.oneself", zh="代理人不能是本人", en="Nobody is their own proxy", hint_zh="请另选代理人", hint_en="Choose somebody else")  # fmt: skip
DATES = Code("proxy.dates", zh="结束日期不能早于开始日期，最长 {days} 天", en="The last day must not lie before the first; at most {days} days",
             hint_zh="请修改日期", hint_en="Change the dates")  # fmt: skip
TAKEN = Code("proxy.taken", zh="这段时间已有代理人，请先结束原来的代理", en="There is a proxy for these days already; end that one first",
             hint_zh="在列表中结束原来的代理", hint_en="End it in the list")  # fmt: skip
NO_PROXY = Code("proxy.none", zh="没有这条代理，或不是您的", en="There is no such proxy, or it is not yours", hint_zh="请刷新列表", hint_en="Reload the list")  # fmt: skip
NO_PERSON = Code("proxy.no_person", zh="代理人不存在或已停用", en="The proxy does not exist or is switched off", hint_zh="请另选", hint_en="Choose somebody else")  # fmt: skip
MOST_DAYS = 366
_P = PROXIES.c


def put_in(
    unit: Unit, users: Sequence[str], flow: str, amount: Decimal | None = None
) -> list[str | tuple[str, str]]:
    """Return these people with proxies put in: an id, or (proxy, owner) where somebody is away.

    A proxy who is away too is followed on; `amount`: what the flow is about, for proxies up to an amount.
    """
    if not users:
        return []
    day = business_day(unit.now, unit.workspace.zone).isoformat()
    rows = _rows(unit, select(PROXIES).where(_P.ended_at.is_(None), _P.from_day <= day, _P.until_day >= day))
    stands: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        stands.setdefault(row["owner"], []).append(row)
    if not stands:
        return list(users)
    found: list[str | tuple[str, str]] = []
    for user in users:
        at, seen = user, {user}
        while (after := _for(stands.get(at, ()), flow, amount)) is not None and after not in seen:
            at = after
            seen.add(at)
        found.append(user if at == user or not _is_active(unit, at) else (at, user))
    return found


def _for(rows: Iterable[Mapping[str, Any]], flow: str, amount: Decimal | None) -> str | None:
    """Return the proxy that speaks for this flow and amount; one named for the flow goes before one for all."""
    fitting = [
        row
        for row in rows
        if (row["flows"] is None or flow in decode_json(row["flows"]))
        and (row["most_amount"] is None or (amount is not None and amount <= Decimal(row["most_amount"])))
    ]
    fitting.sort(key=lambda row: (row["flows"] is None, row["most_amount"] is None, row["made_at"]))
    return str(fitting[0]["proxy"]) if fitting else None


def named(unit: Unit, user_id: str) -> list[dict[str, Any]]:
    """Return the proxies a person has named or is, that are not over: newest first."""
    day = business_day(unit.now, unit.workspace.zone).isoformat()
    query = (
        select(PROXIES)
        .where(or_(_P.owner == user_id, _P.proxy == user_id), _P.ended_at.is_(None), _P.until_day >= day)
        .order_by(_P.from_day, _P.proxy_id)
    )
    return [_told(row) for row in _rows(unit, query)]


def name(
    unit: Unit,
    owner: str,
    proxy: str,
    first: date,
    last: date,
    flows: Sequence[str] | None = None,
    most_amount: Decimal | None = None,
) -> str:
    """Let `proxy` decide for `owner` on these days; return the id. Rejected: a circle, a second one, wrong dates."""
    problems: list[Problem] = []
    if owner == proxy:
        problems.append(ONESELF.at("/proxy"))
    elif not _is_active(unit, proxy):
        problems.append(NO_PERSON.at("/proxy"))
    if last < first or (last - first).days >= MOST_DAYS:
        problems.append(DATES.at("/until", days=MOST_DAYS))
    if problems:
        raise Rejected(problems)
    if _leads_to(unit, proxy, owner, first, last):
        raise Conflict(CIRCLE.at("/proxy", name=_name(unit, proxy)))
    same = [
        row
        for row in _on(unit, owner, first, last)
        if row["flows"] is None or flows is None or set(decode_json(row["flows"])) & set(flows)
    ]
    if any(row["most_amount"] == (str(most_amount) if most_amount is not None else None) for row in same):
        raise Conflict(TAKEN.at("/from"))
    proxy_id = new_id()
    unit.connection.execute(
        PROXIES.insert().values(
            proxy_id=proxy_id,
            owner=owner,
            proxy=proxy,
            from_day=first.isoformat(),
            until_day=last.isoformat(),
            flows=encode_json(list(flows)).decode() if flows else None,
            most_amount=str(most_amount) if most_amount is not None else None,
            made_at=instant(unit.now),
            made_by=unit.cause.by,
        )
    )
    unit.audit(
        "flow.proxy_named",
        None,
        None,
        {"owner": owner, "proxy": proxy, "from": first.isoformat(), "until": last.isoformat()},
    )
    return proxy_id


def end(unit: Unit, proxy_id: str, owner: str | None) -> None:
    """End a proxy now; `owner` None: whosever it is. NotFound."""
    where = (_P.proxy_id == proxy_id) & _P.ended_at.is_(None)
    if owner is not None:
        where &= _P.owner == owner
    done = unit.connection.execute(update(PROXIES).where(where).values(ended_at=instant(unit.now)))
    if done.rowcount != 1:
        raise NotFound(NO_PROXY.at(""))
    unit.audit("flow.proxy_ended", None, None, {"proxy_id": proxy_id})


def _on(unit: Unit, owner: str, first: date, last: date) -> list[Mapping[str, Any]]:
    query = select(PROXIES).where(
        _P.owner == owner,
        _P.ended_at.is_(None),
        _P.from_day <= last.isoformat(),
        _P.until_day >= first.isoformat(),
    )
    return _rows(unit, query)


def _rows(unit: Unit, query: Select[Any]) -> list[Mapping[str, Any]]:
    return [dict(row) for row in unit.connection.execute(query).mappings()]


def _leads_to(unit: Unit, start: str, goal: str, first: date, last: date) -> bool:
    seen, waiting = {start}, [start]
    while waiting:
        for row in _on(unit, waiting.pop(), first, last):
            if row["proxy"] == goal:
                return True
            if row["proxy"] not in seen:
                seen.add(row["proxy"])
                waiting.append(row["proxy"])
    return False


def _is_active(unit: Unit, user_id: str) -> bool:
    found = unit.connection.execute(select(USERS.c.is_active).where(USERS.c.id == user_id)).scalar()
    return bool(found)


def _name(unit: Unit, user_id: str) -> str:
    return str(unit.connection.execute(select(USERS.c.name).where(USERS.c.id == user_id)).scalar() or user_id)


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": row["proxy_id"],
        "owner": row["owner"],
        "proxy": row["proxy"],
        "from": row["from_day"],
        "until": row["until_day"],
        "flows": decode_json(row["flows"]) if row["flows"] else [],
        "most_amount": row["most_amount"],
    }
