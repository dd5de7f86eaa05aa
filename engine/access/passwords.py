"""Passwords: argon2id in OWASP's profile, at most two at once so that sign-ins cannot starve the clinic."""

import threading
from collections.abc import Iterator

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from engine.problems import Code, Problem
from engine.text import fold

TOO_SHORT = Code(
    "password.too_short",
    zh="密码至少需要 {least} 个字符",
    en="The password needs at least {least} characters",
    hint_zh="用一句好记的话更安全",
    hint_en="A short sentence is safer and easier to remember",
)
TOO_LONG = Code(
    "password.too_long", zh="密码最多 {most} 个字符", en="The password may have {most} characters at most"
)
TOO_COMMON = Code(
    "password.too_common",
    zh="这个密码太常见，容易被猜到",
    en="This password is too common and easy to guess",
    hint_zh="请换一个不含姓名、账号和连续数字的密码",
    hint_en="Choose one without your name, login or rows of digits",
)

LEAST, MOST = 8, 128
_COMMON = frozenset(
    "password passw0rd 12345678 123456789 1234567890 87654321 11111111 88888888 66666666 00000000 qwertyui "
    "qwerty123 iloveyou 1qaz2wsx abc12345 abcd1234 a1234567 admin123 admin1234 letmein1 welcome1 5201314a "
    "woaini1314 clinicraft 147258369 123123123 12341234 asdfghjk zxcvbnm1 password1 sunshine football".split()
)


class Passwords:
    """Makes and checks password hashes. Slow on purpose (about 80 ms): never call it inside a transaction."""

    def __init__(self, at_once: int = 2) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        self._turn = threading.BoundedSemaphore(at_once)
        self._nobody = self._hasher.hash("a login that does not exist")

    def hash(self, password: str) -> str:
        """Return the argon2id hash, with its parameters and salt."""
        with self._turn:
            return self._hasher.hash(password)

    def matches(self, known: str | None, password: str) -> bool:
        """Tell whether `password` belongs to the hash; takes as long where there is none."""
        with self._turn:
            try:
                return self._hasher.verify(known or self._nobody, password) and known is not None
            except (VerificationError, InvalidHashError):
                return False


def check_quality(password: str, login: str, name: str, path: str) -> Iterator[Problem]:
    """Yield what makes a new password a poor one."""
    if len(password) < LEAST:
        yield TOO_SHORT.at(path, least=LEAST)
    elif len(password) > MOST:
        yield TOO_LONG.at(path, most=MOST)
    else:
        folded = fold(password)
        is_row = len(set(folded)) <= 2 or folded in "01234567890123456789"
        if folded in _COMMON or is_row or folded in {fold(login) * 2, fold(login), fold(name)}:
            yield TOO_COMMON.at(path)
