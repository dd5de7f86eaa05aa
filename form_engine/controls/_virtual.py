"""Virtual and layout controls: nothing is stored, nothing is submitted."""

from dataclasses import dataclass

from form_engine.control import Control


@dataclass(frozen=True)
class Virtual(Control):
    """Shows something worked out from elsewhere."""

    role: str = "virtual"
    operators: str = "-"
    group: str = "computed"


@dataclass(frozen=True)
class Layout(Control):
    """Arranges other fields or says something."""

    role: str = "layout"
    operators: str = "-"
    group: str = "layout"
