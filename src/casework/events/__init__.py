"""What can happen to a case: one payload for each mechanism, and the form in which events are kept for good.

An event carries every computed fact (the state after it, each clock that it changed, with due moments and calendar version), so
reading a case back needs no rulebook and no calendar. It carries no free text: what people write is personal data, lives in the
erasable text table and is named here by its reference (fields of type `Ref`).

When a payload must change, its ``v`` goes up and an upcaster in `journal` reads the older form; stored bytes never change.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from ..opinions import Finding as Finding
from ..opinions import Proposal as Proposal
from ..sla import SlaClock
from .arrival import Absorbed as Absorbed
from .arrival import Attached as Attached
from .arrival import Disclosed as Disclosed
from .arrival import DuplicateFound as DuplicateFound
from .arrival import KeptApart as KeptApart
from .arrival import Merged as Merged
from .arrival import Overruled as Overruled
from .arrival import Received as Received
from .arrival import Reclassified as Reclassified
from .arrival import Rejected as Rejected
from .arrival import Reviewed as Reviewed
from .arrival import Routed as Routed
from .arrival import Transferred as Transferred
from .arrival import Withdrawn as Withdrawn
from .handling import Accepted as Accepted
from .handling import ApprovalRefused as ApprovalRefused
from .handling import ApprovalRequested as ApprovalRequested
from .handling import Approved as Approved
from .handling import Asked as Asked
from .handling import Assigned as Assigned
from .handling import Closed as Closed
from .handling import ConsultationCalled as ConsultationCalled
from .handling import ConsultationConcluded as ConsultationConcluded
from .handling import Contacted as Contacted
from .handling import Contributed as Contributed
from .handling import ContributionReturned as ContributionReturned
from .handling import Declined as Declined
from .handling import Extended as Extended
from .handling import ExtensionAsked as ExtensionAsked
from .handling import LimitSet as LimitSet
from .handling import OpinionGiven as OpinionGiven
from .handling import Promised as Promised
from .handling import Published as Published
from .handling import Recalculated as Recalculated
from .handling import Reopened as Reopened
from .handling import Returned as Returned
from .handling import SteppedBack as SteppedBack
from .handling import Submitted as Submitted
from .handling import Supplemented as Supplemented
from .payload import Payload as Payload
from .payload import Ref as Ref
from .sequels import ClockMoved as ClockMoved
from .sequels import Erased as Erased
from .sequels import Instructed as Instructed
from .sequels import Noted as Noted
from .sequels import OrderAnswered as OrderAnswered
from .sequels import OrderCleared as OrderCleared
from .sequels import OrderIssued as OrderIssued
from .sequels import Praised as Praised
from .sequels import Rated as Rated
from .sequels import Revisited as Revisited
from .sequels import RulebookMoved as RulebookMoved
from .sequels import RungDismissed as RungDismissed
from .sequels import RungFired as RungFired
from .sequels import RungTakenUp as RungTakenUp
from .sequels import Viewed as Viewed

PAYLOADS: Mapping[str, type[Payload]] = {kind.kind: kind for kind in Payload.__subclasses__()}
"""Every payload by its kind."""


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened to a case.

    ``occurred_at`` and ``recorded_at`` are aware UTC moments; only an import sets them apart. ``action`` is what was asked,
    ``state`` the case's state after it, ``clocks`` every clock that the event changed, as it now is.
    """

    case: str
    seq: int
    occurred_at: datetime
    recorded_at: datetime
    actor: str
    role: str
    action: str
    state: str
    data: Payload
    clocks: tuple[SlaClock, ...] = ()

    @property
    def kind(self) -> str:
        """The payload's kind."""
        return self.data.kind


class StoredEvent(msgspec.Struct, frozen=True, gc=False):
    """An event as it is kept: the canonical text and the hash that chains it to the one before."""

    case: str
    seq: int
    text: str
    hash: str
