"""What a masked value shows instead of itself; the masks are foundation, since texts to people use them too."""

from engine.masks import CONCEALED, DOTS, mask, tail_of

__all__ = ["CONCEALED", "DOTS", "mask", "tail_of"]
