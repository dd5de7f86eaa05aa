"""Reports told to chat groups: who may, what is said, and the outbox that shows it word for word."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from connectors.robot import ROBOTS, Note, Robot
from engine.access.actor import Actor
from engine.ports import Receipt
from engine.problems import Code, Rejected
from engine.store.unit import Cause
from engine.store.workspaces import Workspace
from flow_engine.messages.ledger import outbox_row, write_outbox
from report_engine.exporting.note import note
from report_engine.reading import NIGHT_S
from server.credentials import Credentials
from server.report_books import Books, Wanted

NO_ROBOT = Code(
    "subscription.no_robot",
    zh="没有群机器人“{robot}”，或您不能往那里发",
    en="There is no chat robot “{robot}”, or you may not send there",
    hint_zh="请管理员在外部连接里添加群机器人，并写明哪些岗位可以用",
    hint_en="Ask an administrator to add it among the connections, and to say which roles may use it",
)
MOST_LINES_OF_ERROR = 500


@dataclass(frozen=True, slots=True)
class Group:
    """A chat group. `roles`: who may send there; nothing: whoever may export. `has_names`: names of people stand in full."""

    key: str
    name: str
    robot: Robot
    settings: Mapping[str, str]
    roles: frozenset[str] = frozenset()
    has_names: bool = False

    @property
    def is_ready(self) -> bool:
        return bool(self.settings.get("url"))

    @property
    def address(self) -> str:
        """Return where it lives, without what would let anybody write there."""
        return f"{urlsplit(self.settings['url']).hostname}/…" if self.is_ready else ""


class Robots:
    """The chat groups of one clinic. Kinds of which no group is kept are offered, too: what they are told stays in the outbox."""

    def __init__(
        self, workspace: Workspace, books: Books, credentials: Credentials | None, public_url: str = ""
    ) -> None:
        self.workspace, self.books = workspace, books
        self._credentials, self._url = credentials, public_url.rstrip("/")

    def offered(self, actor: Actor) -> list[dict[str, Any]]:
        """Return the groups that an asker may have told."""
        return [
            {"key": one.key, "name": one.name, "kind": one.robot.kind, "is_ready": one.is_ready}
            for one in self._groups(actor.lang).values()
            if self._may(actor, one)
        ]

    def checked(self, actor: Actor, key: Any) -> str | None:
        """Return the key of a group that an asker may have told; None for none. Rejected."""
        if not key:
            return None
        if self.find(actor, key) is None:
            raise Rejected(NO_ROBOT.at("/robot", robot=str(key)[:60]))
        return str(key)

    def find(self, actor: Actor, key: Any) -> Group | None:
        """Return a group; None for one that is gone or not for the asker."""
        found = self._groups(actor.lang).get(str(key))
        return found if found is not None and self._may(actor, found) else None

    def name(self, key: str) -> str:
        """Return what a group is called; its key when it is gone."""
        found = self._groups("zh").get(key)
        return found.name if found is not None else key

    def tell(self, group: Group, actor: Actor, wanted: Wanted, key: str, name: str) -> Receipt:
        """Tell a group what its sender sees now. Told once: the same `key` again goes out only if it had not. ConnectionError, OSError."""
        now = self.workspace.clock.now()
        book = self.books.book(actor, wanted, now, NIGHT_S, is_veiled=not group.has_names)
        link = f"{self._url}/{wanted.kind}/{wanted.key}" if self._url else ""
        said = Note(name, note(book, group.robot.most_bytes - len(name.encode()) - 10, link))
        stamp = int(now.timestamp())
        body = group.robot.body(said, "", stamp)
        row = {
            "message": f"report/{wanted.key}", "kind": "staff", "channel": f"robot_{group.robot.kind}",
            "to_kind": "robot", "to_id": group.key, "to_name": group.name, "address": group.address,
            "lang": actor.lang, "subject": said.title, "text": said.text, "data": body, "state": "sending",
        }  # fmt: skip
        cause = Cause("system", by=actor.user_id)
        with self.workspace.write(cause) as unit:
            before = outbox_row(unit, key)
            if before is not None and before["state"] != "failed":
                # A job that came this far and was stopped: what went out is not sent again.
                state = str(before["state"])
                return Receipt("unknown" if state == "sending" else state)
            write_outbox(unit, key, row)
        try:
            receipt = group.robot.send(said, group.settings, stamp)
        except OSError as why:
            self._end(cause, key, Receipt("failed", error=str(why)))
            raise
        except Rejected as refused:
            receipt = Receipt("refused", error=refused.problems[0].message(actor.lang))
        self._end(cause, key, receipt)
        return receipt

    def _end(self, cause: Cause, key: str, receipt: Receipt) -> None:
        state = "failed" if receipt.state == "refused" else receipt.state
        with self.workspace.write(cause) as unit:
            sent = {"sent_at": unit.now} if state == "sent" else {}
            why = receipt.error[:MOST_LINES_OF_ERROR] if receipt.error else None
            write_outbox(unit, key, {"state": state, "reason": why, **sent})

    def _may(self, actor: Actor, group: Group) -> bool:
        rights = self.books.service.policy.rights(actor)
        return rights.right("export") and (not group.roles or bool(group.roles & actor.roles))

    def _groups(self, lang: str) -> dict[str, Group]:
        kept = self._credentials.robots(self.workspace.key) if self._credentials is not None else {}
        found: dict[str, Group] = {}
        for key, one in kept.items():
            if str(one.get("kind")) in ROBOTS:
                robot = ROBOTS.get(str(one["kind"]))
                settings = {name: str(one[name]) for name in ("url", "secret") if one.get(name)}
                roles = frozenset(str(role) for role in one.get("roles") or ())
                name = str(one.get("name") or key)
                found[key] = Group(key, name, robot, settings, roles, one.get("names") is True)
        used = {one.robot.kind for one in found.values()}
        for robot in ROBOTS:
            if robot.kind not in used and robot.kind not in found:
                name = robot.zh if lang == "zh" else robot.en
                found[robot.kind] = Group(robot.kind, name, robot, {})
        return found


__all__ = ["NO_ROBOT", "Group", "Robots"]
