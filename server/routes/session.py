"""Signing in and out, and who I am."""

from typing import Annotated, Any

from fastapi import Body, Request, Response

from engine.access import accounts
from engine.access.passwords import check_quality
from engine.clock import AheadClock
from engine.problems import Code, NotFound, Rejected, Unauthenticated
from engine.store.unit import Cause
from server.clinics import House
from server.openapi import gives
from server.reading import api
from server.requests import COOKIE, Asked, asked, house_of
from server.responses import answer
from server.shapes import session as t

router = api()

WRONG_OLD = Code("account.wrong_old", zh="原密码不对", en="The old password is wrong")
NO_BRANCH = Code(
    "account.no_branch",
    zh="您不在这个分院",
    en="You do not work in this branch",
    hint_zh="请选择列表中的分院",
    hint_en="Choose one of the list",
)
NO_SUCH_LOOK = Code(
    "account.no_such_choice", zh="没有这个选项：{given}", en="There is no such choice: {given}"
)

Values = Annotated[dict[str, Any], Body()]


@router.get("/health")
@gives(t.Health, is_public=True)
async def health() -> Response:
    """Say that the server is up."""
    return answer({"status": "ok"})


@router.get("/workspaces/public")
@gives(list[t.WorkspaceChoice], is_public=True)
def public_workspaces(request: Request) -> Response:
    """Return what the sign-in page offers: clinics, and in practice mode their demo accounts."""
    house = house_of(request)
    return answer([_choice(house, info.key, info.name) for info in house.installation.registry()])


def _choice(house: House, key: str, name: Any) -> dict[str, Any]:
    try:
        plan = house.clinic(key).plan
    except Rejected:
        return {"key": key, "name": name}
    choice = {"key": key, "name": name, "brand": plan.app.manifest.get("brand")}
    if house.settings.practice:
        choice["demo_logins"] = house.demo_logins(key)
    return choice


