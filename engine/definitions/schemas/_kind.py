"""What a kind of definition file says about itself."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.registry import Registry
from engine.schema import Schema


@dataclass(frozen=True)
class FileKind:
    """One kind of definition file. `kind` is its folder, e.g. `forms`; `one` the word for one of them.

    `schema` is closed. Fields of forms are checked a second time, with the settings of their control.
    """

    kind: str
    one: str
    zh: str
    en: str
    schema: Schema

    @property
    def words(self) -> Mapping[str, str]:
        return {"zh": self.zh, "en": self.en}


FILES: Registry[FileKind] = Registry(
    "engine.definitions.schemas", "FILE", {"zh": "定义文件种类", "en": "kind of definition file"}
)
