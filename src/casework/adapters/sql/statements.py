"""What the store says to the database, each statement once."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import and_, bindparam, case, delete, exists, func, insert, literal, not_, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from ...facts import ENDS, HANDED_ON, SATISFIED, SAYS_DISSATISFIED, SAYS_HANDED_ON, TAKEN_UP
from .executor import Statement
from .schema import Base, CaseRow, ClockRow, EventRow, FactRow, FindRow, IssueRow, KeptRow, NumberRow, OutboxRow, TextRow

_case, _event, _fact, _clock, _text, _outbox, _number, _kept, _find, _issue = (
    Base.metadata.tables[str(row.__tablename__)]
    for row in (CaseRow, EventRow, FactRow, ClockRow, TextRow, OutboxRow, NumberRow, KeptRow, FindRow, IssueRow)
)


def _p(name: str) -> Any:
    return bindparam(f"p_{name}")


def _all(table: Any) -> dict[str, Any]:
    return {column.name: _p(column.name) for column in table.columns}


# --- one case ---------------------------------------------------------------------------------------------------------

LOAD = Statement("load", select(_case.c.body, _case.c.head).where(_case.c.id == _p("id")))
ANSWERED = Statement("answered", select(_event.c.case_id, _event.c.seq, _event.c.digest).where(_event.c.key == _p("key")))
EVENTS = Statement(
    "events", select(_event.c.seq, _event.c.text, _event.c.hash).where(_event.c.case_id == _p("id")).order_by(_event.c.seq)
)
TEXTS = Statement("texts", select(_text.c.ref, _text.c.body).where(_text.c.case_id == _p("id")))
TEXT = Statement("text", select(_text.c.body).where(_text.c.case_id == _p("id"), _text.c.ref == _p("ref")))

INSERT_CASE = Statement("insert case", insert(_case).values(_all(_case)))
UPDATE_CASE = Statement(
    "update case",
    update(_case).where(_case.c.id == _p("id"), _case.c.version == _p("expected")).values(_all(_case)),
)
INSERT_EVENT = Statement("insert event", insert(_event).values(_all(_event)))
INSERT_FACT = Statement("insert fact", insert(_fact).values(_all(_fact)))
INSERT_TEXT = Statement("insert text", insert(_text).values(_all(_text)))
DELETE_TEXT = Statement("delete text", delete(_text).where(_text.c.case_id == _p("case_id"), _text.c.ref == _p("ref")))
FORGET_DIGESTS = Statement(
    "forget digests", update(_event).where(_event.c.case_id == _p("case_id"), _event.c.key.is_not(None)).values(digest="")
)
INSERT_FIND = Statement("insert find", insert(_find).values(_all(_find)))
DELETE_FIND = Statement("delete find", delete(_find).where(_find.c.case_id == _p("case_id"), _find.c.kind == _p("kind")))
INSERT_CLOCK = Statement("insert clock", insert(_clock).values(_all(_clock)))
DELETE_CLOCK = Statement("delete clock", delete(_clock).where(_clock.c.case_id == _p("case_id"), _clock.c.key == _p("key")))

# --- finding cases ----------------------------------------------------------------------------------------------------

IDS = Statement("ids", select(_case.c.id).where(_case.c.id > _p("after")).order_by(_case.c.id).limit(_p("limit")))
OPEN_CLOCKS = Statement(
    "open clocks",
    select(_case.c.id, _case.c.rulebook_digest, _case.c.body)
    .where(_case.c.id > _p("after"), exists().where(_clock.c.case_id == _case.c.id, _clock.c.status == "running"))
    .order_by(_case.c.id)
    .limit(_p("limit")),
)
FIND = Statement(
    "find", select(_find.c.case_id).where(_find.c.kind == _p("kind"), _find.c.value == _p("value")).order_by(_find.c.case_id)
)
NUMBERED = Statement("numbered", select(_case.c.id).where(_case.c.number == _p("number")).order_by(_case.c.received_at, _case.c.id))
DUE = Statement(
    "due", select(_case.c.id).where(_case.c.next_at <= _p("now")).order_by(_case.c.next_at, _case.c.id).limit(_p("limit"))
)

# --- numbers, definitions, outbox -------------------------------------------------------------------------------------

LAST_NUMBER = Statement("last number", select(_number.c.last).where(_number.c.series == _p("series")))
INSERT_NUMBER = Statement("insert number", insert(_number).values(_all(_number)))
UPDATE_NUMBER = Statement("update number", update(_number).where(_number.c.series == _p("series")).values(last=_p("last")))
KEPT = Statement("kept", select(_kept.c.text).where(_kept.c.kind == _p("kind"), _kept.c.digest == _p("digest")))
KEPT_LAST = Statement("kept last", select(_kept.c.text).where(_kept.c.kind == _p("kind")).order_by(_kept.c.n.desc()).limit(1))
DROP_KEPT = Statement("drop kept", delete(_kept).where(_kept.c.kind == _p("kind"), _kept.c.digest == _p("digest")))
LAST_KEPT = Statement("last kept", select(func.coalesce(func.max(_kept.c.n), 0)))
INSERT_KEPT = Statement("insert kept", insert(_kept).values(_all(_kept)))

INSERT_ISSUE = Statement("insert issue", insert(_issue).values(_all(_issue)))
LAST_ISSUE = Statement("last issue", select(func.coalesce(func.max(_issue.c.n), 0)))
ISSUE_MADE = Statement(
    "issue made",
    select(_issue.c.n).where(
        _issue.c.rulebook == _p("rulebook"),
        _issue.c.schedule == _p("schedule"),
        _issue.c.period == _p("period"),
        _issue.c.scope == _p("scope"),
    ),
)
ISSUES = Statement(
    "issues",
    select(_issue.c.body)
    .where(
        or_(_p("schedule") == "", _issue.c.schedule == _p("schedule")),
        or_(_p("period") == "", _issue.c.period == _p("period")),
        _issue.c.made_at >= _p("since"),
    )
    .order_by(_issue.c.n),
)

INSERT_NOTICE = Statement("insert notice", insert(_outbox).values(_all(_outbox)))
PENDING = Statement(
    "pending",
    select(_outbox.c.body, _outbox.c.attempts)
    .where(_outbox.c.next_at <= _p("now"))
    .order_by(_outbox.c.queued_at, _outbox.c.seq, _outbox.c.n, _outbox.c.id)
    .limit(_p("limit")),
)
SENT = Statement("sent", update(_outbox).where(_outbox.c.id == _p("id")).values(sent_at=_p("at"), next_at=None))
FAILED = Statement(
    "failed",
    update(_outbox)
    .where(_outbox.c.id == _p("id"))
    .values(attempts=_outbox.c.attempts + 1, error=_p("error"), next_at=_p("next_at")),
)

# --- figures as of a moment -------------------------------------------------------------------------------------------


def _cohort(boards: int, channels: int) -> Any:
    """Select the cohort's cases as they stood at the snapshot, one row each, on so many boards and by so many channels (0: all)."""
    received = _fact.alias("received")
    later = _fact.alias("later")
    known = and_(later.c.case_id == received.c.case_id, later.c.at < _p("as_of"))
    # A case has few facts, and they stand together under its id. The bare column would draw SQLite to the index of kinds, where it
    # reads the facts of all cases for each case: quadratic.
    kind = func.coalesce(later.c.kind, "")

    def last(column: Any, which: ColumnElement[bool]) -> Any:
        return (
            select(column)
            .where(known, which)
            .order_by(later.c.at.desc(), later.c.seq.desc(), later.c.n.desc())
            .limit(1)
            .correlate(received)
            .scalar_subquery()
        )

    def either(*kinds: Any) -> ColumnElement[bool]:
        return or_(*(kind == each for each in kinds))

    def happened(which: str, *more: ColumnElement[bool]) -> ColumnElement[bool]:
        return exists(select(literal(1)).where(known, kind == which, *more).correlate(received))

    def told(sign: str) -> ColumnElement[bool]:
        """Say whether the event of a fact that has no value has a sign in its text; no sign holds what LIKE reads otherwise."""
        of_it = and_(_event.c.case_id == later.c.case_id, _event.c.seq == later.c.seq)
        return and_(later.c.value == 0, exists(select(literal(1)).where(of_it, _event.c.text.like(f"%{sign}%")).correlate(later)))

    handed_on = or_(later.c.value == HANDED_ON, told(SAYS_HANDED_ON))
    asked = or_(kind == "rated", and_(kind == "revisited", or_(later.c.value != 0, told(SAYS_DISSATISFIED))))
    satisfied = last(later.c.value, asked)
    came = [_case.c.id == received.c.case_id]
    came += [func.coalesce(_case.c.board, "").in_([_p(f"board_{n}") for n in range(boards)])] if boards else []
    came += [_case.c.channel.in_([_p(f"channel_{n}") for n in range(channels)])] if channels else []
    lead = (
        select(
            received.c.case_id,
            received.c.at.label("received_at"),
            func.coalesce(_case.c.board, "").label("board"),
            func.coalesce(last(later.c.unit, kind == "assigned"), "").label("unit"),
            last(later.c.seq, kind == "assigned").label("assigned"),
            happened("registered").label("registered"),
            not_(or_(happened("merged"), happened("rejected", not_(handed_on)))).label("valid"),
            happened("replied").label("replied"),
            happened("published").label("published"),
            (func.coalesce(last(kind, either("closed", "reopened")), "") == "closed").label("closed"),
            func.coalesce(last(kind, either(*ENDS, *TAKEN_UP)), "").label("ending"),
            (func.coalesce(last(kind, either(_p("met"), _p("late"))), "") == _p("late")).label("late"),
            satisfied.is_not(None).label("rated"),
            (func.coalesce(satisfied, 0) == SATISFIED).label("satisfied"),
        )
        .where(
            *came,
            received.c.kind == "received",
            received.c.at >= _p("since"),
            received.c.at < _p("until"),
            received.c.at < _p("as_of"),
        )
        .cte("lead")
    )
    accepted = exists(
        select(literal(1)).where(
            _fact.c.case_id == lead.c.case_id,
            func.coalesce(_fact.c.kind, "") == "accepted",
            _fact.c.unit == lead.c.unit,
            _fact.c.seq >= lead.c.assigned,
            _fact.c.at < _p("as_of"),
        )
    )
    ended = and_(not_(lead.c.closed), or_(*(lead.c.ending == end for end in ENDS)))
    dropped = and_(ended, not_(lead.c.published))
    return select(lead, accepted.label("accepted"), ended.label("ended"), dropped.label("dropped")).cte("cohort")


FLAGS = (
    "registered",
    "valid",
    "accepted",
    "replied",
    "published",
    "closed",
    "ended",
    "dropped",
    "late",
    "rated",
    "satisfied",
)


@lru_cache(maxsize=64)
def cohort(boards: int, channels: int) -> Statement:
    """Return what selects a cohort that is narrowed to so many boards and channels; flags come in the order of `FLAGS`."""
    rows = _cohort(boards, channels)
    flags = (rows.c[flag] for flag in FLAGS)
    return Statement(
        "cohort", select(rows.c.case_id, rows.c.unit, rows.c.board, *flags).order_by(rows.c.received_at, rows.c.case_id)
    )


@lru_cache(maxsize=64)
def tally(boards: int, channels: int) -> Statement:
    """Return what adds such a cohort up."""
    rows = _cohort(boards, channels)
    sums = (func.sum(case((rows.c[flag], 1), else_=0)) for flag in FLAGS)
    return Statement("tally", select(rows.c.unit, rows.c.board, func.count(), *sums).group_by(rows.c.unit, rows.c.board))
