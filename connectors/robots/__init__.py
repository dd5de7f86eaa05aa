"""Robots of chat groups, one file each."""
