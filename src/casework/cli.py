"""The command line: thin, without arithmetic and without SQL. What goes wrong is one clear line and a non-zero exit.

Exit codes: 0 done · 1 casework refused (the line on standard error says why and what would work) · 2 the command was called
wrongly · 3 an error in casework itself (CASEWORK_DEBUG=1 shows where).
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

from .errors import CaseworkError, InputError
from .languages import Lang, chinese

try:
    import typer
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
    from rich.table import Table
    from rich.text import Text
except ImportError as error:  # pragma: no cover - needs an installation without the extra
    sys.exit(f'error: the casework command needs {error.name}; install it with: pip install "casework[cli]"')

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .adapters.sql import SqlStore
    from .events import Event
    from .ports import CaseStore
    from .rulebook import Rulebook

app = typer.Typer(
    name="casework",
    help="Citizens' messages as cases: every deadline counted in real working days, every figure traceable.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
rulebooks = typer.Typer(help="Check and read rulebooks.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(rulebooks, name="rulebook")

Database = Annotated[Path, typer.Option("--db", help="The SQLite file that holds the cases.")]
Language = Annotated[Lang, typer.Option("--lang", help="The language of what is printed.")]
_DB = Path("cases.sqlite")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def main() -> NoReturn:
    """Run the command line; the one place where errors become lines and exit codes."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        app()
    except CaseworkError as error:
        _fail(str(error), 1)
    except OSError as error:
        _fail(f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}", 1)
    except Exception as error:
        if os.environ.get("CASEWORK_DEBUG"):
            raise
        _fail(f"an error in casework itself ({type(error).__name__}: {error}); CASEWORK_DEBUG=1 shows where", 3)
    sys.exit(0)


def _fail(message: str, code: int) -> NoReturn:
    print(f"error: {_CONTROLS.sub(chr(0xFFFD), message)}", file=sys.stderr)
    sys.exit(code)


def _called() -> str:
    """Return how to call this program from here."""
    return "casework" if shutil.which("casework") else os.path.relpath(sys.argv[0])


def _plain(text: str, *, style: str = "") -> Text:
    """Return a text that means nothing but itself to a terminal: no markup, no control characters."""
    return Text(_CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text), style=style)


def _console() -> Console:
    return Console(highlight=False, soft_wrap=True)


def _existing(db: Path) -> SqlStore:
    """Open a database that must be there: a command that reads makes none. Whoever opens one closes it."""
    if not db.is_file():
        raise InputError(f"there is no database {str(db)!r}; make one with: casework import FILE --db {db}", value=str(db))
    return _store(db, create=False)


def _store(db: Path, *, create: bool = True) -> SqlStore:
    from .adapters.sql import SqlStore

    if not db.parent.is_dir():
        raise InputError(f"there is no folder {str(db.parent)!r} for the database {db.name!r}", value=str(db))
    return SqlStore.at(db, create=create)


def _rulebook(name: str) -> Rulebook:
    from .rulebook import Rulebook

    return Rulebook.load(name) if name.endswith(".toml") or os.sep in name else Rulebook.shipped(name)


