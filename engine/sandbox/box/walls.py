"""The walls of the box: limits of the kernel on memory, time and files, no network, and 23 system calls.

The list of system calls is what carries the rest: without it a script that got out of its language could still open
files and start programs. It is written here as the kernel wants it, so that no system library is needed.
Source: seccomp(2), the system call tables of Linux for x86_64 and aarch64.
"""

import contextlib
import ctypes
import os
import platform
import resource
import signal
from collections.abc import Mapping
from typing import Any

_CALLS: Mapping[str, tuple[int, int]] = {
    # name: (x86_64, aarch64)
    "read": (0, 63), "write": (1, 64), "close": (3, 57), "mmap": (9, 222), "mprotect": (10, 226), "munmap": (11, 215),
    "brk": (12, 214), "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135), "rt_sigreturn": (15, 139),
    "sched_yield": (24, 124), "mremap": (25, 216), "madvise": (28, 233), "getpid": (39, 172), "exit": (60, 93),
    "gettimeofday": (96, 169), "sigaltstack": (131, 132), "gettid": (186, 178), "futex": (202, 98),
    "restart_syscall": (219, 128), "clock_gettime": (228, 113), "exit_group": (231, 94), "getrandom": (318, 278),
}  # fmt: skip
_MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
_X32_BIT = 0x40000000

_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _REFUSE, _KILL = 0x7FFF0000, 0x00050000 | 1, 0x80000000
_SET_NO_NEW_PRIVS, _SET_SECCOMP, _SET_DEATH_SIGNAL, _SET_DUMPABLE, _FILTER = 38, 22, 1, 4, 2
_NEW_USER, _NEW_NET, _NEW_IPC, _NEW_UTS = 0x10000000, 0x40000000, 0x08000000, 0x04000000
NOBODY = 65_534


class _Step(ctypes.Structure):
    _fields_ = [
        ("code", ctypes.c_uint16),
        ("jt", ctypes.c_uint8),
        ("jf", ctypes.c_uint8),
        ("k", ctypes.c_uint32),
    ]


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_uint16), ("steps", ctypes.POINTER(_Step))]


LIBC: Any = ctypes.CDLL(None, use_errno=True)


def leave_the_house() -> None:
    """Give up being root and, where the kernel allows it, the network and what else is shared. For the whole box, once."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    LIBC.prctl(_SET_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
    LIBC.unshare(_NEW_USER | _NEW_NET | _NEW_IPC | _NEW_UTS)


def shut(memory: int, cpu_s: float) -> None:
    """Put the walls up around this process; there is no way back. Raises OSError."""
    LIBC.prctl(_SET_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
    LIBC.prctl(_SET_DUMPABLE, 0, 0, 0, 0)
    seconds = max(1, int(cpu_s + 0.999))
    for what, soft, hard in (
        (resource.RLIMIT_AS, memory, memory),
        (resource.RLIMIT_CPU, seconds, seconds + 1),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_NOFILE, 8, 8),
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_NPROC, 0, 0),
        (resource.RLIMIT_STACK, 8 << 20, 8 << 20),
    ):
        with contextlib.suppress(ValueError):
            resource.setrlimit(what, (soft, hard))
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    # whole seconds are too coarse for short scripts; the limit above stands behind it
    signal.setitimer(signal.ITIMER_PROF, cpu_s)
    if LIBC.prctl(_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "no_new_privs")
    steps = _steps()
    held = (_Step * len(steps))(*steps)
    program = _Program(len(steps), held)
    if LIBC.prctl(_SET_SECCOMP, _FILTER, ctypes.byref(program), 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "seccomp")


def _steps() -> list[_Step]:
    column, machine = _MACHINES[platform.machine()]
    numbers = sorted(pair[column] for pair in _CALLS.values())
    steps = [
        _Step(_LOAD, 0, 0, 4),
        _Step(_EQUAL, 1, 0, machine),
        _Step(_RETURN, 0, 0, _KILL),
        _Step(_LOAD, 0, 0, 0),
        _Step(_AT_LEAST, len(numbers), 0, _X32_BIT),
    ]
    # a call on the list jumps over the rest and the refusal
    steps += [_Step(_EQUAL, len(numbers) - at, 0, number) for at, number in enumerate(numbers)]
    return [*steps, _Step(_RETURN, 0, 0, _REFUSE), _Step(_RETURN, 0, 0, _ALLOW)]
