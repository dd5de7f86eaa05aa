"""The demo clinic: a seeded story of a dental chain, told as records of plain JSON values."""

from server.demo.generate import accounts, generate

__all__ = ["accounts", "generate"]
