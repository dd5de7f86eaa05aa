"""Nodes, one file each."""
