"""What a dental chain has before its first patient: price list, channels, materials, cards, words for things."""

from typing import NamedTuple


class Service(NamedTuple):
    """One line of the price list. `price` and `floor` in yuan; `kind` is the category path."""

    code: str
    name: str
    kind: tuple[str, str]
    unit: str
    price: int
    floor: int
    minutes: int
    consent: bool = False
    invasive: bool = False
    postop: str = "none"
    again_days: int | None = None


SERVICES = (
    Service("D001", "口腔检查", ("examination", "exam_general"), "time", 50, 0, 20),
    Service("D002", "全景片", ("examination", "exam_imaging"), "film", 120, 80, 10),
    Service("D003", "CBCT", ("examination", "exam_imaging"), "time", 380, 200, 15),
    Service("D004", "根尖片", ("examination", "exam_imaging"), "film", 40, 20, 10),
    Service("D005", "口内扫描", ("examination", "exam_imaging"), "time", 180, 100, 15),
    Service("D006", "超声洁治", ("perio", "perio_scaling"), "time", 268, 150, 45, again_days=180),
    Service(
        "D007", "龈下刮治", ("perio", "perio_therapy"), "tooth", 120, 60, 20, invasive=True, again_days=90
    ),
    Service(
        "D008",
        "牙周基础治疗",
        ("perio", "perio_therapy"),
        "course",
        2980,
        1500,
        60,
        invasive=True,
        again_days=90,
    ),
    Service("D009", "翻瓣术", ("perio", "perio_surgery"), "area", 2600, 1500, 90, True, True, "d7"),
    Service("D010", "树脂充填", ("filling", "filling_direct"), "tooth", 380, 200, 40),
    Service("D011", "玻璃离子充填", ("filling", "filling_direct"), "tooth", 180, 100, 30),
    Service("D012", "嵌体", ("filling", "filling_inlay"), "tooth", 2380, 1500, 60),
    Service("D013", "根管治疗 前牙", ("endo", "endo_root"), "tooth", 980, 500, 60, True, True),
    Service("D014", "根管治疗 前磨牙", ("endo", "endo_root"), "tooth", 1380, 800, 75, True, True),
    Service("D015", "根管治疗 磨牙", ("endo", "endo_root"), "tooth", 2180, 1200, 90, True, True),
    Service("D016", "显微根管再治疗", ("endo", "endo_retreat"), "tooth", 3980, 2500, 120, True, True),
    Service("D017", "普通拔牙", ("extraction", "extraction_simple"), "tooth", 280, 100, 30, True, True, "d7"),
    Service(
        "D018", "阻生齿拔除", ("extraction", "extraction_surgical"), "tooth", 1280, 500, 60, True, True, "d7"
    ),
    Service("D019", "乳牙拔除", ("extraction", "extraction_simple"), "tooth", 80, 50, 15, True, True),
    Service("D020", "烤瓷冠", ("prosthetics", "prosthetics_fixed"), "tooth", 1580, 800, 60),
    Service("D021", "全瓷冠", ("prosthetics", "prosthetics_fixed"), "tooth", 3980, 2500, 60),
    Service("D022", "瓷贴面", ("prosthetics", "prosthetics_fixed"), "tooth", 4280, 2500, 60),
    Service("D023", "活动义齿", ("prosthetics", "prosthetics_removable"), "piece", 2200, 800, 60),
    Service("D024", "全口义齿", ("prosthetics", "prosthetics_removable"), "set", 6800, 3000, 90),
    Service("D025", "单颗种植 国产", ("implant", "implant_single"), "unit", 4800, 3000, 90, True, True, "d7"),
    Service("D026", "单颗种植 进口", ("implant", "implant_single"), "unit", 9800, 6000, 90, True, True, "d7"),
    Service("D027", "骨增量", ("implant", "implant_bone"), "time", 4200, 2000, 60, True, True, "d7"),
    Service("D028", "上颌窦提升", ("implant", "implant_bone"), "side", 6800, 4000, 90, True, True, "d7"),
    Service(
        "D029",
        "半口即刻种植",
        ("implant", "implant_full"),
        "half_arch",
        68000,
        40000,
        240,
        True,
        True,
        "d1_3_7_30",
    ),
    Service("D030", "金属托槽矫正", ("ortho", "ortho_fixed"), "case", 13800, 9000, 60, True),
    Service("D031", "自锁托槽矫正", ("ortho", "ortho_fixed"), "case", 22800, 16000, 60, True),
    Service("D032", "隐形矫正", ("ortho", "ortho_aligner"), "case", 32800, 22000, 45, True),
    Service("D033", "早期矫治", ("ortho", "ortho_early"), "case", 9800, 4000, 45, True),
    Service("D034", "保持器", ("ortho", "ortho_visit"), "set", 980, 500, 30),
    Service("D035", "正畸复诊加力", ("ortho", "ortho_visit"), "time", 100, 0, 30, again_days=35),
    Service("D036", "冷光美白", ("whitening", "whitening_office"), "time", 1980, 1200, 90),
    Service("D037", "窝沟封闭", ("pediatric", "pediatric_prevent"), "tooth", 128, 80, 15),
    Service("D038", "涂氟", ("pediatric", "pediatric_prevent"), "time", 180, 100, 15, again_days=180),
    Service("D039", "乳牙根管", ("pediatric", "pediatric_treat"), "tooth", 580, 300, 40, True, True),
    Service("D040", "间隙保持器", ("pediatric", "pediatric_treat"), "piece", 1280, 600, 30),
    Service("D041", "笑气镇静", ("comfort", "comfort_sedation"), "time", 680, 500, 60, True),
    Service("D042", "静脉镇静", ("comfort", "comfort_sedation"), "time", 2800, 2000, 120, True, True),
    Service("D043", "颞下颌关节咬合板", ("maxillofacial", "tmj"), "set", 2600, 1500, 45),
    Service("D044", "初诊咨询", ("first_visit", "first_consult"), "time", 0, 0, 30),
)
BRANCHES = (
    # name, short name, district, street, lng, lat, region
    ("齐悦口腔总院", "总院", "330106", "文三路 269 号", 120.132, 30.276, "杭州主城"),
    ("齐悦口腔城东分院", "城东", "330102", "庆春东路 38 号", 120.203, 30.258, "杭州主城"),
    ("齐悦口腔城西分院", "城西", "330110", "文一西路 998 号", 120.018, 30.285, "杭州主城"),
    ("齐悦口腔高新分院", "高新", "330108", "江南大道 588 号", 120.212, 30.208, "杭州南"),
    ("齐悦口腔萧山分院", "萧山", "330109", "市心中路 818 号", 120.268, 30.184, "杭州南"),
    ("齐悦口腔柯桥分院", "柯桥", "330603", "金柯桥大道 1066 号", 120.492, 30.082, "绍兴"),
)
CHANNELS = (
    # key, name, kind, share of leads, synonyms, sub-channels, cost of a lead in yuan
    ("dianping", "大众点评", "online_paid", 22, ("点评", "dianping", "大众"), ("门店页", "团购"), 265),
    ("meituan", "美团", "online_paid", 12, ("meituan", "美团点评"), ("团购", "搜索"), 225),
    (
        "douyin",
        "抖音",
        "online_paid",
        16,
        ("抖 音", "douyin", "抖音本地"),
        ("短视频投放", "直播间", "达人探店"),
        235,
    ),
    ("red", "小红书", "online_organic", 9, ("小红薯", "红书", "xhs", "RED"), ("笔记", "私信"), 150),
    ("baidu", "百度", "online_paid", 8, ("百度竞价", "baidu", "SEM"), ("品牌词", "种植词", "正畸词"), 430),
    ("wechat", "微信公众号", "online_organic", 5, ("公众号", "微信", "服务号"), ("文章", "菜单"), 70),
    ("moments", "朋友圈广告", "online_paid", 3, ("朋友圈", "微信广告"), ("同城",), 290),
    ("website", "官网表单", "online_organic", 4, ("官网", "网站", "网站表单"), ("在线客服",), 85),
    ("call", "呼叫中心", "online_organic", 4, ("400电话", "电话", "热线"), (), 60),
    ("street", "地推", "offline", 6, ("地推活动", "社区义诊", "扫街"), ("社区义诊", "商场展位"), 125),
    ("referral", "老客转介绍", "referral", 9, ("转介绍", "老带新", "老客介绍", "朋友介绍"), (), 120),
    ("walk_in", "自然到店", "offline", 2, ("自然到访", "路过", "到店"), (), 0),
    # Nobody comes from here: it stands in where an imported sheet does not say.
    ("unsorted", "待确认", "offline", 0, ("未知", "不详", "其他"), (), 0),
)
LEVELS = (
    ("普通", 0, "1", "1"),
    ("银卡", 5000, "0.95", "1.2"),
    ("金卡", 20000, "0.9", "1.5"),
    ("钻石", 80000, "0.85", "2"),
)
TAGS = (
    # option key, name, group, colour
    ("implant_intent", "种植意向", "intent", "#1677ff"), ("ortho_need", "正畸需求", "intent", "#722ed1"),
    ("children", "儿牙", "profile", "#fa8c16"), ("aesthetic", "美白修复", "intent", "#13c2c2"), ("perio", "牙周", "health", "#52c41a"),
    ("high_value", "高价值客户", "spending", "#d4b106"), ("price_sensitive", "价格敏感型", "profile", "#d4380d"),
    ("dental_fear", "恐牙", "health", "#f5222d"), ("comparing", "对比中", "intent", "#8c8c8c"), ("vip", "VIP", "service", "#d4b106"),
    ("insurance", "医保", "service", "#389e0d"),
)  # fmt: skip
ROOM_GEAR = {
    "dental_chair": ("dental_unit", "ultrasonic"), "consultation_room": (), "imaging_room": ("cbct", "panoramic"),
    "operating_room": ("dental_unit", "implant_motor", "monitor"),
}  # fmt: skip
CARDS = (
    # name, kind, price, face, gift, ((service, times), …), days
    ("全家洁牙次卡（6次）", "session_card", 1280, None, None, (("D006", 6),), 730),
    ("儿童护牙疗程卡", "course_card", 1580, None, None, (("D038", 4), ("D037", 4), ("D001", 4)), 730),
    ("牙周维护疗程卡", "course_card", 2680, None, None, (("D006", 4), ("D007", 8)), 540),
    ("储值卡 3000 送 200", "stored_value_card", 3000, 3000, 200, (), 0),
    ("储值卡 10000 送 1000", "stored_value_card", 10000, 10000, 1000, (), 0),
    ("年度健康时限卡", "time_card", 680, None, None, (), 365),
)
COUPONS = (
    ("生日8折券", "discount", "0.8", 0, 30), ("新客洗牙体验券", "service_voucher", "1", 0, 30), ("满2000减200", "threshold_off", "200", 2000, 60),
    ("老带新现金券", "cash", "300", 1000, 90), ("复购9折券", "discount", "0.9", 500, 45),
)  # fmt: skip
MATERIALS = (
    # name, kind, unit, specs, cost, sale, minimum, maker
    ("一次性口腔器械盒", "disposable", "set", ("6件套", "8件套"), 6, None, 200, "康达医疗器械"),
    ("一次性手套", "disposable", "box", ("S 100只", "M 100只", "L 100只"), 32, None, 30, "蓝盾防护"),
    ("医用口罩", "disposable", "box", ("50只",), 18, None, 40, "蓝盾防护"),
    ("吸唾管", "disposable", "pack", ("100支",), 16, None, 30, "康达医疗器械"),
    ("漱口杯", "disposable", "pack", ("100只",), 12, None, 20, "康达医疗器械"),
    ("一次性注射器", "disposable", "box", ("5ml", "2ml"), 24, None, 20, "康达医疗器械"),
    ("缝合线", "disposable", "box", ("4-0", "5-0"), 180, None, 8, "康达医疗器械"),
    ("阿替卡因肾上腺素注射液", "drug", "box", ("1.7ml×50支",), 420, None, 10, "东海制药"),
    ("利多卡因注射液", "drug", "box", ("5ml×10支",), 38, None, 10, "东海制药"),
    ("布洛芬缓释胶囊", "drug", "box", ("0.3g×20粒",), 14, 26, 20, "东海制药"),
    ("阿莫西林胶囊", "drug", "box", ("0.5g×24粒",), 16, 28, 20, "东海制药"),
    ("甲硝唑片", "drug", "bottle", ("0.2g×100片",), 6, 12, 20, "东海制药"),
    ("复方氯己定含漱液", "drug", "bottle", ("200ml",), 11, 28, 30, "东海制药"),
    ("种植体 国产", "implant", "unit", ("Φ3.5×10", "Φ4.0×10", "Φ4.3×11.5"), 980, None, 6, "恒植生物"),
    ("种植体 进口", "implant", "unit", ("Φ3.3×10", "Φ4.1×10", "Φ4.8×8"), 2600, None, 6, "NordImplant AB"),
    ("愈合基台", "implant", "piece", ("Φ4.5 H3", "Φ4.5 H5"), 180, None, 8, "恒植生物"),
    ("骨粉", "implant", "bottle", ("0.25g", "0.5g"), 620, None, 6, "恒植生物"),
    ("胶原膜", "implant", "sheet", ("15×20", "25×25"), 780, None, 6, "恒植生物"),
    ("光固化树脂", "device", "tube", ("A1", "A2", "A3", "A3.5", "B2"), 160, None, 10, "百齿美"),
    ("玻璃离子水门汀", "device", "box", ("A2", "A3"), 210, None, 6, "百齿美"),
    ("粘接剂", "device", "bottle", ("5ml",), 330, None, 6, "百齿美"),
    ("根管锉", "device", "box", ("K锉 15-40", "机用 镍钛 25"), 120, None, 12, "锐鲨器械"),
    ("牙胶尖", "device", "box", ("F1", "F2", "F3"), 66, None, 12, "锐鲨器械"),
    ("次氯酸钠冲洗液", "device", "bottle", ("500ml",), 45, None, 10, "锐鲨器械"),
    ("印模硅橡胶", "device", "set", ("重体+轻体",), 360, None, 6, "百齿美"),
    ("藻酸盐印模材", "device", "pack", ("450g",), 42, None, 10, "百齿美"),
    ("正畸托槽", "device", "set", ("金属 MBT", "自锁 MBT"), 460, None, 6, "正雅器械"),
    ("镍钛弓丝", "device", "pack", ("0.014", "0.016", "0.018"), 58, None, 10, "正雅器械"),
    ("链状皮圈", "device", "roll", ("透明", "灰"), 36, None, 8, "正雅器械"),
    ("含氟涂料", "device", "box", ("0.4ml×50",), 380, None, 5, "百齿美"),
    ("窝沟封闭剂", "device", "box", ("1.2ml×4",), 260, None, 5, "百齿美"),
    ("全瓷块", "lab_material", "piece", ("A2 HT", "A3 HT"), 140, None, 8, "美晶义齿"),
    ("超声洁牙手柄尖", "device", "piece", ("G1", "P1"), 95, None, 8, "锐鲨器械"),
    ("电动牙刷", "goods", "piece", ("成人款", "儿童款"), 120, 269, 10, "洁齿家"),
    ("牙线", "goods", "box", ("50m",), 8, 25, 30, "洁齿家"),
    ("正畸牙刷套装", "goods", "set", ("标准",), 22, 58, 20, "洁齿家"),
    ("冲牙器", "goods", "piece", ("便携",), 150, 349, 6, "洁齿家"),
)  # fmt: skip
VISIT = (
    ("一次性口腔器械盒", "1"),
    ("一次性手套", "0.02"),
    ("医用口罩", "0.04"),
    ("吸唾管", "0.01"),
    ("漱口杯", "0.01"),
)
_NUMB = (("阿替卡因肾上腺素注射液", "0.04"), ("一次性注射器", "0.01"))
_STITCH = (*_NUMB, ("缝合线", "0.08"))
_ROOT = (*_NUMB, ("根管锉", "0.5"), ("牙胶尖", "0.2"), ("次氯酸钠冲洗液", "0.1"))
_CROWN = (("印模硅橡胶", "0.1"), ("粘接剂", "0.05"))
BOM = {
    # what one of each takes, in the units of the materials
    "D006": (("超声洁牙手柄尖", "0.05"), ("复方氯己定含漱液", "0.1")), "D007": _NUMB, "D008": (*_NUMB, ("超声洁牙手柄尖", "0.2")), "D009": _STITCH,
    "D010": (("光固化树脂", "0.1"), ("粘接剂", "0.05")), "D011": (("玻璃离子水门汀", "0.05"),), "D012": (*_CROWN, ("全瓷块", "1")),
    "D013": _ROOT, "D014": _ROOT, "D015": _ROOT, "D016": _ROOT, "D017": _NUMB, "D018": _STITCH, "D019": _NUMB, "D020": _CROWN,
    "D021": (*_CROWN, ("全瓷块", "1")), "D022": (*_CROWN, ("全瓷块", "1")), "D023": (("藻酸盐印模材", "0.2"),), "D024": (("印模硅橡胶", "0.3"),),
    "D025": (*_STITCH, ("种植体 国产", "1"), ("愈合基台", "1")), "D026": (*_STITCH, ("种植体 进口", "1"), ("愈合基台", "1")),
    "D027": (*_STITCH, ("骨粉", "1"), ("胶原膜", "1")), "D028": (*_STITCH, ("骨粉", "2"), ("胶原膜", "1")),
    "D029": (*_STITCH, ("种植体 进口", "6"), ("愈合基台", "6")), "D030": (("正畸托槽", "1"), ("镍钛弓丝", "6")), "D031": (("正畸托槽", "1"), ("镍钛弓丝", "6")),
    "D033": (("藻酸盐印模材", "0.2"),), "D034": (("藻酸盐印模材", "0.1"),), "D035": (("镍钛弓丝", "0.2"), ("链状皮圈", "0.05")),
    "D037": (("窝沟封闭剂", "0.02"),), "D038": (("含氟涂料", "0.02"),), "D039": _ROOT, "D040": (("藻酸盐印模材", "0.1"),), "D043": (("藻酸盐印模材", "0.1"),),
}  # fmt: skip
"""Standard consumables of the price list, by its codes; every treatment takes what `VISIT` names besides."""
CATEGORY_MIX = (
    # wanted category, share of leads; ortho grows in January, July and August
    ("implant", 24), ("ortho", 11), ("perio", 13), ("filling", 13), ("extraction", 10), ("prosthetics", 9), ("endo", 8),
    ("pediatric", 5), ("whitening", 5), ("examination", 1),
)  # fmt: skip
BUDGETS = {
    "implant": (("b5k_10k", 25), ("b10k_30k", 45), ("b30k_60k", 15), ("over_60k", 8), ("b2k_5k", 7)),
    "ortho": (("b10k_30k", 50), ("b30k_60k", 25), ("b5k_10k", 25)),
    "prosthetics": (("b2k_5k", 40), ("b5k_10k", 35), ("b10k_30k", 25)),
    "other": (("under_2k", 60), ("b2k_5k", 33), ("b5k_10k", 7)),
}
SEASON = {
    1: 1.35,
    2: 0.72,
    3: 1.0,
    4: 0.96,
    5: 0.98,
    6: 1.05,
    7: 1.35,
    8: 1.33,
    9: 0.95,
    10: 0.9,
    11: 1.02,
    12: 1.04,
}
"""Leads of a month against the mean month."""
DEPARTMENTS = {
    "implant": "implantology", "ortho": "orthodontics", "perio": "periodontics", "filling": "endodontics", "endo": "endodontics",
    "extraction": "surgery", "prosthetics": "prosthodontics", "pediatric": "pediatrics", "whitening": "prosthodontics", "examination": "general",
}  # fmt: skip
