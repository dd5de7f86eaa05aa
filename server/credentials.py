"""What the administrator keeps for outside systems: credentials of channels, connections, secrets of webhooks.

A file `connections.json` in the folder of the installation, readable by its owner only, so that no secret stands in a
definition, in the database or on a command line:
`{"<workspace>": {"channels": {"email": {"host", "from", …}}, "connections": {"his": {"url", "secret", "headers"}},
"webhooks": {"website": {"secret", "former"?, "name"?, "id"?, "key"?}, "sms": {"secret", "replies": "sms", "from", "text"}}}}`.
`"robots": {"board": {"kind": "wecom|dingtalk|feishu", "name": "院长群", "url", "secret"?, "roles"?: who may send there, "names"?: true}}`
are chat groups that reports can be sent to; names of people are shortened there unless `names` says otherwise.
`*` in place of a workspace: for all. `name` is that of the message flows listen for, `id` and `key` are paths in the body; a
source with `replies` tells what contacts answered by a channel, who with which `text`.
"""

import json
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from connectors.webhook import Connection
from engine.problems import Code, Rejected

UNREADABLE = Code("connections.unreadable", zh="连接设置文件不能读取：{why}", en="The file of connections cannot be read: {why}",
                  hint_zh="它必须是 JSON，且只有运行服务的用户可读（chmod 600）", hint_en="It must be JSON, readable by the user who runs the server only (chmod 600)")  # fmt: skip
FILE = "connections.json"
EVERY = "*"


class Credentials:
    """Reads the file anew when it changed."""

    def __init__(self, home: Path) -> None:
        self.folder = home
        self._path = home / FILE
        self._lock = threading.Lock()
        self._read_at = 0
        self._kept: Mapping[str, Any] = {}

    def channel(self, workspace: str, channel: str) -> Mapping[str, str]:
        """Return the credentials of a channel; empty where there are none."""
        return {str(key): str(value) for key, value in self._of(workspace, "channels", channel).items()}

    def connection(self, workspace: str, key: str) -> Connection | None:
        """Return an outside system."""
        found = self._of(workspace, "connections", key)
        if not found.get("url"):
            return None
        return Connection(str(found["url"]), str(found.get("secret", "")), dict(found.get("headers", {})))

    def robots(self, workspace: str) -> Mapping[str, Mapping[str, Any]]:
        """Return the robots of chat groups by key: `{"kind", "name", "url", "secret"?, "roles"?, "names"?}`."""
        kept = self._file()
        found: dict[str, Mapping[str, Any]] = {}
        for place in (EVERY, workspace):
            some = kept.get(place, {}).get("robots", {})
            found |= {str(key): one for key, one in some.items() if isinstance(one, dict)}
        return found

    def webhook(self, workspace: str, source: str) -> Mapping[str, Any]:
        """Return what is agreed with a source of webhooks; empty for one that nobody knows."""
        return self._of(workspace, "webhooks", source)

    def _of(self, workspace: str, kind: str, key: str) -> Mapping[str, Any]:
        kept = self._file()
        found: dict[str, Any] = {}
        for place in (EVERY, workspace):
            one = kept.get(place, {}).get(kind, {}).get(key)
            found |= one if isinstance(one, dict) else {}
        return found

    def _file(self) -> Mapping[str, Any]:
        try:
            stat = self._path.stat()
        except FileNotFoundError:
            return {}
        with self._lock:
            if stat.st_mtime_ns != self._read_at:
                if stat.st_mode & 0o077:
                    raise Rejected(UNREADABLE.at("", why="chmod 600"))
                try:
                    kept = json.loads(self._path.read_text("utf-8"))
                except ValueError as why:
                    raise Rejected(UNREADABLE.at("", why=str(why))) from why
                self._kept = kept if isinstance(kept, dict) else {}
                self._read_at = stat.st_mtime_ns
            return self._kept
