"""Tables and indexes follow from shapes, the same on both databases."""

import pytest
from sqlalchemy import inspect, text

from engine.definitions.shape import FormShape
from engine.definitions.tables import LONGEST_NAME, physical_name
from engine.problems import Rejected
from engine.store import Workspace
from tests.store.makers import LEAD, USER, create, field, form, load, right, tables_of

LONG = "x" * 63


def test_long_keys_make_short_distinct_names(clinic: Workspace):
    rows = FormShape(LONG, {}, {LONG: field(LONG, "datetime")}, parent=LONG)
    shape = form(
        LONG,
        field(LONG[:-1] + "a", search="phone", sensitive=True, unique=()),
        field(LONG[:-1] + "b", "time_range"),
        field(LONG[:-1] + "c", "references"),
        field(LONG, "rows", rows=rows),
    )
    tables = tables_of(shape)
    clinic.create_tables(tables)
    names = [
        n
        for t in tables[LONG].everything()
        for n in (t.name, *(c.name for c in t.columns), *(str(i.name) for i in t.indexes))
    ]
    assert max(len(n.encode()) for n in names) <= LONGEST_NAME
    made = create(clinic, tables[LONG], **{LONG[:-1] + "a": "13800001234", LONG: ({LONG: None},)})
    assert load(clinic, tables[LONG], made["id"])[LONG[:-1] + "a"] == "13800001234"


def test_cut_names_stay_distinct():
    assert physical_name("a" * 70, "s") != physical_name("a" * 70, "b") != physical_name("a" * 71, "s")
    assert physical_name("name", "s") == "name__s"


@pytest.mark.parametrize("key", ["id", "owner_id", "phone__s", "created_at"])
def test_keys_that_cannot_be_columns_are_refused(key: str):
    with pytest.raises(Rejected) as caught:
        tables_of(form("lead", field(key)))
    assert caught.value.problems[0].path == f"/forms/lead/fields/{key}"


def test_words_of_sql_are_fine_as_keys(clinic: Workspace):
    words = ("select", "order", "group", "user", "table", "by", "end")
    tables = tables_of(form("order", *(field(w) for w in words)))
    clinic.create_tables(tables)
    made = create(clinic, tables["order"], **dict.fromkeys(words, "x"))
    with clinic.write(USER) as unit:
        write = right(tables["order"], "update")
        unit.update(write, unit.load(write, made["id"]), {"select": "y"})
    assert load(clinic, tables["order"], made["id"])["select"] == "y"


def test_both_databases_get_the_same_indexes(clinic: Workspace):
    shape = form(
        "lead", *LEAD.fields.values(), indexes=(("-call_at",), ("channel", "amount"), ("phone",), ("gone",))
    )
    tables = tables_of(shape)
    clinic.create_tables(tables)
    with clinic.read() as unit:
        # SQLite's pragmas answer from what the connection last read; a query makes it read the schema anew.
        unit.connection.execute(text("SELECT count(*) FROM f_lead"))
        found = {i["name"] for i in inspect(unit.connection).get_indexes("f_lead")}
    assert found == {str(i.name) for i in tables["lead"].table.indexes}


def test_a_scoped_newest_first_list_walks_an_index(clinic: Workspace, lead):
    if clinic.dialect != "sqlite":
        return
    with clinic.read() as unit:
        plan = unit.connection.execute(
            text(
                "EXPLAIN QUERY PLAN SELECT id FROM f_lead WHERE deleted_at IS NULL AND owner_id = 'u1'"
                " ORDER BY created_at DESC NULLS LAST, id DESC NULLS LAST LIMIT 50"
            )
        ).all()
    words = " ".join(str(row) for row in plan)
    assert "USING" in words
    assert "TEMP B-TREE" not in words, "sorted by the index"


def test_text_sorts_by_code_point_on_both(clinic: Workspace, lead):
    for name in ("b", "B", "张", "a", "_", "É"):
        create(clinic, lead, name=name)
    with clinic.read() as unit:
        c = lead.table.c
        query = lead.table.select().with_only_columns(c.name).order_by(c.name.asc().nulls_first())
        assert unit.connection.execute(query).scalars().all() == ["B", "_", "a", "b", "É", "张"]
