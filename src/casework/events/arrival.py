"""What happens on the way in: a message arrives, is screened, classed, attached, merged, opened to the public or closed to it."""

from __future__ import annotations

from ..opinions import Finding, Proposal
from .payload import Payload, Ref


class Received(Payload, frozen=True, kw_only=True):
    """A message arrived (来件) and became a case under a rulebook, which it keeps; ``findings`` are advice of the way in.

    ``code`` is the citizen's query code.

    Version 1 held the place, which is the sender's own word and may be a home: it is read from the message alone.
    """

    kind = "received"
    v = 2
    message: Ref
    channel: str
    board: str | None
    number: str | None
    sender: Ref | None
    public: bool
    rulebook: str
    rulebook_digest: str
    classes: dict[str, str]
    findings: tuple[Finding, ...] = ()
    code: Ref | None = None


class Attached(Payload, frozen=True, kw_only=True):
    """The same matter came by a further channel and was attached to this case. Version 1 had no ``sender``."""

    kind = "attached"
    v = 2
    message: Ref
    sender: Ref | None = None
    channel: str
    number: str | None


class DuplicateFound(Payload, frozen=True, kw_only=True):
    """The message is the same as that of an earlier case by the rulebook's rule; a person decides."""

    kind = "duplicate_found"
    of: str
    rule: str


class KeptApart(Payload, frozen=True, kw_only=True):
    """A person decided that a case is no repeat of another (不并件)."""

    kind = "kept_apart"
    other: str
    reason: Ref | None


class Routed(Payload, frozen=True, kw_only=True):
    """Rules proposed where the case should go; each proposal keeps its rule and its reason."""

    kind = "routed"
    proposals: tuple[Proposal, ...]


class Overruled(Payload, frozen=True, kw_only=True):
    """A person decided otherwise than the rules proposed."""

    kind = "overruled"
    rule: str
    proposed: str
    chosen: str
    reason: Ref | None


class Reviewed(Payload, frozen=True, kw_only=True):
    """The office screened and registered the message (登记受理)."""

    kind = "reviewed"
    classes: dict[str, str]
    note: Ref | None


class Rejected(Payload, frozen=True, kw_only=True):
    """The office refused the message; ``exit`` is the class that the reason belongs to (invalid, duplicate, transferred)."""

    kind = "rejected"
    reason: str
    exit: str
    explanation: Ref | None


class Transferred(Payload, frozen=True, kw_only=True):
    """The case went to a body outside this desk."""

    kind = "transferred"
    to: str
    reason: str
    explanation: Ref | None


class Withdrawn(Payload, frozen=True, kw_only=True):
    """The sender took the message back."""

    kind = "withdrawn"
    reason: str
    explanation: Ref | None


class Merged(Payload, frozen=True, kw_only=True):
    """The case was found to repeat an earlier one, which survives."""

    kind = "merged"
    into: str
    rule: str | None


class Absorbed(Payload, frozen=True, kw_only=True):
    """A later case was merged into this one and counts as a repeat."""

    kind = "absorbed"
    other: str
    channel: str
    repeats: int


class Reclassified(Payload, frozen=True, kw_only=True):
    """A class of the case was changed."""

    kind = "reclassified"
    axis: str
    old: str | None
    new: str
    reason: Ref | None


class Disclosed(Payload, frozen=True, kw_only=True):
    """The case was opened to the public, or closed to it."""

    kind = "disclosed"
    public: bool
    reason: Ref | None
