"""Where the many records of a form wait: the newest in memory, where the story still writes on them, older ones on disk."""

import pickle
import tempfile
import zlib
from collections.abc import Iterator
from typing import Any

Row = dict[str, Any]
YOUNG = 500
"""Records of a form that the story may still change. Whatever is older is as it will stay."""


class Shelf:
    """A list that only grows, kept in a temporary file but for its last records. What is read back is a copy."""

    def __init__(self, young: int = YOUNG) -> None:
        self._young = young
        self._tail: list[Row] = []
        self._places: list[tuple[int, int]] = []
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the shelf
        self._count = 0
        self._amended: dict[str, Row] = {}

    def append(self, row: Row) -> None:
        """Put one more at the end."""
        self._tail.append(row)
        self._count += 1
        if len(self._tail) >= 2 * self._young:
            packed = zlib.compress(pickle.dumps(self._tail[: self._young], pickle.HIGHEST_PROTOCOL), 1)
            self._file.seek(0, 2)
            self._places.append((self._file.tell(), len(packed)))
            self._file.write(packed)
            del self._tail[: self._young]

    def amend(self, record_id: str, values: Row) -> None:
        """Change a record that may be on disk already."""
        self._amended.setdefault(record_id, {}).update(values)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Row]:
        for start, length in tuple(self._places):
            self._file.seek(start)
            # written by this very object a moment ago, in a file that nobody else can open
            for row in pickle.loads(zlib.decompress(self._file.read(length))):  # noqa: S301
                row.update(self._amended.get(row["id"], {}))
                yield row
        yield from self._tail
