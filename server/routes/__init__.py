"""HTTP routes, one file a subject; each module offers `router`."""
