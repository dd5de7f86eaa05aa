"""The box: a program of its own in which scripts run, behind walls that the kernel keeps up."""
