"""Messages to people: what they say, whether they may go now, and what became of them."""

from flow_engine.messages.contact_desk import ContactDesk
from flow_engine.messages.contact_gate import Asked, Contact, Drop, Go, Later, Policy, Sent, decide
from flow_engine.messages.plan import MessagePlan, MessagePlans, compile_messages, node_problems
from flow_engine.messages.service import House, MessageService, reason_words

__all__ = [
    "Asked", "Contact", "ContactDesk", "Drop", "Go", "House", "Later", "MessagePlan", "MessagePlans", "MessageService", "Policy", "Sent",
    "compile_messages", "decide", "node_problems", "reason_words",
]  # fmt: skip
