"""Who decides, and when it is decided: pure rules over tasks, without nodes, clocks or tables."""
