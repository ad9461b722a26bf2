"""Taking over messages from a file: CSV or XLSX, one row a message, each step at the moment that the file gives for it.

A row goes in whole or not at all. A bad row is reported with its number, column and reason, and left out; the rest goes in. The
same file again adds nothing; a file that knows more (a reply that was missing) adds what is new.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Literal, NamedTuple
from urllib.parse import quote
from zoneinfo import ZoneInfo

import msgspec
from pydantic import ValidationError

from ..actions import Accept, AddNote, Approve, Assign, Close, Command, Contact, Publish, Review, SubmitReply
from ..desk import Desk
from ..errors import (
    CommandRefused,
    InputError,
    KeyReused,
    NaiveDatetime,
    UnknownClass,
    UnknownRulebook,
    UnknownUnit,
    listed,
)
from ..messages import Message, Sender
from ..moments import read_moment, show_moment
from ..rulebook import Rulebook
from ..tables import Row, read_table
from ..units import Actor
from .cleaning import clean_text, count_glosses, is_acknowledgement, strip_glosses
from .columns import USUAL_HEADERS, Columns

# --- the report -------------------------------------------------------------------------------------------------------

_SHOWN = 20
_LONGEST_VALUE = 200
_Fate = Literal["added", "updated", "already"]


class RowProblem(msgspec.Struct, frozen=True):
    """A row that was left out: its number as a person sees it in the file, the message's number, the column, why, and the value."""

    row: int
    number: str
    column: str
    reason: str
    value: str

    def __str__(self) -> str:
        number = f" (number {self.number})" if self.number else ""
        return f"row {self.row}{number}{f', {self.column}' if self.column else ''}: {self.reason}"


class RowRemark(msgspec.Struct, frozen=True):
    """Something about a row that went in, for a person to know."""

    row: int
    number: str
    text: str

    def __str__(self) -> str:
        return f"row {self.row}{f' (number {self.number})' if self.number else ''}: {self.text}"


class ImportReport(msgspec.Struct, frozen=True, kw_only=True):
    """What an import did. Every row that was read was added, updated, there already, or is one of the problems.

    ``rows`` counts rows that are not blank. ``updated`` are rows of an earlier import that now hold more, such as a reply.
    ``remarks`` are about added and updated rows.
    """

    rows: int
    added: int
    updated: int
    already: int
    problems: tuple[RowProblem, ...] = ()
    remarks: tuple[RowRemark, ...] = ()

    def __str__(self) -> str:
        counts = f"{self.added} added, {self.updated} updated, {self.already} already there, {len(self.problems)} left out"
        return "\n".join(
            [f"{self.rows} rows: {counts}", *_lines("left out", self.problems), *_lines("remarks", self.remarks)],
        )


def _lines(title: str, rows: Sequence[RowProblem] | Sequence[RowRemark]) -> Iterator[str]:
    if rows:
        yield f"{title}:"
        yield from (f"  {row}" for row in rows[:_SHOWN])
    if len(rows) > _SHOWN:
        yield f"  … and {len(rows) - _SHOWN} more"


# --- importing --------------------------------------------------------------------------------------------------------


def import_messages(
    desk: Desk,
    path: str | os.PathLike[str],
    *,
    columns: Mapping[str, str] | Columns | None = None,
    sheet: str | None = None,
    source: str | None = None,
    progress: Callable[[int, int | None], None] | None = None,
) -> ImportReport:
    """Take over the messages of a ``.csv``, ``.tsv`` or ``.xlsx`` file under the desk's rulebook, one transaction a row.

    *columns* is a whole mapping, or what to lay over `Columns.guess`. *source* (the rulebook's id where left out) tells files apart
    whose numbers overlap: the idempotency key of a step is ``source/number/step``, the number quoted as in a URL; a row
    without a number is known by its sender, text and moment. *progress* is called after each row with the rows read and the
    table's count, if that is known.

    Texts lose stray blanks; subjects, bodies and replies lose pinyin glosses in brackets too, with a remark on the row.

    Moments without an offset are local time of the rulebook's zone. One without a clock time counts from the start of its day, or
    from the step before it on the same day. Which steps a row has:

    - review, assign, accept, contact and close where the file gives their moments;
    - a row with a unit and no moment of assignment is assigned when it was reviewed, or else received. Where the lifecycle wants a
      review before an assignment and the file has none, the two are at one moment; where the rulebook wants units to accept before
      they reply and the file does not say when, they accept as they reply;
    - submit where there is a reply and its moment. A reply without a moment of its own was submitted when it was published; one
      without either is kept as a note. A mere acknowledgement is submitted as every reply;
    - publish at the moment of publishing, or at that of the reply where the file has no such column; every gate approves then.

    Each act is done by the first role of the rulebook that may do it, as actor ``import``; gates have actors of their own.

    Raises `UnreadableTable`, `UnknownColumn` or `InputError` before the first row for a file or columns that cannot be used, and
    `UnreadableTable` where a CSV file is damaged further on (the rows before stay; import again when it is mended). Errors of the
    store, and of the rulebooks it keeps, come through as they are.
    """
    table = read_table(path, sheet=sheet)
    known = columns if isinstance(columns, Columns) else Columns.guess(table.columns, override=columns)
    table.require(*known.headers())
    rows = _Rows(desk, known, source=desk.rulebook.id if source is None else source)
    for read, row in enumerate(table.rows(), start=1):
        rows.take(row)
        if progress:
            progress(read, table.count)
    return rows.report()


