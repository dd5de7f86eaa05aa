"""Attachment (附件)."""

from engine.schema import closed
from form_engine.controls._files import Files, filing, watermark

CONTROL = Files(
    kind="attachment",
    zh="附件",
    en="Attachment",
    icon="paper-clip",
    config_schema=closed(
        **filing(
            9,
            50,
            (
                "image/*",
                "audio/*",
                "video/*",
                "text/*",
                "application/pdf",
                "application/zip",
                "application/json",
                "application/msword",
                "application/vnd.*",
                "application/dicom",
            ),
        ),
        watermark=watermark(),
    ),
    sample={
        "config": {"max_count": 1, "max_mb": 1},
        "valid": [[{"id": "f1", "name": "a.pdf", "size": 1000, "mime": "application/pdf"}]],
        "invalid": [
            [{"id": "f1", "name": "a.pdf", "size": 2000000, "mime": "application/pdf"}],
            [{"id": "f1", "name": "a.exe", "size": 1, "mime": "application/x-msdownload"}],
            [{"id": "f1"}, {"id": "f2"}],
            "f1",
        ],
    },
)
