"""Image (图片)."""

from engine.schema import closed
from form_engine.controls._files import Files, filing, watermark
from form_engine.controls._settings import flag, whole

CONTROL = Files(
    kind="image",
    zh="图片",
    en="Image",
    icon="picture",
    config_schema=closed(
        **filing(9, 20, ("image/*",)),
        camera_only=flag("只能现场拍摄", "Camera only"),
        min_px=whole("短边至少(像素)", "Shorter side at least, px", minimum=1),
        watermark=watermark(),
    ),
    sample={
        "config": {"max_count": 1, "max_mb": 1},
        "valid": [[{"id": "f1", "name": "a.jpg", "size": 1000, "mime": "image/jpeg"}]],
        "invalid": [
            [{"id": "f1", "name": "a.jpg", "size": 2000000, "mime": "image/jpeg"}],
            [{"id": "f1", "name": "a.exe", "size": 1, "mime": "application/x-msdownload"}],
            [{"id": "f1"}, {"id": "f2"}],
            "f1",
        ],
    },
)