class _Unusable(InputError):
    """A cell that cannot be used; ``field`` says which."""

    def __init__(self, field: str, message: str, *, value: object = None) -> None:
        self.field = field
        super().__init__(message, value=value)


class _Moment(NamedTuple):
    at: datetime
    day: date
    day_only: bool


_PROSE = ("subject", "body", "reply")
_WRITTEN_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,15}[+-][0-9]{2}:[0-9]{2}")


class _Cells:
    """The cells of a row by field, cleaned."""

    def __init__(self, row: Row, columns: Columns, zone: str) -> None:
        self._row, self.columns, self.zone = row, columns, zone

    def raw(self, field: str) -> object:
        header = self.columns.header(field)
        return self._row.cells[header] if header else self.columns.constants.get(field)

    def name(self, field: str) -> str:
        """Return what a person calls the field: its header where it has one."""
        return self.columns.header(field) or field

    def lines(self, field: str) -> str:
        return strip_glosses(self._blanks_cleaned(field)) if field in _PROSE else self._blanks_cleaned(field)

    def glosses(self) -> int:
        """Return how many pinyin glosses the row's texts had."""
        return sum(count_glosses(self._blanks_cleaned(field)) for field in _PROSE)

    def _blanks_cleaned(self, field: str) -> str:
        value = self.raw(field)
        if value is None:
            return ""
        return clean_text(str(int(value)) if isinstance(value, float) and value.is_integer() else str(value))

    def text(self, field: str) -> str:
        return " ".join(self.lines(field).split())

    def number(self) -> str:
        # Whoever made a CSV of a sheet may have written the sheet's number 2549 as 2549.0: it is the same message.
        return re.sub(r"^([0-9]+)\.0+$", r"\1", self.text("number"))

    def moment(self, field: str) -> _Moment | None:
        value = self.raw(field)
        if isinstance(value, str):
            value = clean_text(value)
        if value is None or value == "":
            return None
        try:
            at = read_moment(value, zone=self.zone, what=self.name(field), naive_ok=True)
            day = at.astimezone(ZoneInfo(self.zone)).date()
        except InputError as error:
            raise _Unusable(field, str(error), value=value) from error
        except OverflowError as error:
            raise _Unusable(field, f"{self.name(field)} lies outside the years 1 to 9999", value=value) from error
        if isinstance(value, str):
            day_only = not re.search(r"[:：时時点點]|[0-9][Tt\s][0-9]{2}", value)
        else:
            day_only = not isinstance(value, datetime)
        return _Moment(at, day, day_only)

    def show(self, at: datetime) -> str:
        return show_moment(at, zone=self.zone, seconds=True)

    def localised(self, text: str) -> str:
        """Return *text* with its ISO moments shown in the rulebook's zone, as the row has them."""
        return _WRITTEN_MOMENT.sub(lambda found: self.show(datetime.fromisoformat(found[0])), text)


class _Step(NamedTuple):
    """One act of a row; ``when`` and ``what`` are the fields that its moment and its contents come from."""

    name: str
    at: datetime
    command: Command
    by: Actor
    when: str
    what: str


