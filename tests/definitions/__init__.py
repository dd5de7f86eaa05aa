"""Specifications of definitions."""