@contextmanager
def _progress(words: str) -> Iterator[Callable[[int, int | None], None]]:
    """Show a bar to whoever watches a terminal; a list whose length is not known beforehand fills it at the end."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task(words, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
        progress.update(task, total=progress.tasks[0].completed)


# --- demo -------------------------------------------------------------------------------------------------------------


@app.command()
def demo(
    into: Annotated[Path, typer.Option(help="Folder for the bulletin and the database demo.sqlite, which is made anew.")] = Path(
        "casework-demo"
    ),
    lang: Language = "zh",
) -> None:
    """Compute the bulletin of Yunxi county for July 2020 from 109 messages, handled event by event."""
    from .adapters.importing import import_messages
    from .desk import Desk
    from .rulebook import Rulebook, shipped_file

    console = _console()
    into.mkdir(parents=True, exist_ok=True)
    db = into / "demo.sqlite"
    for old in (db, into / "demo.sqlite-wal", into / "demo.sqlite-shm"):
        old.unlink(missing_ok=True)
    with _store(db) as store:
        desk = Desk(Rulebook.shipped("yunxi"), store=store)
        with _progress("driving messages through the desk") as advance:
            report = import_messages(desk, shipped_file("yunxi", "messages-2020-07.csv"), progress=advance)
        console.print(_plain(f"{report}\n"))
        _bulletin(store, desk.rulebook, "2020-07", date(2020, 8, 10), lang, into, console)
    console.print(_plain(f"\nNext: {_called()} show YX202007-001 --db {db}"))


# --- import -----------------------------------------------------------------------------------------------------------


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="A CSV or XLSX table of messages.")],
    db: Database = _DB,
    rulebook: Annotated[
        str | None, typer.Option(help="A shipped rulebook's name or a TOML file; left out, the one of the database, or letterbox.")
    ] = None,
    map_: Annotated[list[str] | None, typer.Option("--map", help="FIELD=COLUMN, for example subject=留言主题; repeat it.")] = None,
    sheet: Annotated[str | None, typer.Option(help="The sheet of a workbook.")] = None,
    source: Annotated[str | None, typer.Option(help="Name of the list, so that its numbers are told from another list's.")] = None,
) -> None:
    """Take over a list of messages, each act at the moment it occurred; the same list again adds nothing."""
    from .adapters.columns import Columns
    from .adapters.importing import import_messages
    from .desk import Desk, desk_for
    from .tables import read_table

    console = _console()
    columns: dict[str, str] = {}
    for pair in map_ or []:
        field, equals, column = pair.partition("=")
        if not equals or not field or not column:
            raise InputError(f"cannot read --map {pair!r}; accepted: FIELD=COLUMN, for example subject=留言主题", value=pair)
        if field in columns:
            raise InputError(f"--map names {field} twice: {columns[field]!r} and {column!r}; give one", value=pair)
        columns[field] = column
    # All that can be wrong with the call is found before a database is opened or made.
    book = _rulebook(rulebook) if rulebook else None
    known = Columns.guess(read_table(file, sheet=sheet).columns, override=columns)
    with _store(db) as store, _progress(f"importing {file.name}") as advance:
        desk = desk_for(store) if book is None and store.kept("rulebook") else Desk(book or _rulebook("letterbox"), store=store)
        report = import_messages(desk, file, columns=known, sheet=sheet, source=source, progress=advance)
    console.print(_plain(str(report)))
    if report.problems and not (report.added or report.updated or report.already):
        raise InputError(f"no row of {file.name} could be imported")


# --- show -------------------------------------------------------------------------------------------------------------


@app.command()
def show(
    case: Annotated[str, typer.Argument(help="A case's id, or the number that its channel gave it.")],
    db: Database = _DB,
    explain: Annotated[bool, typer.Option("--explain", help="Explain each clock day by day.")] = False,
    lang: Language = "zh",
) -> None:
    """Show a case: its timeline, its clocks and its texts, for the trusted operator."""
    with _existing(db) as store:
        _show(store, case, explain=explain, lang=lang)


def _show(store: SqlStore, case: str, *, explain: bool, lang: Lang) -> None:
    from .desk import desk_for
    from .errors import CaseNotFound
    from .moments import show_moment
    from .states import action_label

    console = _console()
    desk = desk_for(store)
    found = store.numbered(case) or [case]
    try:
        row = desk.get(found[0])
    except CaseNotFound as error:
        raise InputError(f"no case has the id or number {case!r}", value=case) from error
    if len(found) > 1:
        console.print(
            _plain(f"{len(found)} cases have the number {case}; this is the earliest. The others: {', '.join(found[1:])}")
        )
    desk.verify(row.id)
    book, message = desk.rulebook_of(row), desk.message(row.id)
    zone, life = book.zone, book.lifecycle
    console.print(_plain(f"{message.subject}", style="bold"))
    console.print(
        _plain(f"{row.number or ''} {row.id} · {life.label(row.state, lang=lang)} · {row.lead or '—'} · {row.rulebook}".strip())
    )
    timeline = Table(box=None, pad_edge=False, header_style="dim")
    for head in ("", "时间", "状态", "事项", "经办") if chinese(lang) else ("", "when", "state", "what", "who"):
        timeline.add_column(head, overflow="fold")
    for event in desk.history(row.id):
        when = show_moment(event.occurred_at, zone=zone)
        who = f"{event.actor} ({event.role})"
        cells = (str(event.seq), when, life.label(event.state, lang=lang), _said(event, lang), who)
        timeline.add_row(*map(_plain, cells))
    console.print(timeline)
    verdicts = desk.verdicts(row.id)
    clocks = Table(box=None, pad_edge=False, header_style="dim")
    for head in ("计时", "期限", "到期", "结果") if chinese(lang) else ("clock", "limit", "due", "verdict"):
        clocks.add_column(head, overflow="fold")
    for clock in row.clocks:
        rule = book.clocks[clock.rule]
        name = (rule.zh if chinese(lang) else rule.en) or clock.rule
        facts = (f"{name} {clock.subject}".strip(), clock.limit.label(lang), str(clock.due or "—"), verdicts[clock.key].text(lang))
        clocks.add_row(*map(_plain, facts))
    console.print(clocks)
    if explain:
        for clock in row.clocks:
            console.print(_plain(f"\n{clock.key}: {desk.explain(row.id, clock.key).text(lang=lang)}"))
    texts = store.texts(row.id)
    console.print(_plain(f"\n{message.body}"))
    for reply in row.replies:
        who = reply.unit or reply.by
        status = _REPLIES[reply.status] if chinese(lang) else reply.status
        console.print(_plain(f"\n{action_label('submit', lang=lang)} {reply.number} · {who} · {status}", style="bold"))
        console.print(_plain(texts.get(reply.text, "")))


_REPLIES = {"submitted": "待审核", "returned": "已退回", "published": "已公开"}
_DESK_ACTS = {"receive": {"zh": "来件", "en": "received"}, "sweep": {"zh": "到时", "en": "due"}}


def _said(event: Event, lang: Lang) -> str:
    """Return what an event says, without its texts: the action and the plain words of its payload."""
    from msgspec import to_builtins

    from .states import ACTIONS, action_label

    label = (
        action_label(event.action, lang=lang) if event.action in ACTIONS else _DESK_ACTS.get(event.action, {}).get(lang, event.kind)
    )
    plain = {
        name: value
        for name, value in to_builtins(event.data).items()
        if isinstance(value, str | int) and not isinstance(value, bool) and not str(value).startswith(f"{event.seq}.")
    }
    hidden = {"rulebook", "rulebook_digest", "channel", "number", "gates", "passed", "reply", "cycle", "count"}
    return " ".join([label, *(str(value) for name, value in plain.items() if name not in hidden)])


# --- bulletin ---------------------------------------------------------------------------------------------------------


@app.command()
def bulletin(
    period: Annotated[str, typer.Option(help="The month, for example 2020-07.")],
    as_of: Annotated[str, typer.Option(help="The day of the snapshot, its end included, for example 2020-08-10.")],
    db: Database = _DB,
    into: Annotated[Path | None, typer.Option(help="Folder to write the bulletin to, as Markdown and HTML.")] = None,
    lang: Language = "zh",
) -> None:
    """Print the bulletin of a month as it was known on a day."""
    from .desk import desk_for

    day = _day(as_of, "--as-of")
    with _existing(db) as store:
        desk = desk_for(store)
        if day > desk.today():
            raise InputError(f"nothing is known yet as of {day}; today is {desk.today()}", value=as_of)
        _bulletin(store, desk.rulebook, period, day, lang, into, _console())


def _bulletin(
    store: CaseStore, rulebook: Rulebook, period: str, as_of: date, lang: Lang, into: Path | None, console: Console
) -> None:
    from .reports.bulletin import make_bulletin
    from .reports.render import html, markdown, plain

    made = make_bulletin(store, rulebook, rulebook.register, period=period, as_of=as_of)
    console.print(_plain(plain(made, lang=lang)))
    if into is not None:
        into.mkdir(parents=True, exist_ok=True)
        for suffix, text in (("md", markdown(made, lang=lang)), ("html", html(made, lang=lang))):
            file = into / f"bulletin-{period}.{suffix}"
            file.write_text(text, "utf-8")
            console.print(_plain(f"written: {file}"))


def _day(text: str, what: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"cannot read {what} {text!r}; accepted: a day such as 2020-08-10", value=text) from error


# --- deadline ---------------------------------------------------------------------------------------------------------

_ZONES = {"CN": "Asia/Shanghai", "GB": "Europe/London", "JP": "Asia/Tokyo", "DE": "Europe/Berlin"}


@app.command()
def deadline(
    received: Annotated[str, typer.Argument(help="When it was received, for example '2026-09-29 10:00'.")],
    limit: Annotated[str, typer.Option(help="For example '5 working days' or '24 hours'.")],
    calendar: Annotated[str, typer.Option(help="CN, GB-ENG, US, JP, DE, …")] = "CN",
    zone: Annotated[str | None, typer.Option(help="Time zone; known for calendars of countries with one.")] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Show each day counted or skipped, and why.")] = False,
    day_zero: Annotated[str, typer.Option(help="as-is or next-working-day.")] = "as-is",
    cutoff: Annotated[str | None, typer.Option(help="Later receipts count for the next working day, for example 17:30.")] = None,
    ends: Annotated[str, typer.Option(help="24:00, same-time, or when business stops, for example 17:30.")] = "24:00",
    roll: Annotated[str, typer.Option(help="none or next.")] = "none",
    as_of: Annotated[str | None, typer.Option(help="Count by the calendar as it was known on this day.")] = None,
    provisional: Annotated[bool, typer.Option("--provisional", help="Estimate days that are not announced yet.")] = False,
    lang: Language = "en",
) -> None:
    """Compute a deadline, and explain every day of it."""
    from pydantic import ValidationError

    from .calendars import WorkCalendar
    from .limits import Count, Limit
    from .moments import read_moment
    from .sla import Timekeeper

    country = calendar.partition("-")[0]
    if zone is None and country not in _ZONES:
        raise InputError(
            f"calendar {calendar!r} has no single time zone; name one, for example --zone America/New_York", value=calendar
        )
    keeper_zone = zone or _ZONES[country]
    try:
        count = Count.model_validate({"day_zero": day_zero, "cutoff": cutoff, "ends": ends, "roll": roll})
    except ValidationError as error:
        first = error.errors()[0]
        option = "--" + str(first["loc"][0]).replace("_", "-")
        raise InputError(f"cannot read {option} {first['input']!r}: {first['msg']}", value=first["input"]) from error
    known = WorkCalendar.named(calendar, as_of=_day(as_of, "--as-of") if as_of else None)
    keeper = Timekeeper(known, keeper_zone, provisional=provisional)
    start = read_moment(received, zone=keeper_zone, what="the moment of receipt")
    length = Limit.parse(limit)
    if explain:
        _console().print(_plain(keeper.explain(start, length, count=count).text(lang=lang)))
    else:
        _console().print(_plain(f"{keeper.show(keeper.deadline(start, length, count=count))} ({keeper_zone})"))


# --- rulebook ---------------------------------------------------------------------------------------------------------


@rulebooks.command("check")
def rulebook_check(rulebook: Annotated[str, typer.Argument(help="A shipped rulebook's name or a TOML file.")]) -> None:
    """Check a rulebook: every problem at once, then what cases can come to under it."""
    from .checking import check

    book, console = _rulebook(rulebook), _console()
    findings = check(book)
    for finding in findings:
        console.print(_plain(f"advice: {finding}"))
    console.print(_plain(f"{book.id} version {book.outline.rulebook.version} ({book.digest}) is sound; advice: {len(findings)}"))


@rulebooks.command("show")
def rulebook_show(
    rulebook: Annotated[str, typer.Argument(help="A shipped rulebook's name or a TOML file.")], lang: Language = "zh"
) -> None:
    """Print a rulebook as a person reads it, with the source or assumption behind each rule."""
    book, console = _rulebook(rulebook), _console()
    head = book.outline.rulebook
    console.print(_plain((head.zh if lang == "zh" else head.en) or head.id, style="bold"))
    console.print(_plain(f"{head.id} · version {head.version} · {book.digest} · {head.zone} · {head.calendar}"))
    rows = list(_rules(book, lang))
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for column in ("", "name", "rule", "source or assumption"):
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(_plain(cell) for cell in row))
    console.print(table, soft_wrap=False)


def _rules(book: Rulebook, lang: Lang) -> Iterator[tuple[str, str, str, str]]:
    """Yield a rulebook's rules as rows: what it is, its name, what it says, and its source or assumption."""

    def named(row: object, name: str) -> str:
        return getattr(row, lang, "") or name

    for name, role in book.roles.items():
        yield "role", named(role, name), f"{role.scope}: {', '.join(role.may)}", _grounds(role)
    for rule in book.clocks.values():
        limits = "; ".join(f"{row.is_}{f' if {row.when}' if row.when else ''}" for row in rule.limit)
        counted = f"counted {rule.count.day_zero}, ends {rule.count.ends}"
        span = f"{limits}, from {'/'.join(rule.starts_on)} to {'/'.join(rule.stops_on)}, {counted}"
        assumed = [f"assumed: {row.assumption}" for row in rule.limit if row.assumption]
        yield "clock", named(rule, rule.id), span, "; ".join(filter(None, [_grounds(rule), *assumed]))
    for approval in book.outline.approval:
        yield "gates", approval.on, " → ".join(approval.by), _grounds(approval)
    for check in book.outline.reply.checks:
        wanted = check.require or check.forbid or (f"at least {check.min_chars} characters",)
        yield "reply check", check.id, f"{check.level}: {'/'.join(wanted)}", _grounds(check)
    for rung in book.rungs.values():
        again = f", every {rung.repeat.every}, at most {rung.repeat.max}" if rung.repeat else ""
        yield "rung", rung.id, f"{rung.on} {rung.at}: {', '.join(rung.do)}{again}", _grounds(rung)
    for form in book.orders.values():
        yield "order", named(form, form.id), form.document.series, _grounds(form)
    for schedule in book.outline.schedule:
        yield "schedule", schedule.id, f"every {schedule.every}, as of day {schedule.as_of}", _grounds(schedule)


def _grounds(row: object) -> str:
    source, assumption = getattr(row, "source", ""), getattr(row, "assumption", "")
    return "; ".join(filter(None, [f"“{source}”" if source else "", f"assumed: {assumption}" if assumption else ""]))
