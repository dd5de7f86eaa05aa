"""Problems: the one way to say that something is wrong, where, and what to do about it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

CODES: dict[str, "Code"] = {}


NONE_NEAR = "–"
"""What `nearest` says where there is no word like the one given."""


@dataclass(frozen=True, slots=True)
class Code:
    """A stable, unique kind of problem, `<kind>.<what>`, with its words in both languages.

    Sentences may hold `{name}` places, filled by the parameters given to `at`.
    """

    code: str
    zh: str
    en: str
    hint_zh: str = ""
    hint_en: str = ""

    def __post_init__(self) -> None:
        known = CODES.get(self.code)
        if known is not None and known != self:
            raise ValueError(f"problem code {self.code} is defined twice")
        CODES[self.code] = self

    def at(self, path: str, **params: object) -> "Problem":
        """Return this problem at `path`, a JSON Pointer into what the author sees."""
        return Problem(self.code, path, params)


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding. `path` is a JSON Pointer; `params` fill the sentence."""

    code: str
    path: str
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def words(self) -> Code:
        return CODES[self.code]

    def message(self, lang: str) -> str:
        """Return the sentence in `lang` ("zh" or "en")."""
        return _fill(self.words.zh if lang == "zh" else self.words.en, self.params, lang)

    def hint(self, lang: str) -> str:
        """Return the next step in `lang`; may be empty, and is where nothing comes near what was meant."""
        said = self.words.hint_zh if lang == "zh" else self.words.hint_en
        if "{nearest}" in said and self.params.get("nearest") == NONE_NEAR:
            return ""
        return _fill(said, self.params, lang)

    def under(self, prefix: str) -> Self:
        """Return the same problem with its path moved below `prefix`."""
        return type(self)(self.code, prefix + self.path, self.params)

    def to_json(self) -> dict[str, Any]:
        """Return `{code, path, message: {zh, en}, hint: {zh, en}, params}`."""
        return {
            "code": self.code,
            "path": self.path,
            "message": {"zh": self.message("zh"), "en": self.message("en")},
            "hint": {"zh": self.hint("zh"), "en": self.hint("en")},
            "params": {k: _plain(v) for k, v in self.params.items()},
        }


def _plain(value: object) -> object:
    if isinstance(value, bool | int | str | type(None)):
        return value
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    return str(value)


def _fill(sentence: str, params: Mapping[str, Any], lang: str) -> str:
    # Not str.format: a parameter is data and may itself hold braces.
    for name, value in params.items():
        said = value[lang] if isinstance(value, Mapping) and lang in value else value
        sentence = sentence.replace("{" + name + "}", _clip(str(said)))
    return sentence


def _clip(text: str, most: int = 120) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


MOST_TOLD = 10
"""How many problems the text of an exception names; `problems` has them all."""


class Rejected(Exception):  # noqa: N818 - it is an answer, not a bug
    """Raised once at a boundary with everything that was found."""

    status = 422

    def __init__(self, problems: Iterable[Problem] | Problem) -> None:
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        told = "; ".join(f"{p.code} {p.path}: {p.message('en')}" for p in self.problems[:MOST_TOLD])
        more = len(self.problems) - MOST_TOLD
        super().__init__(told + (f"; and {more} more" if more > 0 else ""))


class Unauthenticated(Rejected):
    """Nobody is signed in."""

    status = 401


class Forbidden(Rejected):
    """Known person, but not allowed."""

    status = 403


class NotFound(Rejected):
    """No such thing, or none that this person may know of."""

    status = 404


class Conflict(Rejected):
    """The thing has changed meanwhile, or is taken."""

    status = 409


class TooMany(Rejected):
    """A limit of size or rate was reached."""

    status = 429


def pointer(*parts: str | int) -> str:
    """Return a JSON Pointer from its parts, escaped: `pointer("fields", 3, "a/b")` is `/fields/3/a~1b`."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)
