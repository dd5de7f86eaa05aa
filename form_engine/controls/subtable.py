"""Sub-table (子表单): child rows with columns of their own."""

from engine.schema import closed
from form_engine.controls._rows import Rows, row_settings

CONTROL = Rows(
    kind="subtable",
    zh="子表单",
    en="Sub-table",
    icon="table",
    config_schema=closed(("fields",), **row_settings()),
    sample={
        "config": {
            "fields": [{"key": "tooth", "control": "text", "label": {"zh": "牙位", "en": "Tooth"}}],
            "max_rows": 2,
            "unique_rows": ["tooth"],
        },
        "valid": [[{"tooth": "36"}], [{"tooth": "36"}, {"tooth": "37"}]],
        "invalid": [
            [{"tooth": "11"}, {"tooth": "11"}],
            [{"tooth": "1"}, {"tooth": "2"}, {"tooth": "3"}],
            "x",
        ],
    },
)