class _Plan:
    """What a row asks for: its message, then its steps in order, none before the one in front of it."""

    def __init__(self, cells: _Cells, book: Rulebook) -> None:
        self._cells, self._book = cells, book
        self.steps: list[_Step] = []
        self.remarks: list[str] = []
        received = cells.moment("received_at")
        if received is None:
            raise _Unusable("received_at", f"the moment of receipt ({cells.name('received_at')}) is missing")
        self._last, self._at, self._day = "received_at", received.at, received.day
        self._remark_day("received_at", received)
        self.message = self._message()
        self._board = self.message.board
        self._unit = self._known_unit()
        self._before_the_reply()
        self._reply()

    def _message(self) -> Message:
        cells = self._cells
        subject, body = cells.text("subject"), cells.lines("body")
        if not subject and not body:
            raise _Unusable("subject", f"there is no text: {cells.name('subject')} and {cells.name('body')} are empty")
        if not subject:
            subject = " ".join(body.split())[:30].strip()
            self.remarks.append(f"{cells.name('subject')} is empty: the beginning of the message stands for it")
        if glosses := cells.glosses():
            self.remarks.append(f"{glosses} pinyin gloss{'es' if glosses > 1 else ''} taken out")
        return Message(
            subject=subject,
            body=body,
            channel=cells.text("channel") or "portal",
            board=cells.text("board") or None,
            place=cells.text("place") or None,
            number=cells.number() or None,
            sender=Sender(ref=cells.text("sender")),
            received_at=self._at,
        )

    def _known_unit(self) -> str:
        unit = self._cells.text("unit")
        return self._book.register.find(unit).name if unit and self._book.register else unit

    # -- the steps

    def _before_the_reply(self) -> None:
        cells, life = self._cells, self._book.lifecycle
        unit, assigned = self._unit, cells.moment("assigned_at")
        if assigned and not unit:
            raise _Unusable("unit", f"{cells.name('assigned_at')} is given and no unit")
        if self._place("reviewed_at"):
            self._add("review", Review(), what="reviewed_at")
        elif unit and not life.can(life.initial, "assign"):
            self._place("assigned_at")
            self._add("review", Review(), what="unit")
        if unit:
            if self._last != "assigned_at":
                self._place("assigned_at")
            self._add("assign", Assign(lead=unit), what="unit")
        accepted, contacted = cells.moment("accepted_at"), cells.moment("contacted_at")
        early = accepted and contacted and not contacted.day_only and contacted.at < accepted.at
        if early and self._place("contacted_at"):
            self._add("contact", Contact(), what="contacted_at")
        if self._place("accepted_at"):
            self._add("accept", Accept(), what="accepted_at")
        if not early and self._place("contacted_at"):
            self._add("contact", Contact(), what="contacted_at")

    def _reply(self) -> None:
        cells = self._cells
        reply, replied = cells.lines("reply"), cells.moment("replied_at")
        published = cells.moment("published_at")
        if bool(reply) != bool(replied) and not (reply and published):
            later = [cells.name(field) for field in ("published_at", "closed_at") if cells.moment(field)]
            left = f"; nor is {' and '.join(later)}" if later else ""
            if reply:
                self._add("note", AddNote(text=reply), what="reply")
                self.remarks.append(f"the reply has no moment: it is kept as a note and not counted as an answer{left}")
            else:
                self.remarks.append(f"{cells.name('replied_at')} is given and no reply: it is not counted as an answer{left}")
            return
        outcome = self._outcome()
        if reply:
            if not self._place("replied_at"):
                self._place("published_at")
                self.remarks.append(f"the reply has no moment of its own: it counts from {cells.name('published_at')}")
            if self._unit and self._book.outline.assignment.accept and not any(step.name == "accept" for step in self.steps):
                self._add("accept", Accept(), what="unit")
            self._add("submit", SubmitReply(text=reply, outcome=outcome), what="reply")
            if is_acknowledgement(reply):
                self.remarks.append("the reply is only an acknowledgement")
        if (reply and not cells.columns.published_at) or self._last == "published_at" or self._place("published_at"):
            self._publish()
        if self._place("closed_at"):
            self._add("close", Close(outcome=outcome), what="closed_at")

    def _publish(self) -> None:
        gates = self._book.gates
        if not gates:
            self._add("publish", Publish(), what="reply")
        for number, role in enumerate(gates, start=1):
            scope = self._book.roles[role].scope
            by = Actor(
                id=f"import-gate-{number}",
                role=role,
                unit=(self._unit or None) if scope == "unit" else None,
                boards=(self._board,) if scope == "board" and self._board else (),
            )
            self._add(f"approve-{number}", Approve(), what="reply", by=by)

    def _outcome(self) -> str | None:
        """Return the outcome as the rulebook calls it; people may have written its label."""
        written, book = self._cells.text("outcome"), self._book
        return next((value for value in book.outline.classes.get("outcome", ()) if book.label(value) == written), written or None)

    # -- their moments and actors

    def _place(self, field: str) -> bool:
        """Go on to the moment in a field's cell, if there is one: not before the moment that was reached."""
        cells, found = self._cells, self._cells.moment(field)
        if found is None:
            return False
        at = max(found.at, self._at) if found.day_only and found.day == self._day else found.at
        if at < self._at:
            why = f"{cells.name(field)} {cells.show(at)} is before {cells.name(self._last)} {cells.show(self._at)}"
            raise _Unusable(field, why, value=cells.raw(field))
        self._remark_day(field, found)
        self._last, self._at, self._day = field, at, found.day
        return True

    def _remark_day(self, field: str, found: _Moment) -> None:
        if found.day_only:
            self.remarks.append(f"{self._cells.name(field)} {found.day} has no clock time: it counts from the start of that day")

    def _add(self, name: str, command: Command, *, what: str, by: Actor | None = None) -> None:
        by = by or self._actor(command.action, what)
        self.steps.append(_Step(name, self._at, command, by, self._last, what))

    def _actor(self, action: str, what: str) -> Actor:
        """Return who does it: the first role that may, for the row's unit or board where the role acts for one.

        What a unit does itself is done by a role that acts for units, where there is one.
        """
        unit = "" if action in ("review", "assign") else self._unit  # the unit has the case only after that
        roles = list(self._book.roles.items())
        if action in _UNIT_ACTS and unit:
            roles.sort(key=lambda row: row[1].scope != "unit")
        for name, role in roles:
            if action in role.may:
                if role.scope == "any":
                    return Actor(id="import", role=name)
                if role.scope == "unit" and unit:
                    return Actor(id="import", role=name, unit=unit)
                if role.scope == "board" and self._board:
                    return Actor(id="import", role=name, boards=(self._board,))
        able = [name for name, role in self._book.roles.items() if action in role.may]
        raise _Unusable(what, f"nobody may {action} it: no role of the rulebook fits this row (roles that may: {listed(able)})")


