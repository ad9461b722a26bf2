"""What one actor may see of a case: masked where the role does not see, with what the actor may do next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from . import privacy
from .cases import Case
from .events import Ref
from .messages import Message, Sender
from .privacy import Role
from .rulebook import Rulebook
from .sla import SlaClock, Timekeeper


class ClockView(BaseModel):
    """A clock as somebody reads it: due date (None while paused), verdict and working days left or late, also in words.

    A provisional due date depends on days that are not announced yet, and is expected between ``earliest`` and ``latest``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    key: str
    label: str
    due: str | None
    provisional: bool = False
    earliest: date | None = None
    latest: date | None = None
    state: str
    days: int
    zh: str
    en: str


class CaseView(BaseModel):
    """A case as one actor may see it: what the role does not see is masked; ``allowed`` is what the actor may do next.

    The sender of a case sees the replies that were published, and no draft.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    id: str
    number: str | None
    version: int
    state: str
    state_zh: str
    state_en: str
    subject: str
    body: str
    sender: Sender
    channel: str
    received_at: datetime
    classes: dict[str, str]
    lead: str | None
    units: tuple[str, ...]
    replies: tuple[str, ...]
    clocks: tuple[ClockView, ...]
    allowed: tuple[str, ...]


def case_view(
    case: Case,
    message: Message,
    texts: Mapping[Ref, str],
    rulebook: Rulebook,
    keeper: Timekeeper,
    role: Role,
    now: datetime,
    *,
    allowed: tuple[str, ...],
) -> CaseView:
    """Return a case as *role* sees it at *now*."""
    return CaseView(
        id=case.id,
        number=case.number,
        version=case.version,
        state=case.state,
        state_zh=rulebook.lifecycle.label(case.state, lang="zh"),
        state_en=rulebook.lifecycle.label(case.state, lang="en"),
        subject=message.subject,
        body=message.body,
        sender=privacy.seen_sender(message.sender, role),
        channel=case.channel,
        received_at=case.received_at,
        classes=case.classes,
        lead=case.lead,
        units=case.units,
        replies=tuple(texts.get(reply.text, "") for reply in case.replies if reply.status == "published" or role.scope != "own"),
        clocks=tuple(_clock_view(clock, rulebook, keeper, now) for clock in case.clocks if _shown(clock, rulebook, role)),
        allowed=allowed,
    )


def _shown(clock: SlaClock, rulebook: Rulebook, role: Role) -> bool:
    """Return whether a clock is shown: orders are between offices, and no business of the sender's."""
    return role.scope != "own" or rulebook.clocks[clock.rule].per != "order"


def _clock_view(clock: SlaClock, rulebook: Rulebook, keeper: Timekeeper, now: datetime) -> ClockView:
    rule, due = rulebook.clocks[clock.rule], clock.due
    verdict = keeper.verdict(clock, rule, now)
    return ClockView(
        key=clock.key,
        label=rule.zh or clock.rule,
        due=due.date.isoformat() if due else None,
        provisional=due is not None and due.provisional,
        earliest=due.earliest if due else None,
        latest=due.latest if due else None,
        state=verdict.state.value,
        days=verdict.days,
        zh=verdict.text("zh"),
        en=verdict.text("en"),
    )
