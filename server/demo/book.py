"""The appointment book: who is free when. A doctor has one chair, so a free doctor has a free chair."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from server.demo.house import House, Person
from server.demo.world import World

MORNING = (9 * 60, 12 * 60)
AFTERNOON = (13 * 60 + 30, 18 * 60)
POPULAR = {9: 7, 10: 10, 11: 7, 13: 4, 14: 9, 15: 10, 16: 8, 17: 5}
"""How gladly patients come at each hour."""


@dataclass
class Book:
    """Free time by doctor and day, in minutes after midnight."""

    world: World
    house: House
    taken: dict[tuple[str, date], list[tuple[int, int]]] = field(default_factory=dict)
    patients: set[tuple[str, date]] = field(default_factory=set)

    def find(
        self, doctor: Person, day: date, minutes: int, patient: str, reach: int = 12
    ) -> tuple[date, int] | None:
        """Book the doctor on `day` or the days after it, and return the day and the start."""
        for offset in range(reach):
            at = day + timedelta(days=offset)
            if not self.house.works(doctor, at) or (patient, at) in self.patients:
                continue
            start = self._start(doctor, at, minutes)
            if start is not None:
                self.taken.setdefault((doctor.staff, at), []).append((start, start + minutes))
                self.patients.add((patient, at))
                return at, start
        return None

    def take(self, doctor: Person, day: date, start: int, minutes: int, patient: str) -> bool:
        """Book the doctor for exactly this time, and tell whether both were free."""
        if (patient, day) in self.patients or start not in self.starts(doctor, day, minutes):
            return False
        self.taken.setdefault((doctor.staff, day), []).append((start, start + minutes))
        self.patients.add((patient, day))
        return True

    def release(self, doctor: Person, day: date, start: int, patient: str) -> None:
        """Give back the time of an appointment that will not take place."""
        slots = self.taken[doctor.staff, day]
        slots[:] = [slot for slot in slots if slot[0] != start]
        self.patients.discard((patient, day))

    def starts(self, doctor: Person, day: date, minutes: int) -> list[int]:
        """Return when a treatment of so many minutes could begin."""
        slots = self.taken.get((doctor.staff, day), ())
        return [
            start
            for opens, closes in (MORNING, AFTERNOON)
            for start in range(opens, closes - min(minutes, closes - opens) + 1, 30)
            if all(start >= b or start + minutes <= a for a, b in slots)
        ]

    def _start(self, doctor: Person, day: date, minutes: int) -> int | None:
        free = [(start, float(POPULAR[start // 60])) for start in self.starts(doctor, day, minutes)]
        return self.world.weighted(free) if free else None
