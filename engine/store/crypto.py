"""Keys and ciphers: field encryption bound to its place, blind indexes for exact search, key rotation.

The key file holds master keys of 32 bytes. Each workspace derives its own keys (HKDF-SHA256, salt: workspace id),
so no two workspaces ever share one. Ciphertext is `v1.<key id>.<base64url of nonce and AES-GCM output>`; its
associated data is `workspace|table|record|field`, so a value moved to another row does not open.
"""

import base64
import hmac
import json
import os
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from engine.problems import Code, Rejected
from engine.text import digits, fold

KEYS_TOO_OPEN = Code(
    "store.keys_too_open",
    zh="密钥文件 {file} 可被其他用户读取",
    en="Other users of this machine can read the key file {file}",
    hint_zh="运行：chmod 600 {file}",
    hint_en="Run: chmod 600 {file}",
)
KEYS_BROKEN = Code(
    "store.keys_broken",
    zh="密钥文件 {file} 已损坏或不完整",
    en="The key file {file} is damaged or incomplete",
    hint_zh="从备份恢复密钥文件；没有它，已加密的内容无法读取",
    hint_en="Restore the key file from a backup; encrypted fields cannot be read without it",
)
NOT_OPENED = Code(
    "store.cipher_not_opened",
    zh="字段“{field}”的加密内容无法解开",
    en="The encrypted value of “{field}” does not open",
    hint_zh="数据可能被移动或改动过，或密钥文件不属于此安装；请联系管理员核对备份",
    hint_en="It was moved or changed, or the key file belongs to another installation; compare with a backup",
)

KEY_BYTES = 32
NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class Keyring:
    """The master keys of an installation: id → 32 bytes. `current` encrypts; `index` makes blind indexes."""

    secrets: Mapping[str, bytes]
    current: str
    index: bytes

    @classmethod
    def load(cls, path: Path) -> "Keyring":
        """Return the keys in `path`, making the file (mode 0600) at first start. Rejected when unsafe or damaged."""
        if not path.exists():
            made = cls({"k1": secrets.token_bytes(KEY_BYTES)}, "k1", secrets.token_bytes(KEY_BYTES))
            beside = made._written(path.with_name(f"{path.name}.{secrets.token_hex(4)}"))
            try:
                # A link, not a rename: of two processes starting at once only one brings its keys.
                os.link(beside, path)
            except FileExistsError:
                pass
            finally:
                beside.unlink()
        return cls._read(path)

    @classmethod
    def _read(cls, path: Path) -> "Keyring":
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise Rejected(KEYS_TOO_OPEN.at("", file=str(path)))
        try:
            read = json.loads(path.read_text())
            keys = {name: base64.b64decode(text, validate=True) for name, text in read["keys"].items()}
            ring = cls(keys, read["current"], base64.b64decode(read["index"], validate=True))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Rejected(KEYS_BROKEN.at("", file=str(path))) from error
        if ring.current not in keys or any(len(k) != KEY_BYTES for k in (*keys.values(), ring.index)):
            raise Rejected(KEYS_BROKEN.at("", file=str(path)))
        return ring

    def rotated(self, path: Path) -> "Keyring":
        """Return the keys with a new current one, written to `path` first; old keys stay to read old values."""
        name = f"k{len(self.secrets) + 1}"
        ring = Keyring({**self.secrets, name: secrets.token_bytes(KEY_BYTES)}, name, self.index)
        os.replace(ring._written(path.with_name(path.name + ".new")), path)
        return ring

    def _written(self, path: Path) -> Path:
        handle = os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(self._text())
            file.flush()
            os.fsync(file.fileno())
        return path

    def _text(self) -> str:
        keys = {name: base64.b64encode(key).decode() for name, key in self.secrets.items()}
        return json.dumps(
            {"keys": keys, "current": self.current, "index": base64.b64encode(self.index).decode()}
        )

    def workspace(self, workspace_id: str) -> "WorkspaceKeys":
        """Return the keys of one workspace."""
        return WorkspaceKeys(self, workspace_id)


class WorkspaceKeys:
    """What a workspace seals and finds with. Nothing it makes opens in another workspace."""

    def __init__(self, ring: Keyring, workspace_id: str) -> None:
        self._id = workspace_id
        self._current = ring.current
        self._ciphers = {name: AESGCM(self._derive(key, b"field")) for name, key in ring.secrets.items()}
        self._index = self._derive(ring.index, b"index")
        self.chain = self._derive(ring.index, b"audit")
        self.tokens = self._derive(ring.index, b"tokens")
        """Key for signing tokens (cursors, public links)."""

    def _derive(self, master: bytes, purpose: bytes) -> bytes:
        salt = self._id.encode()
        return HKDF(SHA256(), KEY_BYTES, salt, b"clinicraft/" + purpose).derive(master)

    def seal(self, text: str, table: str, record_id: str, field: str) -> str:
        """Return the ciphertext of `text` for this place and no other."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._ciphers[self._current].encrypt(
            nonce, text.encode(), self._place(table, record_id, field)
        )
        return f"v1.{self._current}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, table: str, record_id: str, field: str) -> str:
        """Return the text sealed for this place. Rejected when it was moved, changed or the key is missing."""
        try:
            name, body = sealed.removeprefix("v1.").split(".", 1)
            raw = base64.urlsafe_b64decode(body)
            place = self._place(table, record_id, field)
            return self._ciphers[name].decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], place).decode()
        except (ValueError, KeyError, InvalidTag) as error:
            raise Rejected(NOT_OPENED.at(f"/{field}", field=field)) from error

    def is_current(self, sealed: str) -> bool:
        """Tell whether `sealed` was made with the current key."""
        return sealed.startswith(f"v1.{self._current}.")

    def blind(self, form: str, field: str, text: str) -> str:
        """Return what a `__b` column holds for `text`: equal texts give equal marks, in this field only."""
        return self._mark("value", form, field, fold(text))

    def tail(self, form: str, field: str, text: str) -> str | None:
        """Return what a `__t` column holds for the last four digits of `text`; None where there are fewer."""
        found = digits(text)
        return self._mark("tail", form, field, found[-4:]) if len(found) >= 4 else None

    def _mark(self, *parts: str) -> str:
        return hmac.digest(self._index, "\x1f".join(parts).encode(), "sha256")[:16].hex()

    def _place(self, table: str, record_id: str, field: str) -> bytes:
        return "|".join((self._id, table, record_id, field)).encode()
