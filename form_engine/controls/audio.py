"""Audio (录音)."""

from engine.schema import closed
from form_engine.controls._files import Files, filing
from form_engine.controls._settings import whole

CONTROL = Files(
    kind="audio",
    zh="录音",
    en="Audio",
    icon="audio",
    config_schema=closed(
        **filing(9, 50, ("audio/*",)),
        max_seconds=whole("最长(秒)", "Longest, seconds", minimum=1, default=3600),
    ),
    sample={
        "config": {"max_count": 1, "max_mb": 1},
        "valid": [[{"id": "f1", "name": "a.mp3", "size": 1000, "mime": "audio/mpeg"}]],
        "invalid": [
            [{"id": "f1", "name": "a.mp3", "size": 2000000, "mime": "audio/mpeg"}],
            [{"id": "f1", "name": "a.exe", "size": 1, "mime": "application/x-msdownload"}],
            [{"id": "f1"}, {"id": "f2"}],
            "f1",
        ],
    },
)
