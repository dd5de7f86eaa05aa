"""Alerts: what a rule asks of the data, when an answer is bad, and when somebody is told. Pure; `server` reads and sends."""