@router.post("/session")
@gives(t.Me, takes=t.SignIn, is_public=True)
def sign_in(request: Request, values: Values) -> Response:
    """Open a session. The same answer for a wrong password, an unknown login and a locked one."""
    house = house_of(request)
    login, password = str(values.get("login", ""))[:200], str(values.get("password", ""))[:500]
    address = request.client.host if request.client else ""
    house.rates.note(f"sign-in {address}", house.settings.sign_in_per_minute)
    try:
        clinic = house.clinic(str(values.get("workspace") or house.only_workspace()))
    except NotFound:
        raise Unauthenticated(accounts.WRONG_SIGN_IN.at("")) from None
    workspace, now = clinic.workspace, house.clock.now()
    with workspace.read() as unit:
        candidate = accounts.candidate(unit.connection, login, now)
    # Outside any transaction: checking takes about 80 ms on purpose.
    if not house.passwords.matches(candidate.password, password) or candidate.user_id is None:
        with workspace.write(Cause("system")) as unit:
            accounts.note_failure(unit.connection, login, now)
            unit.audit("sign_in_failed", details={"login": login[:64]})
        raise Unauthenticated(accounts.WRONG_SIGN_IN.at(""))
    with workspace.write(Cause("user", candidate.user_id)) as unit:
        token = accounts.open_session(
            unit.connection, candidate.user_id, now, request.headers.get("user-agent", "")
        )
        unit.audit("signed_in")
    known = clinic.people.of(token, clinic.plan)
    response = answer(me(Asked(house, clinic, known, token)))
    response.set_cookie(
        COOKIE,
        f"{clinic.key}.{token}",
        max_age=int(accounts.ABSOLUTE.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=house.settings.secure_cookies,
    )
    return response


@router.delete("/session")
@gives(is_public=True)
def sign_out(request: Request) -> Response:
    """End this session."""
    key, _, token = request.cookies.get(COOKIE, "").partition(".")
    if token:
        try:
            clinic = house_of(request).clinic(key)
        except NotFound:
            clinic = None
        if clinic is not None:
            with clinic.workspace.write(Cause("user")) as unit:
                accounts.end_session(unit.connection, token)
            clinic.people.forget(token)
    response = Response(status_code=204)
    response.delete_cookie(COOKIE)
    return response


@router.get("/me")
@gives(t.Me)
def who_am_i(request: Request) -> Response:
    """Return Me."""
    return answer(me(asked(request)))


@router.patch("/me")
@gives(t.Me, takes=t.MeChange)
def change_me(request: Request, values: Values) -> Response:
    """Change language, look or the branch I work in."""
    one = asked(request)
    account = one.known.account
    _refuse_unknown("lang", values.get("lang"), ("zh", "en"))
    _refuse_unknown("theme", values.get("theme"), ("light", "dark", "system"))
    branch_id = values.get("branch_id")
    if branch_id is not None and branch_id not in one.known.actor.branches:
        raise Rejected(NO_BRANCH.at("/branch_id"))
    with one.clinic.workspace.write(Cause("user", account.user_id)) as unit:
        looks = {key: values[key] for key in ("lang", "theme") if values.get(key) is not None}
        if looks:
            accounts.change_look(unit.connection, account.user_id, looks)
        if "branch_id" in values:
            accounts.choose_branch(unit.connection, one.token, branch_id)
    one.clinic.people.forget(one.token)
    return answer(me(asked(request)))


@router.post("/me/password")
@gives(takes=t.PasswordChange)
def change_password(request: Request, values: Values) -> Response:
    """Set a new password; every other session of mine ends."""
    one = asked(request)
    account = one.known.account
    old, new = str(values.get("old", ""))[:500], str(values.get("new", ""))[:500]
    now = one.house.clock.now()
    with one.clinic.workspace.read() as unit:
        candidate = accounts.candidate(unit.connection, account.login, now)
    if not one.house.passwords.matches(candidate.password, old):
        raise Rejected(WRONG_OLD.at("/old"))
    problems = list(check_quality(new, account.login, account.name, "/new"))
    if problems:
        raise Rejected(problems)
    hashed = one.house.passwords.hash(new)
    with one.clinic.workspace.write(Cause("user", account.user_id)) as unit:
        accounts.set_password(unit.connection, account.user_id, hashed, now)
        token = accounts.open_session(
            unit.connection, account.user_id, now, request.headers.get("user-agent", "")
        )
        unit.audit("password_changed")
    one.clinic.people.forget()
    response = Response(status_code=204)
    response.set_cookie(
        COOKIE,
        f"{one.clinic.key}.{token}",
        httponly=True,
        samesite="lax",
        secure=one.house.settings.secure_cookies,
    )
    return response


def _refuse_unknown(key: str, given: Any, known: tuple[str, ...]) -> None:
    if given is not None and given not in known:
        raise Rejected(NO_SUCH_LOOK.at(f"/{key}", given=given))


def me(one: Asked) -> dict[str, Any]:
    """Return Me: person, workspace, branches, rights and the app's face."""
    actor, account, plan = one.known.actor, one.known.account, one.clinic.plan
    roles = [
        {"key": key, "name": plan.roles[key]["name"]} for key in sorted(actor.roles) if key in plan.roles
    ]
    branches = [
        {"id": branch_id, "name": name, "short_name": short}
        for branch_id, name, short, _ in one.known.branches
        if branch_id in actor.branches
    ]
    return {
        "user": {
            "id": actor.user_id,
            "name": actor.name,
            "login": actor.login,
            "lang": account.lang,
            # "auto" is what accounts from before this choice hold.
            "theme": "system" if account.theme == "auto" else account.theme,
            "roles": roles,
        },
        "workspace": {"key": one.clinic.key, "name": dict(one.clinic.workspace.info.name)},
        "branches": branches,
        "branch_id": actor.branch_id,
        "rights": dict(plan.policy.rights(actor).rights()),
        "app": {
            "key": plan.key,
            "name": plan.name,
            "brand": plan.app.manifest.get("brand"),
            "words": plan.app.words,
            "version": plan.version,
        },
        "zone": actor.zone,
        "ahead_s": int(one.house.clock.ahead.total_seconds())
        if isinstance(one.house.clock, AheadClock)
        else 0,
    }
