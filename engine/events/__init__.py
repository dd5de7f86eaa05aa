"""The outbox and its dispatching."""

from engine.events.outbox import Event, Listener, dispatch, failed, waiting

__all__ = ["Event", "Listener", "dispatch", "failed", "waiting"]
