"""What the store says to the database, each statement once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, bindparam, case, delete, exists, func, insert, literal, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from .executor import Statement
from .schema import Base, CaseRow, ClockRow, EventRow, FactRow, KeptRow, NumberRow, OutboxRow, TextRow

_case, _event, _fact, _clock, _text, _outbox, _number, _kept = (
    Base.metadata.tables[str(row.__tablename__)]
    for row in (CaseRow, EventRow, FactRow, ClockRow, TextRow, OutboxRow, NumberRow, KeptRow)
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


def _cohort() -> Any:
    """Select the cohort's cases as they stood at the snapshot, one row each."""
    received = _fact.alias("received")
    later = _fact.alias("later")
    known = and_(later.c.case_id == received.c.case_id, later.c.at < _p("as_of"))

    def last(column: Any, *kinds: Any) -> Any:
        return (
            select(column)
            .where(known, or_(*(later.c.kind == kind for kind in kinds)))
            .order_by(later.c.at.desc(), later.c.seq.desc(), later.c.n.desc())
            .limit(1)
            .correlate(received)
            .scalar_subquery()
        )

    def happened(kind: str) -> ColumnElement[bool]:
        return exists(select(literal(1)).where(known, later.c.kind == kind).correlate(received))

    lead = (
        select(
            received.c.case_id,
            received.c.at.label("received_at"),
            func.coalesce(last(later.c.unit, literal("assigned")), "").label("unit"),
            last(later.c.seq, literal("assigned")).label("assigned"),
            happened("registered").label("registered"),
            happened("replied").label("replied"),
            happened("published").label("published"),
            (func.coalesce(last(later.c.kind, literal("closed"), literal("reopened")), "") == "closed").label("closed"),
            (func.coalesce(last(later.c.kind, _p("met"), _p("late")), "") == _p("late")).label("late"),
        )
        .where(
            received.c.kind == "received", received.c.at >= _p("since"), received.c.at < _p("until"), received.c.at < _p("as_of")
        )
        .cte("lead")
    )
    accepted = exists(
        select(literal(1)).where(
            _fact.c.case_id == lead.c.case_id,
            _fact.c.kind == "accepted",
            _fact.c.unit == lead.c.unit,
            _fact.c.seq >= lead.c.assigned,
            _fact.c.at < _p("as_of"),
        )
    )
    return select(lead, accepted.label("accepted")).cte("cohort")


_rows = _cohort()
_FLAGS = ("registered", "accepted", "replied", "published", "closed", "late")
COHORT = Statement(
    "cohort",
    select(_rows.c.case_id, _rows.c.unit, *(_rows.c[flag] for flag in _FLAGS)).order_by(_rows.c.received_at, _rows.c.case_id),
)
TALLY = Statement(
    "tally",
    select(_rows.c.unit, func.count(), *(func.sum(case((_rows.c[flag], 1), else_=0)) for flag in _FLAGS))
    .group_by(_rows.c.unit)
    .order_by(_rows.c.unit),
)
