"""Messages to people: what they say, whether they may go now, and what became of them."""

from flow_engine.messages.contact_gate import Asked, Contact, Drop, Go, Later, Policy, Sent, decide



__all__ = [
    "Asked", "Contact", "Drop", "Go", "Later", "Policy", "Sent",
    "decide",
]  # fmt: skip
