"""The shapes of requests and answers, as docs/openapi.json and the browser's types tell them; one module a room.

They describe, they do not work: routes answer with plain dicts, so nothing here costs a request anything. A test
holds real answers against these shapes. A key that may be absent is `NotRequired`; one that may be null says so.
"""
