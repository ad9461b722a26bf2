"""What-if: how the cases of a store would have fared under other limits or other ways of counting.

It reads when each case was received and when it was first answered, and counts anew; nothing is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

import msgspec

from . import events, journal
from .errors import CalendarNotAnnounced
from .ports import CaseStore
from .sla import Count, Limit, Timekeeper


class WhatIf(msgspec.Struct, frozen=True, kw_only=True):
    """How many cases there are, how many were answered, and how many of those within the limit.

    ``unknown`` counts cases whose deadline rests on days that no notice has announced.
    """

    name: str
    cases: int
    answered: int
    met: int
    unknown: int = 0


def what_if(store: CaseStore, keeper: Timekeeper, limits: Mapping[str, tuple[Limit, Count]]) -> tuple[WhatIf, ...]:
    """Count, for each named limit and way of counting, the cases that were answered (published) before it was over."""
    spans = list(_spans(store))
    found = []
    for name, (limit, count) in limits.items():
        met = unknown = 0
        for received, answered in spans:
            try:
                due = keeper.deadline(received, limit, count=count)
            except CalendarNotAnnounced:
                unknown += 1
                continue
            met += answered is not None and answered < due.before
        answers = sum(answered is not None for _, answered in spans)
        found.append(WhatIf(name=name, cases=len(spans), answered=answers, met=met, unknown=unknown))
    return tuple(found)


def _spans(store: CaseStore) -> Iterator[tuple[datetime, datetime | None]]:
    """Yield each case's receipt and first answer."""
    after = ""
    while page := store.ids(after=after):
        for case in page:
            history = [journal.decode(row.text, case=case, seq=row.seq) for row in store.events(case)]
            answers = [event.occurred_at for event in history if isinstance(event.data, events.Published)]
            yield history[0].occurred_at, min(answers, default=None)
        after = page[-1]
