"""Role (岗位角色): the key of one of the app's roles."""

from engine.schema import closed
from form_engine.controls._text import Pattern

CONTROL = Pattern(
    kind="role",
    zh="角色",
    en="Role",
    group="organisation",
    icon="solution",
    operators="S",
    config_schema=closed(),
    rule="[a-z][a-z0-9_]{0,62}",
    said_zh="应用中的一个角色",
    said_en="a role of the app",
    example="consultant",
    sample={"config": {}, "valid": ["consultant"], "invalid": ["Big Boss", "1a"]},
)
