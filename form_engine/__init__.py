"""Forms: what is recorded, how it behaves and how it is looked at."""
