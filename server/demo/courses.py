"""Courses of treatment: which visits a patient with some wish comes for, and what is done in each."""

from dataclasses import dataclass

from server.demo.world import World


@dataclass(frozen=True)
class Step:
    """One visit. `gap` in days after the one before; `codes` are of the price list; `done` is what the visit does."""

    gap: int
    kind: str
    codes: tuple[str, ...] = ()
    work: str = ""


CHECK = "D001"


def course(world: World, want: str, buys: bool, is_minor: bool) -> list[Step]:
    """Return the visits of a course; the first is the first visit. Who does not buy comes once."""
    if not buys:
        return [Step(0, "first_visit", ("D044",), "look")]
    steps = _COURSES[want](world, is_minor)
    if not is_minor:
        while world.chance(0.55) and len(steps) < 30:
            films = ("D002",) if world.chance(0.5) else ()
            codes = (CHECK, *films, "D006") if world.chance(0.55) else (CHECK, *films)
            steps.append(
                Step(world.rng.randint(160, 230), "check_up", codes, "scaling" if "D006" in codes else "look")
            )
    else:
        while world.chance(0.5) and len(steps) < 30:
            steps.append(Step(world.rng.randint(160, 210), "check_up", (CHECK, "D038"), "fluoride"))
    return steps


def _implant(world: World, _: bool) -> list[Step]:
    brand = "D026" if world.even("brand", 0.6) else "D025"
    bone = ("D027",) if world.chance(0.3) else ()
    return [
        Step(0, "first_visit", (CHECK, "D003"), "look"), Step(world.rng.randint(5, 16), "surgery", (brand, *bone), "placement"),
        Step(8, "return_visit", (), "stitches"), Step(world.rng.randint(80, 110), "treatment", (), "uncovering"),
        Step(14, "treatment", ("D005",), "impression"), Step(14, "treatment", (), "crown_fitting"), Step(180, "check_up", (CHECK,), "look"),
    ]  # fmt: skip


def _ortho(world: World, is_minor: bool) -> list[Step]:
    kind = (
        "D033"
        if is_minor and world.chance(0.3)
        else world.weighted((("D030", 40), ("D031", 30), ("D032", 30)), "appliance")
    )
    months = world.rng.randint(12, 24)
    steps = [
        Step(0, "first_visit", (CHECK, "D002", "D005"), "look"),
        Step(world.rng.randint(7, 20), "treatment", (kind,), "bonding"),
    ]
    return (
        steps
        + [Step(world.rng.randint(30, 42), "return_visit", ("D035",), "adjust") for _ in range(months)]
        + [Step(35, "return_visit", ("D034",), "retainer")]
    )


def _perio(world: World, _: bool) -> list[Step]:
    if world.chance(0.35):
        return [
            Step(0, "first_visit", (CHECK, "D002"), "look"),
            Step(5, "treatment", ("D008",), "scaling"),
            Step(9, "treatment", (), "root_planing"),
            Step(45, "check_up", (CHECK,), "look"),
        ]
    return [Step(0, "first_visit", (CHECK, "D006"), "scaling")]


def _filling(world: World, _: bool) -> list[Step]:
    steps = [Step(0, "first_visit", (CHECK, "D004", "D010"), "filling")]
    return steps + [
        Step(world.rng.randint(5, 14), "treatment", ("D010",), "filling")
        for _ in range(world.rng.randint(0, 2))
    ]


def _endo(world: World, _: bool) -> list[Step]:
    root = world.weighted((("D015", 55), ("D014", 25), ("D013", 14), ("D016", 6)))
    steps = [
        Step(0, "first_visit", (CHECK, "D004"), "opening"),
        Step(6, "treatment", (root,), "canals"),
        Step(7, "treatment", ("D004",), "root_filling"),
        Step(10, "treatment", ("D010",), "filling"),
    ]
    if world.chance(0.6):
        steps += [
            Step(12, "treatment", ("D021" if world.chance(0.75) else "D020",), "crown_prep"),
            Step(10, "treatment", (), "crown_fitting"),
        ]
    return steps


def _extraction(world: World, _: bool) -> list[Step]:
    code = "D018" if world.chance(0.65) else "D017"
    if world.chance(0.5):
        return [
            Step(0, "first_visit", (CHECK, "D002", code), "extraction"),
            Step(7, "return_visit", (), "stitches"),
        ]
    return [
        Step(0, "first_visit", (CHECK, "D002"), "look"),
        Step(world.rng.randint(2, 8), "surgery", (code,), "extraction"),
        Step(7, "return_visit", (), "stitches"),
    ]


def _prosthetics(world: World, _: bool) -> list[Step]:
    code = world.weighted((("D021", 50), ("D020", 15), ("D022", 15), ("D023", 15), ("D024", 5)))
    return [
        Step(0, "first_visit", (CHECK, "D004"), "look"),
        Step(world.rng.randint(3, 9), "treatment", (code,), "crown_prep"),
        Step(11, "treatment", (), "crown_fitting"),
        Step(30, "check_up", (), "look"),
    ]


def _pediatric(world: World, _: bool) -> list[Step]:
    steps = [Step(0, "first_visit", (CHECK, "D038"), "fluoride")]
    if world.chance(0.6):
        steps.append(Step(world.rng.randint(5, 12), "treatment", ("D037", "D037"), "sealant"))
    if world.chance(0.5):
        steps.append(Step(world.rng.randint(5, 12), "treatment", ("D010",), "filling"))
    return steps


def _whitening(_world: World, _: bool) -> list[Step]:
    return [Step(0, "first_visit", (CHECK,), "look"), Step(4, "treatment", ("D006", "D036"), "whitening")]


def _examination(_world: World, _: bool) -> list[Step]:
    return [Step(0, "first_visit", (CHECK, "D006"), "scaling")]


_COURSES = {
    "implant": _implant, "ortho": _ortho, "perio": _perio, "filling": _filling, "endo": _endo, "extraction": _extraction,
    "prosthetics": _prosthetics, "pediatric": _pediatric, "whitening": _whitening, "examination": _examination,
}  # fmt: skip
PLANNED = frozenset({"D008", "D012", "D013", "D014", "D015", "D016", "D018", "D020", "D021", "D022", "D023", "D024", "D025", "D026", "D027", "D030", "D031", "D032", "D033"})  # fmt: skip
"""What is sold by a plan; the plan's bill is written when the first of it is done."""
