"""What one actor may see of a case: masked where the role does not see, with what the actor may do next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from .cases import Case
from .events import Ref
from .messages import Message, Sender
from .privacy import Sight
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
    """A case as one actor may see it; ``allowed`` is what the actor may do next.

    What the role does not see of the sender is masked: the fields, and the same values wherever the texts name them.
    ``attachments`` are the names of the files, in their order; ``board`` and ``channels`` say where and by which ways it came,
    ``public`` whether anybody may read it once it is answered. The sender of a case sees the replies that were published, and no
    draft.
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
    channels: tuple[str, ...] = ()
    board: str | None = None
    public: bool = True
    place: str | None = None
    attachments: tuple[str, ...] = ()
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
    sight: Sight,
    now: datetime,
    *,
    allowed: tuple[str, ...],
) -> CaseView:
    """Return a case as it is seen at *now*; the message and the *texts* are whole, and come out as the *sight* has them."""
    return CaseView(
        id=case.id,
        number=case.number,
        version=case.version,
        state=case.state,
        state_zh=rulebook.lifecycle.label(case.state, lang="zh"),
        state_en=rulebook.lifecycle.label(case.state, lang="en"),
        subject=sight.text(message.subject),
        body=sight.text(message.body),
        sender=sight.sender,
        channel=case.channel,
        channels=case.channels,
        board=case.board,
        public=case.public,
        place=sight.text(message.place) if message.place else None,
        attachments=tuple(sight.text(row.name) for row in message.attachments),
        received_at=case.received_at,
        classes=case.classes,
        lead=case.lead,
        units=case.units,
        replies=tuple(
            sight.text(texts.get(reply.text, "")) for reply in case.replies if reply.status == "published" or not sight.own
        ),
        clocks=tuple(_clock_view(clock, rulebook, keeper, now) for clock in case.clocks if _shown(clock, case, sight)),
        allowed=allowed,
    )


def _shown(clock: SlaClock, case: Case, sight: Sight) -> bool:
    """Return whether a clock is shown: orders are between offices, and no business of the sender's."""
    return not sight.own or not clock.subject or case.order(clock.subject) is None


def _clock_view(clock: SlaClock, rulebook: Rulebook, keeper: Timekeeper, now: datetime) -> ClockView:
    rule, due = rulebook.rule_of(clock), clock.due
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
