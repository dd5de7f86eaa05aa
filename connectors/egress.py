"""The way out: HTTP to outside systems that cannot be turned against the house.

Names are looked up once, every address found must be a public one, and the connection goes to the address that was
checked, so a second lookup cannot answer otherwise. No redirects, no proxies of the environment, few ports, a cap on
time and size. TLS still checks the name of the address.
"""

import ipaddress
import json
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpcore

from engine.problems import Code, Rejected

if TYPE_CHECKING:
    import httpx

# httpx is imported where something is sent: its command line, with all it draws in, would cost a tenth of the start.

NOT_ALLOWED = Code("egress.host", zh="不允许访问“{host}”", en="“{host}” may not be called",
                   hint_zh="请管理员把它加入允许访问的主机", hint_en="Ask the administrator to add it to the hosts that may be called")  # fmt: skip
NOT_PUBLIC = Code("egress.private", zh="“{host}”不是公网地址，不能访问", en="“{host}” is not a public address and may not be called",
                  hint_zh="外部调用只能访问互联网上的系统", hint_en="Only systems on the internet can be called")  # fmt: skip
BAD_ADDRESS = Code("egress.address", zh="网址“{url}”不能用", en="The address “{url}” cannot be used",
                   hint_zh="须以 https:// 开头，端口为 443 或 8443，且不含账号", hint_en="It begins with https://, has port 443 or 8443 and no login in it")  # fmt: skip
TOO_BIG = Code(
    "egress.too_big",
    zh="“{host}”的回复超过 {most} 字节",
    en="The answer of “{host}” is larger than {most} bytes",
)

PORTS = {"https": frozenset({443, 8443}), "http": frozenset({80, 443, 8080, 8443})}
_TRANSLATED = tuple(
    ipaddress.ip_network(one) for one in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96")
)
_SHARED = tuple(
    ipaddress.ip_network(one) for one in ("100.64.0.0/10", "192.0.0.0/24", "198.18.0.0/15", "240.0.0.0/4")
)

Resolve = Callable[[str, int], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a call may cost. `hosts`: names that may be called, `*.example.com` for all below; empty: none."""

    hosts: frozenset[str] = frozenset()
    connect_s: float = 5.0
    total_s: float = 10.0
    most_bytes: int = 5_000_000
    plain_http: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def json(self) -> Any:
        """Return the body as JSON. Raises ValueError."""
        return json.loads(self.body)


def resolve(host: str, port: int) -> Sequence[str]:
    """Return the addresses of a name. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def is_public(address: str) -> bool:
    """Tell whether an address is of the internet at large: not of a house, a machine, a link, or a translation of such."""
    try:
        found = ipaddress.ip_address(address.split("%", maxsplit=1)[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return is_public(str(found.ipv4_mapped))
        if any(found in network for network in _TRANSLATED):
            return False
    elif any(found in network for network in _SHARED):
        return False
    return found.is_global and not (found.is_multicast or found.is_reserved or found.is_unspecified)


def is_listed(host: str, hosts: Iterable[str]) -> bool:
    """Tell whether a host is on the list."""
    name = host.rstrip(".").lower()
    return any(name == one or (one.startswith("*.") and name.endswith(one[1:])) for one in hosts)


class _TimedStream(httpcore.NetworkStream):
    """A stream that ends at a fixed moment, however slowly the other side drips."""

    def __init__(self, stream: httpcore.NetworkStream, until: float) -> None:
        self._stream, self._until = stream, until

    def _left(self, timeout: float | None) -> float:
        left = self._until - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("total time")
        return left if timeout is None else min(timeout, left)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        inner = self._stream.start_tls(ssl_context, server_hostname, self._left(timeout))
        return _TimedStream(inner, self._until)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _CheckedBackend(httpcore.NetworkBackend):
    """Connects to checked addresses only."""

    def __init__(self, resolved: Resolve, until: float) -> None:
        self._resolve = resolved
        self._until = until
        self._real = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = list(self._resolve(host, port))
        # all of them: a name that answers with one public and one private address is up to something
        if not addresses or not all(is_public(one) for one in addresses):
            raise Rejected(NOT_PUBLIC.at("", host=host))
        stream = self._real.connect_tcp(addresses[0], port, timeout, local_address, socket_options)
        return _TimedStream(stream, self._until)

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.NetworkStream:
        raise Rejected(NOT_PUBLIC.at("", host=path))

    def sleep(self, seconds: float) -> None:
        self._real.sleep(seconds)


class Egress:
    """Calls outside systems. One for all threads; nothing is kept between calls."""

    def __init__(self, limits: Limits, resolved: Resolve = resolve) -> None:
        self._limits, self._resolve = limits, resolved

    def call(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        json: Any = None,
        query: Mapping[str, str] | None = None,
        total_s: float | None = None,
    ) -> Reply:
        """Return the reply, whatever its status. Rejected for what may not be called; ConnectionError when surely nothing
        was sent, TimeoutError and other OSErrors when it may have been.
        """
        import httpx

        target = self._checked(url)
        seconds = min(total_s or self._limits.total_s, self._limits.total_s)
        until = time.monotonic() + seconds
        with httpcore.ConnectionPool(
            network_backend=_CheckedBackend(self._resolve, until), retries=0
        ) as pool:
            request = httpx.Request(
                method, target, headers=dict(headers or {}), content=content, json=json, params=dict(query) if query else None
            )  # fmt: skip
            timeouts = {"connect": self._limits.connect_s, "read": seconds, "write": seconds, "pool": seconds}
            try:
                with pool.stream(
                    method,
                    str(request.url),
                    headers=request.headers.raw,
                    content=request.read(),
                    extensions={"timeout": timeouts},
                ) as answer:
                    body = self._body(answer, target.host)
                    headers_back = {k.decode().lower(): v.decode("latin-1") for k, v in answer.headers}
                    return Reply(answer.status, headers_back, body)
            except socket.gaierror as why:
                raise ConnectionError(f"{target.host}: {why}") from why
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as why:
                raise ConnectionError(f"{target.host}: {why}") from why
            except httpcore.TimeoutException as why:
                raise TimeoutError(f"{target.host}: {why}") from why
            except (httpcore.NetworkError, httpcore.ProtocolError) as why:
                raise OSError(f"{target.host}: {why}") from why

    def _checked(self, url: str) -> "httpx.URL":
        import httpx

        try:
            target = httpx.URL(url)
        except (httpx.InvalidURL, TypeError) as why:
            raise Rejected(BAD_ADDRESS.at("", url=url)) from why
        allowed = ("https", "http") if self._limits.plain_http else ("https",)
        port = target.port or {"https": 443, "http": 80}.get(target.scheme, 0)
        is_bad = target.scheme not in allowed or not target.host or bool(target.userinfo)
        if is_bad or port not in PORTS[target.scheme]:
            raise Rejected(BAD_ADDRESS.at("", url=url))
        if not is_listed(target.host, self._limits.hosts):
            raise Rejected(NOT_ALLOWED.at("", host=target.host))
        return target

    def _body(self, answer: httpcore.Response, host: str) -> bytes:
        pieces: list[bytes] = []
        size = 0
        for piece in answer.iter_stream():
            size += len(piece)
            if size > self._limits.most_bytes:
                raise Rejected(TOO_BIG.at("", host=host, most=self._limits.most_bytes))
            pieces.append(piece)
        return b"".join(pieces)
