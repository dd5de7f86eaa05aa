"""Measurements, as ratios against calibrations taken in the same run. `make bench` prints a table and writes JSON."""
