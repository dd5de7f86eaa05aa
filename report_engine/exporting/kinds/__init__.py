"""Formats of exported reports, one file each."""
