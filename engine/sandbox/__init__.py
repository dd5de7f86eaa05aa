"""What operators write that is not a formula: texts with places for values, and scripts. Neither can reach the house."""

from engine.sandbox.texts import Text, TextField, TextScope, Use, check_text, read_text, render

__all__ = ["Text", "TextField", "TextScope", "Use", "check_text", "read_text", "render"]
