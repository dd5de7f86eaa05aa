"""The demo's world: one seeded source of chance, one clock, ids that repeat, and the records made so far."""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from server.demo.shelf import Row, Shelf

ZONE = ZoneInfo("Asia/Shanghai")
MONTHS = 24
"""How far back the demo's history goes."""
ON_TIME = 0.78
"""Share of the follow-up tasks that are done in time."""
T = TypeVar("T")
MANY = (
    "message_log", "comm_log", "appointment", "visit", "consultation", "clinical_record", "treatment_log", "imaging",
    "dental_history", "postop_care", "bill", "points_log", "followup_task", "performance", "stock_move",
)  # fmt: skip


@dataclass
class World:
    """What the story is made from. Everything random goes through `rng`, so one seed gives one clinic."""

    seed: int
    now: datetime
    scale: float
    starters: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    """Records that the app has every clinic start with, by form."""
    rng: random.Random = field(init=False)
    rows: dict[str, list[Row]] = field(init=False, default_factory=dict)
    """Records of forms that the story comes back to."""
    shelves: dict[str, Shelf] = field(init=False)
    """Records of the forms with very many, which it does not change again once it has gone on."""
    _serial: int = field(init=False, default=0)
    _owed: dict[str, float] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.rng = random.Random(f"clinicraft-demo-{self.seed}")
        self.shelves = {form: Shelf() for form in MANY}

    @property
    def today(self) -> date:
        return self.now.astimezone(ZONE).date()

    @property
    def start(self) -> date:
        """Return the first day of the history."""
        return self.today - timedelta(days=MONTHS * 30 + 8)

    def count(self, full: float, least: int = 1) -> int:
        """Return how many of `full` there are at this scale."""
        return max(least, round(full * self.scale))

    def new_id(self, at: datetime) -> str:
        """Return a UUIDv7 for the instant; the serial keeps the order of making within a millisecond."""
        self._serial += 1
        value = (
            (int(at.timestamp() * 1000) << 80) | (0x7 << 76) | ((self._serial & 0xFFF) << 64) | (0b10 << 62)
        )
        text = f"{value | self.rng.getrandbits(62):032x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"

    def add(
        self,
        form: str,
        at: datetime,
        /,
        *,
        branch: str | None,
        owner: str | None,
        by: str | None = None,
        **values: Any,
    ) -> Row:
        """Make a record as created at `at`, never later than now. Blank values are left out."""
        at = min(at, self.now)
        row: Row = {"id": self.new_id(at), "created_at": stamp(at), "branch_id": branch, "owner_id": owner}
        row["created_by"] = by or owner
        row.update({key: value for key, value in values.items() if value is not None})
        shelf = self.shelves.get(form)
        if shelf is not None:
            shelf.append(row)
        else:
            self.rows.setdefault(form, []).append(row)
        return row

    def move(self, row: Row, at: datetime, by: str | None, /, **values: Any) -> None:
        """Change a record at a moment of its life, never later than now; its history will tell of it."""
        past = row.setdefault("past", [{"at": row["created_at"], "by": row["created_by"], "set": {}}])
        first = past[0]["set"]
        for key in values:
            first.setdefault(key, row.get(key))
        past.append({"at": max(past[-1]["at"], stamp(min(at, self.now))), "by": by, "set": values})
        row.update(values)

    def amend(self, form: str, row: Row, at: datetime, by: str | None, /, **values: Any) -> None:
        """Change a record of long ago, as `move` does."""
        self.move(row, at, by, **values)
        if form in self.shelves:
            self.shelves[form].amend(row["id"], {**values, "past": row["past"]})

    def all(self, form: str) -> Iterable[Row]:
        """Return the records of a form so far, in the order of their making."""
        shelf = self.shelves.get(form)
        return shelf if shelf is not None else self.rows.get(form, ())

    @contextmanager
    def aside(self, what: str) -> Iterator[None]:
        """Tell something more by chances of its own, so that the rest of the story goes on as without it."""
        usual, self.rng = self.rng, random.Random(f"clinicraft-demo-{self.seed}-{what}")
        yield
        self.rng = usual

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def even(self, what: str, share: float) -> bool:
        """Tell whether this one is among the share of `what`, evenly spread: small stories keep to the shares, too."""
        owed = self._owed.get(what, self.rng.random()) + share
        self._owed[what] = owed % 1
        return owed >= 1

    def _next(self, what: str) -> float:
        """Return the next number between 0 and 1 of a sequence that fills them evenly (steps of the golden ratio)."""
        self._owed[what] = (self._owed.get(what, self.rng.random()) + 0.6180339887498949) % 1
        return self._owed[what]

    def pick(self, options: Sequence[T]) -> T:
        return options[int(self.rng.random() * len(options))]

    def weighted(self, options: Sequence[tuple[T, float]], evenly: str = "") -> T:
        """Return one of the options, by weight. `evenly`: what is chosen; each option then soon has its share of it."""
        at = self.rng.random() if not evenly else self._next(evenly)
        at *= sum(weight for _, weight in options)
        for option, weight in options:
            at -= weight
            if at < 0:
                return option
        return options[-1][0]

    def some(self, options: Sequence[T], most: int, least: int = 0) -> list[T]:
        """Return `least` to `most` different options, in their own order."""
        count = min(len(options), self.rng.randint(least, most))
        chosen = set(self.rng.sample(range(len(options)), count))
        return [option for index, option in enumerate(options) if index in chosen]

    def moment(self, day: date, low: float = 9, high: float = 18) -> datetime:
        """Return an instant of the clinic's day between two hours of its clock."""
        minutes = int(self.rng.uniform(low, high) * 60)
        return at_clock(day, minutes)

    def strokes(self, at: datetime, name: str, relation: str = "本人") -> dict[str, Any]:
        """Return a signature: a few random strokes, as a pen would leave."""
        lines = []
        for stroke in range(2):
            x, y = 0.1 + 0.4 * stroke, self.rng.uniform(0.3, 0.6)
            line = []
            for step in range(6):
                x, y = (
                    min(0.98, x + self.rng.uniform(0.02, 0.07)),
                    min(0.9, max(0.1, y + self.rng.uniform(-0.2, 0.2))),
                )
                line.append([round(x, 3), round(y, 3), stroke * 400 + step * 40])
            lines.append(line)
        return {
            "strokes": lines,
            "signed_at": stamp(at),
            "ratio": 2.5,
            "signer": {"name": name, "relation": relation},
        }


