"""What follows a visit: treatments, consents, calls, recalls, cases, pictures, messages and tasks."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from server.demo import facts, words
from server.demo.courses import Step
from server.demo.house import House, Person
from server.demo.shelf import Row
from server.demo.world import ON_TIME, ZONE, World, before_closing, by_day, stamp

if TYPE_CHECKING:
    from server.demo.patients import Patient

BY_CODE = {service.code: service for service in facts.SERVICES}
ANSWERED_SINCE = timedelta(days=14)
"""How long ago patients have begun to answer reminders by a link."""
RECALLS = {
    "scaling": ("scaling", 6),
    "root_planing": ("perio_maintenance", 3),
    "adjust": ("ortho_visit", 1),
    "crown_fitting": ("scaling", 6),
    "fluoride": ("fluoride", 6),
    "sealant": ("sealant_check", 6),
    "placement": ("implant_check", 12),
}


def task(
    house: House,
    plan_at: datetime,
    kind: str,
    title: str,
    who: Person,
    *,
    hours: float,
    lead: str | None = None,
    customer: str | None = None,
    rule: str | None = None,
    source: str | None = None,
    source_form: str | None = None,
    day: int | None = None,
    branch: str | None = None,
    calls: float = 0.93,
) -> Row | None:
    """Write a follow-up task; past ones are mostly done, some of them late, a few recent ones still open."""
    world = house.world
    if plan_at > world.now + timedelta(days=16):
        return None
    due = before_closing(plan_at, plan_at + timedelta(hours=hours))
    made = min(by_day(plan_at - timedelta(hours=world.rng.randint(2, 30))), world.now)
    row = world.add(
        "followup_task", made, branch=branch or who.branch, owner=who.user, by=who.user, title=title, kind=kind, lead_id=lead, customer_id=customer, rule_key=rule, source_form=source_form, source_id=source,
        day_no=day, assignee_id=who.user, plan_at=stamp(plan_at), due_at=stamp(due), reschedule_count=0, status="todo",
    )  # fmt: skip
    age = (world.now - due).total_seconds() / 86_400
    if age > 0 and not (age < 6 and world.chance(0.22)):
        done = (
            min(by_day(plan_at + (due - plan_at) * world.rng.uniform(0.1, 0.95)), due)
            if world.chance(ON_TIME)
            else by_day(due + timedelta(hours=world.rng.expovariate(1 / 14) + 0.2))
        )
        if done < world.now:
            # Nobody was spoken to where no talk was written, so these say that none was needed or write one.
            if (lead or customer) and world.chance(calls):
                log = _call(house, row, who, done)
                world.move(row, done, who.user, status="done")
                row.update(
                    done_at=stamp(done),
                    result="not_reached"
                    if kind == "first_contact"
                    else world.weighted((("contacted", 82), ("not_reached", 15), ("reschedule", 3))),
                    comm_log_id=log["id"],
                )
            else:
                world.move(row, done, who.user, status="done")
                row.update(done_at=stamp(done), result="not_needed")
        elif world.chance(0.1):
            row["status"] = "in_progress"
    elif plan_at < world.now and world.chance(0.1):
        row["status"] = "in_progress"
    return row


_CALLS = {
    "postop": ("术后无明显不适，已提醒按医嘱用药", "轻微肿胀，建议冷敷，注意口腔清洁"), "after_consult_24h": ("对方案基本满意，家里再商量", "关心分期方式，已发说明"),
    "after_plan_3d": ("已看过方案，觉得价格偏高，申请优惠", "准备下周来定"), "not_arrived": ("临时加班没来，改约周末", "忘记了，已重新约时间"),
    "return_reminder": ("已提醒复诊时间，会准时到", "出差中，回来再约"), "birthday": ("送上生日祝福，赠洁牙券", "表示感谢，会带家人来"),
}  # fmt: skip


def _call(house: House, row: Row, who: Person, at: datetime) -> Row:
    world = house.world
    # Whoever is still a new lead has not been reached.
    result = "no_answer" if row["kind"] == "first_contact" else "connected"
    text = world.pick(
        words.NO_ANSWER
        if result == "no_answer"
        else _CALLS.get(row["kind"], ("已联系，情况良好", "已沟通，约定下次联系时间"))
    )
    target = "customer" if row.get("customer_id") else "lead"
    return world.add(
        "comm_log", at, branch=who.branch, owner=who.user, target_type=target, lead_id=row.get("lead_id"), customer_id=row.get("customer_id"),
        channel=world.weighted((("phone", 52), ("wechat", 48))), direction="outbound", result=result, content=text, started_at=stamp(at),
        seconds=world.rng.randint(30, 400), next_followup_at=stamp(at + timedelta(days=world.rng.randint(3, 60))), task_id=row["id"],
    )  # fmt: skip


def reminders(house: House, appointment: Row, made: datetime, start: datetime, customer: str | None) -> None:
    """Write the messages of an appointment: booked, the day before, two hours before."""
    world = house.world
    if customer is None:
        return
    for key, share, at in (
        ("booked", 0.66, made), ("1d", 0.94, start - timedelta(days=1)), ("2h", 0.62, start - timedelta(hours=2))
    ):  # fmt: skip
        if at < made or at > world.now + timedelta(days=1) or not world.chance(share):
            continue
        if key != "booked" and at <= world.now:
            appointment[f"remind_{key}"] = stamp(at)
        template = house.templates[f"appt_{key}"]
        day = start.astimezone(ZONE)
        text = f"您预约的就诊时间为 {day.month}月{day.day}日 {day:%H:%M}，如需改期请联系前台。"
        message(house, template, at, customer, appointment["branch_id"], appointment["owner_id"], text)
        if key == "1d" and appointment["customer_reply"] == "confirmed" and at > world.now - ANSWERED_SINCE:
            _answered(world, appointment, at + timedelta(minutes=25))


def _answered(world: World, appointment: Row, at: datetime) -> None:
    """Let a patient have answered a reminder by its link."""
    known = appointment["id"]
    row = {
        "id": known[:-12] + known[-12:][::-1],
        "created_at": stamp(min(at, world.now)),
        "branch_id": appointment["branch_id"],
    }
    row |= {"owner_id": appointment["owner_id"], "created_by": appointment["owner_id"]}
    world.rows.setdefault("appointment_reply", []).append(
        {**row, "appointment_id": known, "reply": "confirmed"}
    )


def message(
    house: House, template: Row, at: datetime, customer: str, branch: str, owner: str, text: str
) -> None:
    """Write a message to a patient, sent by now or waiting for its time; three of a hundred fail."""
    world = house.world
    sent = at <= world.now
    status = (
        "queued"
        if not sent
        else "failed"
        if world.chance(0.03)
        else world.weighted((("delivered", 55), ("read", 45)))
    )
    house.messages += 1
    world.add(
        "message_log", min(at, world.now), branch=branch, owner=owner, template_id=template["id"], to_customer=customer,
        channel=world.weighted(((template["channel"], 80), ("wechat_template", 20))), body=f"{template['name']}：{text}",
        dedupe_key=f"{template['name']} {at.astimezone(ZONE):%y%m%d}-{house.messages:06d}", plan_at=stamp(at),
        sent_at=stamp(at) if sent else None, status=status, error="号码停机或拒收" if status == "failed" else None,
    )  # fmt: skip


def treatments(house: House, patient: "Patient", step: Step, seen: datetime, end: datetime) -> None:
    """Write what was performed, with consents, calls after surgery, cases, lab orders and the next recall."""
    world = house.world
    for code in step.codes:
        service = BY_CODE[code]
        if service.kind[0] in ("first_visit",) or (service.kind[0] == "examination" and world.chance(0.6)):
            continue
        consent = _consent(house, patient, service, seen) if service.consent else None
        tooth = patient.teeth if patient.teeth and service.unit in ("tooth", "unit") else None
        nurse = house.one("nurse", patient.branch)
        log = world.add(
            "treatment_log", seen, branch=patient.branch, owner=patient.doctor.user, customer_id=patient.row["id"], service_item_id=house.services[code]["id"], tooth=tooth,
            plan_item=service.name if patient.plan else None, doctor_id=patient.doctor.staff, assistant_id=nurse.staff, consent_id=consent, started_at=stamp(seen), ended_at=stamp(end),
            outcome="过程顺利，患者无不适", next_step="按约复诊", status="done",
        )  # fmt: skip
        if service.postop != "none":
            _postop(house, patient, log, service.name, end, nurse)
    if step.work == "placement":
        _implant_case(house, patient, seen)
    elif step.work == "bonding":
        _ortho_case(house, patient, step, seen)
    elif step.work in ("adjust", "retainer") and patient.ortho is not None:
        _adjusted(house, patient, seen)
    elif step.work in ("crown_prep", "impression"):
        _lab_order(house, patient, seen)
    if patient.implant is not None:
        _implant_progress(patient, step, seen)
    found = RECALLS.get(step.work)
    if found is not None:
        _recall(house, patient, found[0], found[1], seen)


def _consent(house: House, patient: "Patient", service: facts.Service, at: datetime) -> str:
    world = house.world
    kind, template = (
        ("surgery", "consent_surgery") if service.invasive else ("treatment", "consent_treatment")
    )
    signed = at - timedelta(minutes=6)
    signer = "guardian" if patient.is_minor else "self"
    row = world.add(
        "consent", signed, branch=patient.branch, owner=patient.doctor.user, customer_id=patient.row["id"], kind=kind, template_id=house.prints[template]["id"], template_version="1",
        related=service.name, explained_by=patient.doctor.staff, risks_read=["indications", "contraindications", "risks", "precautions", "alternatives", "cost"], signer=signer,
        sign=world.strokes(signed, patient.row["name"], "监护人" if patient.is_minor else "本人"), signed_at=stamp(signed), status="signed",
    )  # fmt: skip
    return str(row["id"])


def _postop(house: House, patient: "Patient", log: Row, name: str, end: datetime, nurse: Person) -> None:
    world = house.world
    care = f"{name}已完成，24小时内请勿刷牙漱口，按医嘱用药，如有不适请随时联系。"
    message(
        house,
        house.templates["postop_care"],
        end + timedelta(minutes=3),
        patient.row["id"],
        patient.branch,
        patient.doctor.user,
        care,
    )
    for day, who in ((1, nurse), (7, patient.consultant)):
        at = end.replace(hour=2, minute=0) + timedelta(days=day)
        made = task(
            house,
            at,
            "postop",
            f"{patient.row['name']} {name}术后第{day}天回访",
            who,
            hours=10,
            customer=patient.row["id"],
            rule="F-D3",
            source_form="treatment_log",
            source=log["id"],
            day=day,
        )
        if made is None or made["status"] != "done":
            continue
        pain = world.rng.randint(1, 6) if day == 1 else world.rng.randint(0, 2)
        bad = world.chance(0.03)
        world.add(
            "postop_care", min(at + timedelta(hours=3), world.now), branch=patient.branch, owner=who.user, customer_id=patient.row["id"], treatment_id=log["id"], task_id=made["id"], day_no=day,
            pain=8 if bad else pain, bleeding="marked" if bad else world.weighted((("none", 70), ("slight", 30))), swelling=world.weighted((("none", 50), ("mild", 40), ("moderate", 10))),
            fever=False, numbness=False, medication_ok=True, doctor_reply="建议当日复诊检查，继续抗炎" if bad else None, satisfaction=world.weighted(((5, 60), (4, 30), (3, 10))),
            status="closed" if not bad or world.chance(0.7) else "abnormal",
        )  # fmt: skip


def _implant_case(house: House, patient: "Patient", at: datetime) -> None:
    world = house.world
    consent = next(
        (
            row["id"]
            for row in reversed(world.rows.get("consent", ()))
            if row["customer_id"] == patient.row["id"]
        ),
        None,
    )
    rows = []
    for tooth in patient.teeth:
        size = world.pick(
            (("Φ4.1×10", "4.10", "10.00"), ("Φ4.8×8", "4.80", "8.00"), ("Φ3.5×10", "3.50", "10.00"))
        )
        rows.append({
            "id": world.new_id(at), "tooth": tooth, "brand": world.pick(("恒植", "NordImplant")), "model": size[0], "diameter": size[1], "length": size[2], "torque": f"{world.rng.randint(25, 45)}.0",
            "udi_di": f"069{world.rng.randrange(10**10, 10**11)}", "batch_no": f"L{world.rng.randrange(10000, 99999)}", "serial": f"SN{world.rng.randrange(10**6, 10**7)}",
            "expire_at": (at + timedelta(days=world.rng.randint(400, 1400))).date().isoformat(), "reg_cert_no": f"国械注准2021317{world.rng.randint(1000, 9999)}",
        })  # fmt: skip
    day = at.date()
    stages = [{"id": world.new_id(at), "stage": stage, "plan_date": (day + timedelta(days=gap)).isoformat(), **({"done_date": day.isoformat()} if gap <= 0 else {})}
              for stage, gap in (("examination", -10), ("placement", 0), ("uncovering", 95), ("impression", 110), ("fitting", 125), ("check_up", 305))]  # fmt: skip
    patient.implant = world.add(
        "implant_case", at, branch=patient.branch, owner=patient.doctor.user, customer_id=patient.row["id"], doctor_id=patient.doctor.staff, stages=stages, implants=rows or None,
        consent_id=consent, isq=world.rng.randint(62, 78), warranty_until=(day + timedelta(days=3650)).isoformat(), status="osseointegration",
    )  # fmt: skip


def _implant_progress(patient: "Patient", step: Step, at: datetime) -> None:
    case = patient.implant
    assert case is not None
    done = {
        "uncovering": ("uncovering", "phase_2"),
        "impression": ("impression", "restoration"),
        "crown_fitting": ("fitting", "completed"),
    }.get(step.work)
    if done is None:
        return
    case["status"] = done[1]
    for row in case["stages"]:
        if row["stage"] == done[0]:
            row["done_date"] = at.date().isoformat()


def _ortho_case(house: House, patient: "Patient", step: Step, at: datetime) -> None:
    world = house.world
    aligners = "D032" in step.codes
    kind = (
        "aligners"
        if aligners
        else "functional"
        if "D033" in step.codes
        else "self_ligating"
        if "D031" in step.codes
        else world.weighted((("metal_brackets", 80), ("ceramic", 20)))
    )
    patient.ortho = world.add(
        "ortho_case", at, branch=patient.branch, owner=patient.doctor.user, customer_id=patient.row["id"], doctor_id=patient.doctor.staff,
        angle_class=world.weighted((("i", 45), ("ii_1", 33), ("ii_2", 9), ("iii", 13))), appliance=kind, brand=world.pick(("时代天使", "正雅", "隐适美")) if aligners else world.pick(("3M", "新亚")),
        aligner_total=world.rng.randint(24, 60) if aligners else None, aligner_now=1 if aligners else None, start_date=at.date().isoformat(), est_months=world.rng.randint(14, 26), visit_interval=5,
        visits=[{"id": world.new_id(at), "date": at.date().isoformat(), "wire": "第1副" if aligners else "0.014 NiTi", "procedure": "初戴", "hygiene": 4}], status="active",
    )  # fmt: skip


def _adjusted(house: House, patient: "Patient", at: datetime) -> None:
    world, case = house.world, patient.ortho
    assert case is not None
    number = len(case["visits"]) + 1
    wires = ("0.014 NiTi", "0.016 NiTi", "0.018 NiTi", "0.016×0.022 NiTi", "0.019×0.025 SS")
    if "aligner_total" in case:
        case["aligner_now"] = min(case["aligner_total"], number * 3)
        wire = f"第{case['aligner_now']}副"
    else:
        wire = wires[min(len(wires) - 1, number // 3)]
    case["visits"].append({
        "id": world.new_id(at), "date": at.date().isoformat(), "wire": wire, "procedure": world.pick(("换丝", "加力", "链状皮圈关闭间隙", "调整托槽", "常规复诊")), "hygiene": world.rng.randint(2, 5),
        **({"elastics": "II类牵引 3/16"} if world.chance(0.2) else {}),
    })  # fmt: skip
    if patient.finished or number > 22:
        case["status"] = "retention"


def _lab_order(house: House, patient: "Patient", at: datetime) -> None:
    world = house.world
    if not patient.teeth:
        return
    due = at.date() + timedelta(days=world.rng.randint(7, 11))
    late = (world.today - due).days
    status = (
        "fitted"
        if late > 3
        else "arrived"
        if late >= 0 and world.chance(0.75)
        else "sent"
        if (world.today - at.date()).days >= 1
        else "ordered"
    )
    kind = world.weighted(
        (("all_ceramic_crown", 65), ("pfm_crown", 15), ("veneer", 10), ("removable_denture", 10))
    )
    world.add(
        "lab_order", at, branch=patient.branch, owner=patient.doctor.user, customer_id=patient.row["id"], doctor_id=patient.doctor.staff, lab=world.pick(("central", "meijing", "hengcheng", "yaguang")),
        items=[{"id": world.new_id(at), "tooth": patient.teeth, "type": kind, "material": "氧化锆", "shade": world.pick(("A1", "A2", "A3", "A3.5")), "qty": len(patient.teeth), "price": f"{world.pick((260, 380, 520))}.00"}],
        sent_at=(at.date() + timedelta(days=1)).isoformat() if status != "ordered" else None, due_at=due.isoformat(), arrived_at=due.isoformat() if status in ("arrived", "fitted") else None,
        quality=world.weighted(((5, 60), (4, 30), (3, 10))) if status == "fitted" else None, rework=False, status=status,
    )  # fmt: skip


def _recall(house: House, patient: "Patient", kind: str, months: int, at: datetime) -> None:
    world = house.world
    open_one = patient.recalls.get(kind)
    due = at + timedelta(days=months * 30)
    status = "not_due" if due - world.now > timedelta(days=30) else "to_invite"
    if open_one is not None:
        open_one.update(last_date=max(open_one["last_date"], at.date().isoformat()), status=status)
        _remind(house, patient, due)
        return
    patient.recalls[kind] = world.add(
        "recall", at, branch=patient.branch, owner=patient.consultant.user, customer_id=patient.row["id"], kind=kind, interval_months=months, last_date=at.date().isoformat(),
        remind_count=1 if status == "to_invite" and world.chance(0.3) else 0, status=status,
    )  # fmt: skip
    _remind(house, patient, due)


def _remind(house: House, patient: "Patient", due: datetime) -> None:
    world = house.world
    if is_near(world, due) or world.chance(0.4):
        task(
            house,
            due,
            "return_reminder",
            f"{patient.row['name']} 复查到期提醒",
            patient.consultant,
            hours=24,
            customer=patient.row["id"],
            calls=0.5,
        )


def is_near(world: World, at: datetime) -> bool:
    """Tell whether something falls due around now."""
    return world.now - timedelta(days=5) < at < world.now + timedelta(days=10)


def pictures(house: House, patient: "Patient", step: Step, at: datetime) -> None:
    """Write the pictures the visit's codes took; `generate` gives each the drawing of its kind."""
    world = house.world
    kinds = {
        "D002": ("panoramic", "panoramic"),
        "D003": ("cbct", "cbct"),
        "D004": ("periapical", "periapical"),
        "D005": ("intra_oral_scan", "scanner"),
    }
    for code in step.codes:
        if code in kinds:
            kind, device = kinds[code]
            world.add(
                "imaging", at + timedelta(minutes=4), branch=patient.branch, owner=patient.doctor.user, customer_id=patient.row["id"], kind=kind, taken_at=stamp(at + timedelta(minutes=4)),
                teeth=patient.teeth if kind == "periapical" and patient.teeth else None, device=device, report=world.pick(_REPORTS[kind]), phase="first_visit" if step.kind == "first_visit" else "intraop",
            )  # fmt: skip


_REPORTS: dict[str, tuple[str, ...]] = {
    "panoramic": ("恒牙列，智齿阻生，余未见明显异常", "牙槽骨水平吸收约1/4，后牙区牙石影"), "cbct": ("可用骨高度充足，骨密度II类", "上颌窦底距牙槽嵴顶约6mm，建议提升"),
    "periapical": ("根尖未见暗影，牙周膜间隙正常", "龋坏近髓，根尖周膜略增宽"), "intra_oral_scan": ("上下颌及咬合扫描完整",),
}  # fmt: skip
