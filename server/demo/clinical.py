"""What the doctor writes: tooth charts with plausible findings, diagnoses, treatments, advice."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

from server.demo import words
from server.demo.courses import Step
from server.demo.house import House, Person
from server.demo.shelf import Row
from server.demo.world import World, stamp

MOLARS = ("16", "17", "26", "27", "36", "37", "46", "47")
PREMOLARS = ("14", "15", "24", "25", "34", "35", "44", "45")
FRONT = ("11", "12", "13", "21", "22", "23", "31", "32", "33", "41", "42", "43")
WISDOM = ("18", "28", "38", "48")
BABY = ("54", "55", "64", "65", "74", "75", "84", "85")
ICD = {
    "implant": ("k08_1",), "ortho": ("k07_2", "k07_3"), "perio": ("k05_1", "k05_3"), "filling": ("k02_1",), "endo": ("k04_0", "k04_5"),
    "extraction": ("k01_1", "k05_2"), "prosthetics": ("k08_8", "k02_1"), "pediatric": ("k02_1",), "whitening": ("k03_7",), "examination": ("k03_6",),
}  # fmt: skip
FINDING = {
    "implant": "missing", "endo": "caries", "filling": "caries", "extraction": "impacted", "prosthetics": "root_filled", "pediatric": "caries",
}  # fmt: skip
DONE = {
    # work: (procedure of the chart, anaesthesia)
    "placement": ("implant", "local"), "filling": ("filling", None), "root_filling": ("root_canal", None), "canals": ("root_canal", "local"),
    "extraction": ("extraction", "nerve_block"), "crown_prep": ("crown", "local"), "sealant": ("sealant", None),
}  # fmt: skip


def main_teeth(world: World, want: str, is_minor: bool) -> list[str]:
    """Return the teeth that bring the patient here; none for the whole mouth."""
    if want == "extraction":
        return [world.pick(WISDOM)]
    if want in ("filling", "pediatric"):
        pool: tuple[str, ...] = BABY if is_minor and want == "pediatric" else (*MOLARS, *PREMOLARS)
        return sorted(world.rng.sample(pool, world.weighted(((1, 60), (2, 28), (3, 12)))))
    if want in ("endo", "implant", "prosthetics"):
        pool = world.weighted(((MOLARS, 6), (PREMOLARS, 2), (FRONT, 1)))
        many = {
            "implant": ((1, 45), (2, 29), (3, 16), (4, 10)),
            "prosthetics": ((1, 60), (2, 25), (3, 15)),
            "endo": ((1, 85), (2, 15)),
        }
        return sorted(world.rng.sample(pool, min(len(pool), world.weighted(many[want], f"teeth {want}"))))
    return []


def first_chart(world: World, want: str, teeth: list[str], is_minor: bool) -> dict[str, Any]:
    """Return the mouth as it is found at the first visit: `{fdi: {status | surfaces | marks}}`."""
    chart: dict[str, Any] = {}
    if not is_minor:
        for tooth in world.some(WISDOM, 3):
            chart[tooth] = {"status": world.pick(("missing", "missing", "impacted", "unerupted"))}
        for tooth in world.some((*MOLARS, *PREMOLARS), 3):
            chart[tooth] = {"surfaces": {"O": ["filled"]}}
        if world.chance(0.18):
            chart[world.pick(MOLARS)] = {"marks": ["crown", "root_filled"]}
        if world.chance(0.15):
            chart[world.pick(PREMOLARS)] = {"surfaces": {"B": ["wedge"]}}
        if want == "perio":
            for tooth in world.some(FRONT[6:], 2):
                chart[tooth] = {"marks": ["mobile"], "mobility": 1}
    for tooth in teeth:
        chart[tooth] = _found(world, want, tooth)
    return chart


def tooth_to_fill(world: World, chart: dict[str, Any], is_minor: bool) -> str:
    """Return a back tooth that is there and has no crown."""
    pool = BABY if is_minor else (*MOLARS, *PREMOLARS)
    free = [
        tooth
        for tooth in pool
        if not chart.get(tooth, {}).get("status") and "crown" not in chart.get(tooth, {}).get("marks", ())
    ]
    return world.pick(free or pool)


def _found(world: World, want: str, tooth: str) -> dict[str, Any]:
    edge = "I" if tooth in FRONT else "O"
    if want == "implant":
        return {"status": "missing", "plan": [{"code": "implant"}]}
    if want == "extraction":
        return {"status": "impacted", "plan": [{"code": "extraction"}]}
    if want == "endo":
        return {
            "surfaces": {edge: ["caries"], "D": ["caries"]},
            "marks": ["periapical"] if world.chance(0.4) else [],
            "plan": [{"code": "root_canal"}],
        }
    if want == "prosthetics":
        return {"surfaces": {edge: ["filled"]}, "marks": ["root_filled"], "plan": [{"code": "crown"}]}
    faces = [edge] + (["M"] if world.chance(0.4) else [])
    return {
        "surfaces": {face: ["caries"] for face in faces},
        "plan": [{"code": "filling", "surfaces": faces}],
    }


def work_on(chart: dict[str, Any], step: Step, teeth: list[str]) -> None:
    """Bring the chart up to what the visit has done."""
    act = DONE.get(step.work)
    for tooth in teeth if act is not None else ():
        assert act is not None
        before = chart.get(tooth, {})
        plan = [one for one in before.get("plan", ()) if one["code"] != act[0]]
        done = [*(one for one in before.get("done", ()) if one["code"] != act[0]), {"code": act[0]}]
        after: dict[str, Any] = {"done": done, **({"plan": plan} if plan else {})}
        if act[0] == "implant":
            after["status"] = "implant"
        elif act[0] == "extraction":
            after["status"] = "missing"
        elif act[0] == "filling":
            faces = before.get("surfaces") or ("I" if tooth[1] in "123" else "O")
            after["surfaces"] = {face: ["filled"] for face in faces}
        elif act[0] == "root_canal":
            after |= {"marks": ["root_filled"], "surfaces": before.get("surfaces", {})}
        elif act[0] == "crown":
            after["marks"] = sorted({*before.get("marks", ()), "crown"} - {"periapical"})
        chart[tooth] = after


def tidy(chart: dict[str, Any], is_minor: bool) -> dict[str, Any]:
    """Return the chart as the control keeps it."""
    teeth = {
        fdi: {key: value for key, value in tooth.items() if value} for fdi, tooth in sorted(chart.items())
    }
    return {
        "teeth": {fdi: tooth for fdi, tooth in teeth.items() if tooth},
        "dentition": "mixed" if is_minor else "permanent",
    }


def findings(world: World, want: str, teeth: list[str], chart: dict[str, Any], at: datetime) -> list[Row]:
    """Return two or three rows of what was found, the complaint first."""
    rows = []
    others = [tooth for tooth in sorted(chart) if tooth not in teeth][: 3 - min(2, len(teeth))]
    for tooth in [*teeth, *others][:3]:
        state = chart.get(tooth, {})
        surfaces = sorted(face.lower() for face in state.get("surfaces", {}))
        found = FINDING.get(want, "sound") if tooth in teeth else _finding_of(state)
        row: Row = {"id": world.new_id(at), "tooth": tooth, "finding": found}
        if surfaces:
            row["surface"] = surfaces
        if tooth in teeth and want == "endo":
            row |= {"percussion": "positive", "cold_test": "painful"}
        elif tooth in teeth and want in ("filling", "pediatric"):
            row |= {"percussion": "negative", "cold_test": "sensitive"}
        elif state.get("mobility"):
            row["mobility"] = "degree_1"
        rows.append(row)
    return rows


def _finding_of(state: dict[str, Any]) -> str:
    if state.get("status") in ("missing", "impacted", "unerupted", "implant"):
        return str(state["status"])
    marks = state.get("marks", ())
    if "crown" in marks:
        return "crown"
    if "mobile" in marks:
        return "mobile"
    faces = [code for codes in state.get("surfaces", {}).values() for code in codes]
    return (
        "filled"
        if "filled" in faces
        else "wedge_defect"
        if "wedge" in faces
        else "caries"
        if "caries" in faces
        else "sound"
    )


def story(world: World, want: str, teeth: list[str]) -> tuple[str, str, str, str]:
    """Return complaint, present illness, examination and advice of a first visit."""
    fill = {
        "t": "、".join(teeth) or "后牙",
        "y": world.rng.randint(1, 5),
        "m": world.rng.randint(1, 6),
        "b": world.rng.randint(5, 11),
    }
    complaint, illness, exam, advice = words.COMPLAINTS[want]
    return complaint.format(**fill), illness.format(**fill), exam.format(**fill), advice


def record(
    house: House, at: datetime, step: Step, doctor: Person, patient: Any, visit: Row, *, open_now: bool
) -> Row:
    """Write the outpatient record of a visit; an open one is still a draft."""
    world = house.world
    first = step.kind == "first_visit"
    complaint, illness, exam, advice = story(world, patient.want, patient.teeth)
    work_on(patient.chart, step, patient.teeth)
    done = [_done(house, at, code, step, patient) for code in step.codes if code != "D044"]
    finished = at + timedelta(minutes=world.rng.randint(8, 25))
    age_days = (world.now - at).days
    status = (
        "draft" if open_now else "archived" if age_days > 60 else "reviewed" if world.chance(0.4) else "done"
    )
    icd = world.pick(ICD[patient.want])
    drugs = step.work in ("placement", "extraction") and not open_now
    return world.add(
        "clinical_record", at, branch=doctor.branch, owner=doctor.user, customer_id=patient.row["id"], visit_id=visit["id"], doctor_id=doctor.staff,
        visit_type="first_visit" if first else "return_visit", record_time=stamp(at), chief_complaint=complaint if first else world.pick(words.RETURN_COMPLAINTS),
        present_illness=illness if first else None, past_history=patient.row.get("past_history") or ("体健" if first else None), allergy_confirm=True,
        vitals=_vitals(patient, visit["id"], at, is_careful=drugs or first), exam=exam if first else world.pick(words.RETURN_EXAM), tooth_chart=tidy(patient.chart, patient.is_minor) if patient.chart else None,
        findings=findings(world, patient.want, patient.teeth, patient.chart, at) or None,
        diagnosis=[{"id": world.new_id(at), "icd": icd, **({"tooth": patient.teeth} if patient.teeth else {})}], treatment_plan=patient.plan,
        treatment_done=done or None, advice=advice if step.work not in ("look", "adjust") else "保持口腔卫生，按约复诊。",
        prescription=_prescription(world, at) if drugs else None, next_visit=None,
        doctor_sign=None if open_now else world.strokes(finished, doctor.name, "医生"), finished_at=None if open_now else stamp(min(finished, world.now)), status=status,
    )  # fmt: skip


def _vitals(patient: Any, visit: str, at: datetime, *, is_careful: bool) -> Row | None:
    """Return what is measured before one treats: always at the first visit and before surgery, else at one visit in three.

    Drawn by the visit alone, so that nothing else of the story hangs on it.
    """
    dice = Random(f"vitals {patient.row['id']} {visit}")
    age = at.year - int(patient.row["birthday"][:4])
    if patient.is_minor or not (is_careful or dice.random() < 1 / 3):
        return None
    own = Random(f"vitals {patient.row['id']}").randint(-10, 14)
    high = 116 + own + max(0, age - 40) // 3 + dice.randint(-6, 6)
    found: Row = {
        "bp_sys": high,
        "bp_dia": high - dice.randint(38, 46),
        "hr": 74 + own // 2 + dice.randint(-6, 6),
    }
    found["temp"] = round(dice.uniform(36.2, 37.0), 1)
    if age > 50:
        found["glucose"] = round(dice.uniform(4.4, 7.8), 1)
    return found


def _done(house: House, at: datetime, code: str, step: Step, patient: Any) -> Row:
    act = DONE.get(step.work)
    row: Row = {"id": house.world.new_id(at), "service_item": house.services[code]["id"], "qty": "1"}
    if patient.teeth and code not in ("D001", "D002", "D003", "D006", "D008", "D038"):
        row["tooth"] = patient.teeth
    if act is not None and act[1] and code not in ("D001", "D002", "D003", "D004"):
        row |= {"anaesthesia": act[1], "drug_dose": "阿替卡因 1.7ml"}
    return row


def _prescription(world: World, at: datetime) -> list[Row]:
    drugs = [row for row in world.rows.get("material", ()) if row["kind"] == "drug"]
    by_name = {row["name"]: row["id"] for row in drugs}
    wanted = (
        ("阿莫西林胶囊", "0.5g", "每日3次", 3, "饭后口服"),
        ("布洛芬缓释胶囊", "0.3g", "必要时", 2, "口服，间隔12小时以上"),
    )
    return [
        {"id": world.new_id(at), "drug": by_name[name], "dose": dose, "frequency": often, "days": days, "qty": "1", "usage": how}
        for name, dose, often, days, how in wanted if name in by_name
    ]  # fmt: skip


def perio_chart(world: World) -> dict[str, Any]:
    """Return six sites of each present tooth: deeper at the molars, bleeding where deep."""
    teeth: dict[str, Any] = {}
    for quadrant in "1234":
        for place in "1234567":
            base = 3.4 if place in "67" else 2.6
            depths = [
                max(1, min(9, round(world.rng.gauss(base + (0.6 if site in (0, 2, 3, 5) else 0), 1.0))))
                for site in range(6)
            ]
            teeth[quadrant + place] = {
                "pd": depths, "rec": [max(0, round(world.rng.gauss(0.2, 0.6))) for _ in range(6)],
                "bop": [int(depth >= 4 or world.chance(0.15)) for depth in depths], "plaque": [int(world.chance(0.35)) for _ in range(6)],
            }  # fmt: skip
    return {"teeth": teeth}


def perio_exam(house: House, at: datetime, doctor: Person, patient: Any) -> Row:
    world = house.world
    return world.add(
        "perio_exam", at, branch=doctor.branch, owner=doctor.user, customer_id=patient.row["id"], doctor_id=doctor.staff, exam_date=stamp(at)[:10],
        chart=perio_chart(world), stage=world.weighted((("gingivitis", 20), ("i", 30), ("ii", 35), ("iii", 15))), grade=world.weighted((("a", 30), ("b", 55), ("c", 15))),
        snapshot="locked" if (world.now - at).days > 2 else "draft",
    )  # fmt: skip
