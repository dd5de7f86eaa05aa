"""Field rights of a node, by role."""

from hypothesis import given
from hypothesis import strategies as st

from flow_engine.approvals.rights import LEVELS, ORDER, OTHERS, for_roles, roles_in, widest

ROLES = ("nurse", "doctor", "director")
level = st.sampled_from(LEVELS)
right = st.one_of(level, st.dictionaries(st.sampled_from((*ROLES, OTHERS)), level, min_size=1))
fields = st.dictionaries(st.sampled_from(("amount", "note", OTHERS)), right)
roles = st.sets(st.sampled_from(ROLES))


@given(fields, roles)
def test_everybody_gets_one_level_a_field(fields, roles):
    found = for_roles(fields, roles)
    assert found.keys() == fields.keys()
    assert set(found.values()) <= set(LEVELS)


@given(fields, roles, roles)
def test_roles_that_are_not_named_make_no_difference(fields, one, other):
    named = set(roles_in(fields))
    assert for_roles(fields, one & named) == for_roles(fields, one)
    assert for_roles(fields, one | (other - named)) == for_roles(fields, one)


@given(right, st.sets(st.sampled_from(ROLES), min_size=1))
def test_of_several_roles_the_widest_counts(right, roles):
    each = [
        for_roles({"x": right}, {one})["x"] for one in roles if not isinstance(right, str) and one in right
    ]
    together = for_roles({"x": right}, roles)["x"]
    assert together == max(each, key=ORDER.index) if each else True
    assert ORDER.index(together) <= max(ORDER.index(widest(right)), ORDER.index("read"))


def test_who_has_none_of_the_roles_gets_what_the_rest_get():
    assert for_roles({"amount": {"director": "write", "*": "hidden"}}, {"nurse"}) == {"amount": "hidden"}
    assert for_roles({"amount": {"director": "write"}}, {"nurse"}) == {"amount": "read"}
