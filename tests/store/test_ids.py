"""Record ids are UUIDs of version 7 that only grow, drawn one by one or many at once."""

import uuid
from itertools import islice

from engine.ids import is_id, new_id


def test_ids_grow_whether_drawn_singly_or_together():
    drawn = [new_id(), *new_id.many(5_000), new_id(), *islice(new_id.many(10), 3), new_id()]
    assert drawn == sorted(drawn)
    assert len(set(drawn)) == len(drawn)


def test_every_id_is_a_uuid_of_version_7():
    for one in new_id.many(200):
        assert is_id(one)
        read = uuid.UUID(one)
        assert (str(read), read.version, read.variant) == (one, 7, uuid.RFC_4122)