_UNIT_ACTS = ("accept", "contact", "submit")


class _Rows:
    """Takes rows over, one after the other, and knows which it has taken."""

    def __init__(self, desk: Desk, columns: Columns, *, source: str) -> None:
        self._desk, self._columns, self._source = desk, columns, source
        self._taken: dict[str, int] = {}
        self._count: Counter[_Fate] = Counter()
        self._problems: list[RowProblem] = []
        self._remarks: list[RowRemark] = []

    def report(self) -> ImportReport:
        return ImportReport(
            rows=self._count.total() + len(self._problems),
            added=self._count["added"],
            updated=self._count["updated"],
            already=self._count["already"],
            problems=tuple(self._problems),
            remarks=tuple(self._remarks),
        )

    def take(self, row: Row) -> None:
        """Take one row over, whole or not at all."""
        cells = _Cells(row, self._columns, self._desk.rulebook.zone)
        attempt = _Attempt(cells)
        try:
            if row.extra:
                raise _Unusable("", f"the row has {len(row.extra)} more cells than the header", value=row.extra[0])
            fate = self._carry_out(attempt)
        except (NaiveDatetime, UnknownRulebook):
            raise  # the desk's clock or what the store keeps is at fault; no row is to blame
        except (InputError, CommandRefused, ValidationError) as error:
            field, reason, value = self._blame(attempt, error)
            if value is None and field:
                value = cells.raw(field)
            shown = "" if value is None else str(value)[:_LONGEST_VALUE]
            self._problems.append(RowProblem(row.number, cells.number(), cells.name(field) if field else "", reason, shown))
            return
        self._count[fate] += 1
        self._taken.setdefault(attempt.prefix, row.number)
        if fate != "already":
            self._remarks += [RowRemark(row.number, cells.number(), text) for text in attempt.remarks]

    def _carry_out(self, attempt: _Attempt) -> _Fate:
        plan = _Plan(attempt.cells, self._desk.rulebook)
        message, attempt.remarks = plan.message, plan.remarks
        # Quoted, a number has no slash, so that a key has one reading (its last two part it), and no @ as a row without one has.
        unnumbered = f"{message.fingerprint()}@{message.received_at:%Y%m%dT%H%M%S.%fZ}"
        known_by = quote(message.number, safe="") if message.number else unnumbered
        attempt.prefix, attempt.message = f"{self._source}/{known_by}", message
        with self._desk.importing() as importer:
            key = f"{attempt.prefix}/receive"
            old = importer.used(key)
            case = importer.receive(message, key=key)
            attempt.case = case.id
            fate: _Fate = "already" if old else "added"
            for step in plan.steps:
                attempt.step = step
                key = f"{attempt.prefix}/{step.name}"
                done = old and importer.used(key)
                case = importer.act(case.id, step.command, by=step.by, at=step.at, key=key)
                if done and case.updated_at != step.at:
                    show = attempt.cells.show
                    then, now = f"{step.name} was at {show(case.updated_at)}", f"the row now puts it at {show(step.at)}"
                    raise _Unusable(step.when, f"{self._first_seen(attempt)}: {then}, {now}")
                if old and not done:
                    fate = "updated"
        return fate

    # -- what is wrong with a row, in words

    def _blame(self, attempt: _Attempt, error: InputError | CommandRefused | ValidationError) -> tuple[str, str, object]:
        """Return the field that is to blame ("" for the row), the reason as a person reads it, and the value."""
        step = attempt.step
        if isinstance(error, _Unusable):
            return error.field, str(error), error.value
        if isinstance(error, ValidationError):
            return self._invalid(error)
        if isinstance(error, KeyReused):
            return self._reused(attempt, error)
        # The case's id says nothing to whoever reads the report: the case is gone with the row.
        reason = str(error).replace(f" case {attempt.case}", "") if attempt.case else str(error)
        if isinstance(error, UnknownUnit):
            return "unit", reason, error.unit
        if isinstance(error, UnknownClass):
            return "outcome", reason, error.value
        if isinstance(error, CommandRefused) and step:
            return step.what, reason, None
        return step.when if step else "received_at", attempt.cells.localised(reason), None

    def _invalid(self, error: ValidationError) -> tuple[str, str, object]:
        row = error.errors()[0]
        place = str(row["loc"][0]) if row["loc"] else ""
        field = {"text": "reply", "lead": "unit"}.get(place, place)
        reason = row["msg"][:1].lower() + row["msg"][1:]
        if row["type"] == "string_too_long":
            reason = f"is too long: {len(str(row['input']))} characters, at most {row['ctx']['max_length']} fit"
        return field if field in USUAL_HEADERS else "", reason, None

    def _reused(self, attempt: _Attempt, error: KeyReused) -> tuple[str, str, object]:
        first = self._first_seen(attempt)
        if attempt.step:
            name = attempt.cells.name(attempt.step.what)
            return attempt.step.what, f"{first}, with another {name} ({attempt.step.name})", None
        if error.case is None or attempt.message is None:
            return "number", f"{first}, with another message", None
        old, new = self._desk.message(error.case), attempt.message
        fields = ("received_at", "subject", "body", "sender", "channel", "board", "place")
        other = [field for field in fields if getattr(old, field) != getattr(new, field)]
        why = f"{first}, with another message (other: {listed(map(attempt.cells.name, other))})"
        if attempt.prefix in self._taken:
            return "number", why, None
        # A correction leaves the moment or the text; where both are other, it is hardly the message that was imported.
        if new.number and old.received_at and "received_at" in other and {"subject", "body"} & set(other):
            why += "; if this list has numbers of its own, import it with a source of its own (source=, or --source)"
        return other[0] if other else "number", why, None

    def _first_seen(self, attempt: _Attempt) -> str:
        number = attempt.cells.number()
        who = f"the number {number}" if number else "the same text of the same sender and moment"
        before = self._taken.get(attempt.prefix)
        return f"{who} stands in row {before} too" if before else f"{who} was imported before"


class _Attempt:
    """How far a row got: what is said of it depends on that."""

    def __init__(self, cells: _Cells) -> None:
        self.cells = cells
        self.prefix = ""
        self.case = ""
        self.message: Message | None = None
        self.step: _Step | None = None
        self.remarks: list[str] = []
