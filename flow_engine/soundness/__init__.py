"""Soundness: whether a flow can always finish, and what is wrong where it cannot."""
