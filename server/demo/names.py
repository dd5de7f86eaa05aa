"""Names, places and phone numbers of people who do not exist."""

from datetime import date, timedelta

from server.demo.world import World

SURNAMES = (
    ("王", 72), ("李", 71), ("张", 68), ("刘", 54), ("陈", 45), ("杨", 31), ("黄", 22), ("赵", 21), ("吴", 20), ("周", 19),
    ("徐", 15), ("孙", 15), ("马", 13), ("朱", 12), ("胡", 12), ("郭", 11), ("何", 11), ("林", 11), ("高", 10), ("罗", 9),
    ("郑", 9), ("梁", 8), ("谢", 7), ("宋", 7), ("唐", 7), ("许", 6), ("邓", 6), ("韩", 6), ("冯", 6), ("曹", 6),
    ("彭", 5), ("曾", 5), ("肖", 5), ("田", 4), ("董", 4), ("潘", 4), ("袁", 4), ("蔡", 4), ("蒋", 4), ("余", 4),
    ("沈", 4), ("叶", 4), ("杜", 3), ("程", 3), ("苏", 3), ("魏", 3), ("吕", 3), ("丁", 3), ("任", 3), ("姚", 3),
    ("卢", 3), ("钟", 3), ("姜", 3), ("崔", 3), ("谭", 2), ("陆", 2), ("汪", 2), ("范", 2), ("石", 2), ("廖", 2),
    ("韦", 2), ("夏", 2), ("方", 2), ("邹", 2), ("熊", 2), ("金", 2), ("俞", 1), ("欧阳", 1), ("诸葛", 1), ("上官", 1),
)  # fmt: skip
WOMEN = (
    "敏 静 丽 艳 娟 霞 芳 燕 玲 萍 红 丹 婷 洁 颖 琳 雪 慧 莹 蓉 倩 雯 琪 璐 薇 佳怡 欣怡 雨桐 诗涵 梓萱 可馨 思琪 晓燕 "
    "海燕 秀英 桂英 玉兰 玉梅 春梅 丽娟 丽华 美玲 雅琴 淑芬 淑珍 晓雯 雅婷 梦瑶 梦洁 佩琪 若曦 语嫣 子涵 一诺 书瑶 安琪 嘉怡 "
    "晨曦 静怡 心怡 文静 婉清 青青 晓彤 佳慧 思颖 若兰 明珠 素芬 凤英 月娥 惠芳 雪梅 彩霞 立红 亚男 冰洁 晓月"
).split()
MEN = (
    "伟 强 磊 军 勇 涛 杰 鹏 斌 波 辉 超 明 刚 平 健 俊 浩 凯 峰 宇 晨 鑫 博 志强 志明 建国 建华 国强 国华 文杰 文博 浩然 "
    "子轩 宇轩 宇航 梓豪 俊杰 俊豪 天佑 晓东 晓峰 海波 海涛 永康 立军 德明 家豪 嘉诚 明轩 思远 一鸣 泽宇 奕辰 承志 振华 振宇 "
    "卫东 卫国 爱民 少华 小龙 云飞 启航 景行 弘毅 锦程 书豪 正阳 立新 世杰 学军 新民 长江 红兵 亚军 广平 春生"
).split()
DISTRICTS = (
    ("330106", 24), ("330105", 20), ("330102", 18), ("330110", 14), ("330109", 9), ("330108", 8), ("330113", 3),
    ("330114", 3), ("330602", 2), ("330411", 1), ("330481", 1), ("330781", 1),
)  # fmt: skip
STREETS = "文三路 莫干山路 体育场路 凤起路 庆春路 学院路 古墩路 丰潭路 天目山路 教工路 江南大道 滨盛路 市心中路 文一西路 绍兴路 石祥路".split()
ESTATES = "和苑 春江府 学府里 锦园 阳光城 清水湾 云栖里 翠苑 景和家园 绿汀苑 兰亭公寓 金色时光".split()


def surname(world: World) -> str:
    return world.weighted(SURNAMES)


def given_name(world: World, gender: str) -> str:
    return world.pick(WOMEN if gender == "female" else MEN)


def full_name(world: World, gender: str) -> str:
    return surname(world) + given_name(world, gender)


class Phones:
    """Gives out mobile numbers of the 1990 block, each once; drawn at random, never to be messaged."""

    def __init__(self, world: World) -> None:
        self._world, self._given = world, set[int]()

    def __call__(self) -> str:
        while True:
            tail = self._world.rng.randrange(1_000_000, 9_999_999)
            if tail not in self._given:
                self._given.add(tail)
                return f"+861990{tail}"


def district(world: World) -> str:
    """Return the code of a district near the clinics."""
    return world.weighted(DISTRICTS)


def street(world: World) -> str:
    """Return a street address that sounds right and leads nowhere."""
    if world.chance(0.6):
        house = world.rng.randint(1, 28)
        return f"{world.pick(ESTATES)}{house}幢{world.rng.randint(1, 3)}单元{world.rng.randint(1, 18)}0{world.rng.randint(1, 4)}室"
    return f"{world.pick(STREETS)}{world.rng.randint(8, 899)}号"


def birthday(world: World, is_minor: bool) -> date:
    """Return a day of birth: minors 3 to 17, adults around 33 with a second hill at 60."""
    if is_minor:
        age = world.rng.triangular(3, 17.9, 9)
    elif world.chance(0.74):
        age = world.rng.triangular(18.2, 55, 32)
    else:
        age = world.rng.triangular(45, 80, 60)
    return world.today - timedelta(days=int(age * 365.25) + world.rng.randrange(0, 20))


def wechat(world: World) -> str:
    """Return an account name as people choose them."""
    start = world.pick(("wx", "hz", "happy", "sunny", "lucky", "mi", "cc", "yy", "tom", "ann", "leo", "dd"))
    return f"{start}_{world.rng.randrange(1000, 999999)}"
