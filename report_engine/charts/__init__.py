"""Charts, one file each."""
