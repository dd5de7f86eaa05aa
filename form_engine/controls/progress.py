"""Progress (进度): a share from 0 to 1, drawn as a bar."""

from engine.schema import array, closed
from form_engine.controls._numbers import span
from form_engine.controls._settings import COLOR_PATTERN, setting, whole
from form_engine.controls.percent import Percent

CONTROL = Percent(
    kind="progress",
    zh="进度",
    en="Progress",
    value_type="decimal",
    icon="loading",
    config_schema=closed(
        **span(min=0, max=1),
        places=whole("百分数的小数位", "Places of the percentage", minimum=0, maximum=4, default=0),
        colors=setting(
            "颜色规则",
            "Colour rules",
            array(
                closed(
                    ("from", "color"),
                    **{"from": {"type": "number"}, "color": {"type": "string", "pattern": COLOR_PATTERN}},
                ),
                maxItems=10,
            ),
        ),
    ),
    sample={"config": {}, "valid": ["0.4", 1], "invalid": ["1.01", "-1"]},
)
