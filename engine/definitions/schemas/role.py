"""roles/: what one may do, on which records, and which fields one sees."""

from engine.definitions.schemas._kind import FileKind
from engine.definitions.schemas._parts import (
    ANY_OBJECT,
    FLAG,
    KEY,
    TEXT,
    WORDS,
    array,
    closed,
    either,
    map_of,
    one_of,
)

SCOPE = {"type": "string", "minLength": 1, "maxLength": 4096, "format": "scope"}
"""One of own, team, branch, region, all, none, or a formula over the record."""
LEVEL = {"type": "string", "pattern": r"^(none|masked|read|write)( until \S[\s\S]*)?$", "maxLength": 4096}
MASK_CLASSES = ("phone", "id", "med", "cost", "photo", "name")
RIGHTS = (
    "import", "export", "print", "design", "publish", "bulk_edit", "purge", "restore", "audit", "users", "share",
    "explain", "settings", "flows", "reports",
)  # fmt: skip
GRANT = closed(
    (),
    view=SCOPE,
    named=SCOPE,
    totals=SCOPE,
    create=SCOPE,
    edit=SCOPE,
    delete=SCOPE,
    export=SCOPE,
    print=SCOPE,
    approve=SCOPE,
    **{"import": SCOPE},
    fields=map_of(LEVEL, r"^(\*|[a-z][a-z0-9_]{0,62}([.][a-z][a-z0-9_]{0,62})?)$"),
)
DAILY = closed((), daily={"type": "integer", "minimum": 0, "maximum": 100_000})

MARKED = closed((), marked=FLAG)
"""`print`: what is printed says all over who printed it and when."""

FILE = FileKind(
    kind="roles",
    one="role",
    zh="角色",
    en="Role",
    schema=closed(
        ("key", "name", "grants"),
        key=KEY,
        name=WORDS,
        description=WORDS,
        module=KEY,
        home=KEY,
        grants=map_of(GRANT, r"^(\*|[a-z][a-z0-9_]{0,62})$"),
        masks=closed((), **{name: one_of("none", "masked", "read", "write") for name in MASK_CLASSES}),
        rights=closed(
            (),
            **dict.fromkeys(RIGHTS, FLAG) | {"reveal": either(FLAG, DAILY), "print": either(FLAG, MARKED)},
        ),
        tests=array(
            closed(
                ("form", "expect"),
                key=KEY,
                **{"as": closed((), branch=TEXT, team=TEXT, role=KEY)},
                can=one_of(
                    "view",
                    "named",
                    "totals",
                    "create",
                    "edit",
                    "delete",
                    "export",
                    "print",
                    "approve",
                    "restore",
                    "import",
                ),
                field=KEY,
                form=KEY,
                record=ANY_OBJECT,
                expect=either(FLAG, one_of("none", "masked", "read", "write")),
            ),
            maxItems=500,
        ),
    ),
)
