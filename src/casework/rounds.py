"""What a timer's rounds did: a sweep of what is due, a delivery of what waits."""

from __future__ import annotations

import msgspec


class Sweep(msgspec.Struct, frozen=True, kw_only=True):
    """What a sweep did: cases it changed, events it made, and cases that could not be swept, with the reason."""

    cases: int
    events: int
    failures: tuple[tuple[str, str], ...] = ()


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """What a delivery did: notices taken by the channel, notices to be tried again, and notices given up."""

    sent: int
    retried: int
    given_up: int
