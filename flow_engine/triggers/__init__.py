"""Triggers, one file each."""
