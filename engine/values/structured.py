"""Structured (结构化数据): the JSON of a clinic control such as a tooth chart; never changed in place."""

from engine.values._json import JsonType


class StructuredType(JsonType):
    kind = "structured"
    zh = "结构化数据"
    en = "Structured"


VALUE_TYPE = StructuredType()
