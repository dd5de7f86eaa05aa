"""The shapes of signing in: who I am, my workspace, my settings, the practice clock."""

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from server.shapes.base import Json, Lang, Words


class Health(TypedDict):
    """The server is up."""

    status: Literal["ok"]


class Brand(TypedDict):
    """The clinic's face: a colour family by name, and what it calls itself."""

    color: NotRequired[str]
    name: NotRequired[Words]


class DemoLogin(TypedDict):
    """An account of a practice clinic, to sign in with one press."""

    login: str
    name: str
    role: Words
    password: str


class WorkspaceChoice(TypedDict):
    """A clinic on the sign-in page. Demo accounts in practice mode only."""

    key: str
    name: Words
    brand: NotRequired[Brand | None]
    demo_logins: NotRequired[list[DemoLogin]]


class SignIn(TypedDict):
    """Who signs in; the workspace may be left out where there is only one."""

    workspace: NotRequired[str]
    login: str
    password: str


class Role(TypedDict):
    """A role I hold."""

    key: str
    name: Words


class User(TypedDict):
    """The person signed in. `theme` system follows the device."""

    id: str
    name: str
    login: str
    lang: Lang
    theme: Literal["light", "dark", "system"]
    roles: list[Role]


class Workspace(TypedDict):
    """The clinic I am in."""

    key: str
    name: Words


class Branch(TypedDict):
    """A site I work at."""

    id: str
    name: str
    short_name: str | None


class AppFace(TypedDict):
    """The app this clinic runs. `words` are its own names of things, by the key of a form."""

    key: str
    name: Words
    brand: Brand | None
    words: dict[str, Words]
    version: str


class Me(TypedDict):
    """The person signed in, where they are and what they may do.

    `rights` are those beside forms: export, reveal … `ahead_s`: how far a practice clinic's clock was put forward.
    """

    user: User
    workspace: Workspace
    branches: list[Branch]
    branch_id: str | None
    rights: dict[str, Json]
    app: AppFace
    zone: str
    ahead_s: int


class MeChange(TypedDict):
    """Settings of mine to change."""

    lang: NotRequired[Lang]
    theme: NotRequired[Literal["light", "dark", "system"]]
    branch_id: NotRequired[str | None]


class Happened(TypedDict):
    """What flows did while the clock was put forward: how many began, tasks made, messages written."""

    flows: int
    tasks: int
    messages: int


class PracticeClock(TypedDict):
    """Whether this is a practice clinic; there how late it is, and by how many hours its clock was put forward."""

    is_practice: bool
    now: NotRequired[str]
    ahead_hours: NotRequired[float]
    happened: NotRequired[Happened]


class PracticeStep(TypedDict):
    """By how many hours the clock goes on."""

    hours: int


class PasswordChange(TypedDict):
    """The old password and the new one."""

    old: str
    new: str
