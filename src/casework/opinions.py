"""What rules say, and events keep: where a message should go, what is wrong with a reply."""

from __future__ import annotations

import msgspec


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """One rule's proposal: a lead unit, classes, or both."""

    rule: str
    unit: str | None
    classes: dict[str, str]
    reason: str


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What a reply check found; ``level`` is "block" or "advise"."""

    check: str
    level: str
    message: str
