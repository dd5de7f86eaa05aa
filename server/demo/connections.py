"""What the practice clinic has agreed with outside systems: the secret under which its website sends leads."""

import json
import os
import secrets
from pathlib import Path
from typing import Any

from server.credentials import FILE

SOURCE = "website"


def agree_with_website(home: Path, workspace: str) -> None:
    """See to it that a signed webhook of the source `website` is taken in by the clinic; a secret that is there stays.

    The file is readable by its owner only. A lead's own id (`id` in the body) shows a call that came twice.
    """
    path = home / FILE
    kept: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    agreed = kept.setdefault(workspace, {}).setdefault("webhooks", {})
    if agreed.get(SOURCE, {}).get("secret"):
        return
    agreed[SOURCE] = {**agreed.get(SOURCE, {}), "secret": secrets.token_hex(24), "id": "id"}
    fresh = path.with_name(f"{FILE}.new")
    with os.fdopen(
        os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
    ) as out:
        json.dump(kept, out, ensure_ascii=False, indent=2)
    fresh.replace(path)
