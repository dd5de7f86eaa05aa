"""Video (视频)."""

from engine.schema import closed
from form_engine.controls._files import MOST_MB, Files, filing
from form_engine.controls._settings import whole

CONTROL = Files(
    kind="video",
    zh="视频",
    en="Video",
    icon="video-camera",
    config_schema=closed(
        **filing(3, MOST_MB, ("video/*",)),
        max_seconds=whole("最长(秒)", "Longest, seconds", minimum=1, default=600),
    ),
    sample={
        "config": {"max_count": 1, "max_mb": 1},
        "valid": [[{"id": "f1", "name": "a.mp4", "size": 1000, "mime": "video/mp4"}]],
        "invalid": [
            [{"id": "f1", "name": "a.mp4", "size": 2000000, "mime": "video/mp4"}],
            [{"id": "f1", "name": "a.exe", "size": 1, "mime": "application/x-msdownload"}],
            [{"id": "f1"}, {"id": "f2"}],
            "f1",
        ],
    },
)
