"""Specifications, mirroring the packages."""