def at_clock(day: date, minutes: int) -> datetime:
    """Return the instant `minutes` after midnight of the clinic's day."""
    return datetime.combine(day, time(minutes // 60 % 24, minutes % 60), ZONE).astimezone(UTC)


def by_day(at: datetime) -> datetime:
    """Return `at`, or a moment of the same day when somebody is at work (9 to 19 o'clock)."""
    local = at.astimezone(ZONE)
    minutes = local.hour * 60 + local.minute
    return at if 540 <= minutes < 1140 else at_clock(local.date(), 540 + minutes % 600)


def before_closing(plan_at: datetime, due: datetime) -> datetime:
    """Return the deadline, not later than seven in the evening of a day that somebody is there to see it."""
    local, planned = due.astimezone(ZONE), plan_at.astimezone(ZONE)
    evening = local.replace(hour=19, minute=0, second=0, microsecond=0)
    if local.hour < 9:
        return (local.replace(hour=10, minute=0)).astimezone(UTC)
    return max(evening, planned).astimezone(UTC) if local > evening else due


def stamp(at: datetime) -> str:
    """Return an instant as JSON carries it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def instant(text: str) -> datetime:
    """Return the instant that `stamp` wrote."""
    return datetime.fromisoformat(text)


def yuan(value: Decimal | int | float | str) -> str:
    """Return an amount as JSON carries it: `"120.00"`."""
    return str(Decimal(str(value)).quantize(Decimal("0.01"), ROUND_HALF_UP))


def days_between(first: date, last: date) -> Iterator[date]:
    """Yield the days from `first` to `last`, both included."""
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)
