"""The kinds of definition files, one module each: found by being there."""

from engine.definitions.schemas._kind import FILES, FileKind

__all__ = ["FILES", "FileKind"]
