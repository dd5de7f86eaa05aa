"""The audit of a workspace: read it, prove it."""

from engine.audit.log import AuditLine, Verdict, read_audit, verify

__all__ = ["AuditLine", "Verdict", "read_audit", "verify"]
