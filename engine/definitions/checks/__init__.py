"""The checks of a whole app, each over one concern; `analysis` runs them in order."""
