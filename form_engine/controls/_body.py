"""The zones of the body map, front and back."""

from collections.abc import Mapping


def _pairs(view: str, **zones: tuple[str, str]) -> dict[str, tuple[str, str, str]]:
    made = {}
    for key, (zh, en) in zones.items():
        made[f"{view}_{key}_r"] = (view, f"右{zh}", f"Right {en}")
        made[f"{view}_{key}_l"] = (view, f"左{zh}", f"Left {en}")
    return made


ZONES: Mapping[str, tuple[str, str, str]] = {
    "front_head": ("front", "头面部", "Head and face"),
    "front_neck": ("front", "颈前", "Front of the neck"),
    "front_chest": ("front", "胸骨区", "Breastbone"),
    "front_upper_abdomen": ("front", "上腹", "Upper abdomen"),
    "front_lower_abdomen": ("front", "下腹", "Lower abdomen"),
    "front_groin": ("front", "会阴", "Groin"),
    **_pairs(
        "front",
        shoulder=("肩前", "shoulder"),
        breast=("胸", "chest"),
        flank=("侧腹", "flank"),
        upper_arm=("上臂", "upper arm"),
        elbow=("肘窝", "elbow"),
        forearm=("前臂", "forearm"),
        hand=("手掌", "hand"),
        thigh=("大腿前侧", "thigh"),
        knee=("膝", "knee"),
        shin=("小腿前侧", "shin"),
        foot=("足背", "foot"),
    ),
    "back_head": ("back", "后头", "Back of the head"),
    "back_neck": ("back", "项部", "Nape"),
    "back_upper": ("back", "背正中", "Upper spine"),
    "back_lumbar": ("back", "腰正中", "Lower spine"),
    "back_sacrum": ("back", "骶尾", "Sacrum"),
    **_pairs(
        "back",
        shoulder=("肩后", "back of the shoulder"),
        scapula=("肩胛", "shoulder blade"),
        loin=("腰", "loin"),
        buttock=("臀", "buttock"),
        upper_arm=("上臂后侧", "back of the upper arm"),
        elbow=("肘后", "back of the elbow"),
        forearm=("前臂后侧", "back of the forearm"),
        hand=("手背", "back of the hand"),
        thigh=("大腿后侧", "back of the thigh"),
        knee=("腘窝", "hollow of the knee"),
        calf=("小腿后侧", "calf"),
        heel=("足跟", "heel"),
    ),
}
"""Zone key: view, Chinese, English. Right and left are the patient's."""
