"""Any command on a case, as it is written on the command line: who asks for it, what, and with which contents."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, get_args, get_origin

import typer

from ..errors import InputError, listed, nearest
from ..languages import Lang, chinese
from .terminal import DATABASE, Database, Language, existing, say, say_table
from .timelines import cases_named, say_others
from .wording import action_meaning, action_named, clock_named, due_date, happened, listing, named

if TYPE_CHECKING:
    from ..actions import Command
    from ..cases import Case
    from ..desk import Desk
    from ..rulebook import Rulebook
    from ..units import Actor

_MOST = 500_000  # bytes of one text; a command takes 100,000 characters
_SEPARATORS, _ESCAPED = re.compile(r"(?<!\\)[,，、]"), re.compile(r"\\([,，、])")
_YES = ("yes", "y", "true", "1", "是")
_NO = ("no", "n", "false", "0", "否")
_LANGUAGES: tuple[Lang, ...] = ("zh", "en")
_HEADS = {"zh": ("动作", "名称", "含义；所填内容"), "en": ("action", "name", "what it does; its fields")}
_SHAPES = {  # in English and in Chinese
    "text": ("TEXT", "文字"),
    "yes or no": ("yes|no", "是|否"),
    "number": ("NUMBER", "数字"),
    "day": ("DAY", "日期"),
    "several": ("TEXT,…", "文字、…"),
    "classes": ("CLASS", "类别"),
}
_AND_MORE = (",…", "、…")
_SAID = {
    "required": ("{} (required)", "{}（必填）"),
    "may": ("{} · {} · {} ({}) may now:", "{} · {} · {}（{}）现在可以："),
    "may not": ("{} · {} · {} ({}) may do nothing with it now", "{} · {} · {}（{}）现在没有可办的事项"),
    "again": ("{} · done before under the key {}; nothing was recorded anew", "{} · 密钥{}已用于同一事项，没有重复记录"),
    "orders": ("open orders: {}", "未销号：{}"),
    "requests": ("waiting for approval: {}", "待审批：{}"),
    "clause": ("; ", "；"),
}


def act(
    case: Annotated[str, typer.Argument(help="A case's id, or the number that its channel gave it.")],
    by: Annotated[
        str, typer.Option("--by", help="Who acts: PERSON:ROLE[:UNIT][@BOARD,…]; PERSON alone where the register grants one role.")
    ],
    action: Annotated[
        str | None,
        typer.Argument(help="assign, accept, submit, …, or 交办, 签收, 答复, …; left out, what may be done now is listed."),
    ] = None,
    fields: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FIELD=VALUE",
            help="Several as a,b or by repeating it; a class as classes.kind=complaint; a text from a file as text=@reply.txt, "
            "from standard input as text=-.",
        ),
    ] = None,
    db: Database = DATABASE,
    key: Annotated[str | None, typer.Option(help="Repeated with the same key, the same command has one effect.")] = None,
    expect: Annotated[
        int | None, typer.Option(help="The version of the case that you have seen; refused where it has moved on.")
    ] = None,
    lang: Language = "zh",
) -> None:
    """Carry out a command on a case, or list what may be done with it now."""
    from ..desk import desk_for

    with existing(db) as store:
        desk = desk_for(store)
        found = cases_named(store, case)
        row = desk.get(found[0])
        who = actor_named(by, desk.rulebook_of(row))
        if action is None:
            say_others(case, found, lang)
            _say_allowed(desk, row, who, lang)
            return
        if len(found) > 1:
            raise InputError(f"{len(found)} cases have the number {case!r}; give the id of one: {', '.join(found)}", value=case)
        command = command_from(action, fields or [], desk.rulebook_of(row), row)
        _say_done(desk, row, _done(desk, row, command, who, key, expect), who, key, lang)


def _done(desk: Desk, row: Case, command: Command, who: Actor, key: str | None, expect: int | None) -> Case:
    """Have a command carried out; a refusal also says what would work."""
    from ..errors import CommandRefused, NotAllowed

    try:
        return desk.act(row.id, command, by=who, key=key, expect=expect)
    except CommandRefused as error:
        if isinstance(error, NotAllowed) or not error.allowed:
            raise
        raise InputError(f"{error}; what would work: {listed(error.allowed, most=40)}", value=command) from error


# --- who acts ---------------------------------------------------------------------------------------------------------


def actor_named(text: str, book: Rulebook, *, option: str = "--by") -> Actor:
    """Read who acts: ``"li:handler:夹河镇"``, ``"zhou:governor@省长信箱"``, or ``"li"`` where the register grants one role."""
    from ..units import Actor

    person, *rest = (part.strip() for part in re.split("[:：]", text, maxsplit=2))
    last, at, boards = rest[-1].partition("@") if rest else ("", "", "")
    claimed = [*rest[:-1], last.strip()] if rest else []
    on = tuple(filter(None, (board.strip() for board in _SEPARATORS.split(boards))))
    if not person or (claimed and not claimed[0]) or (at and not on):
        raise InputError(
            f"cannot read {option} {text!r}; accepted: PERSON:ROLE[:UNIT][@BOARD,…], for example wang:clerk or li:handler:夹河镇",
            value=text,
        )
    register = book.register
    granted = register.grants_of(person) if register else ()
    if not claimed:
        if register is None or not register.grant:
            roles = listed(sorted(book.roles))
            why = f"no register says what {person} is; say it: {option} {person}:ROLE[:UNIT] (roles: {roles})"
            raise InputError(why, value=text)
        return register.actor(person)
    role = _meant(claimed[0], book.roles, book)
    unit = claimed[1] if len(claimed) > 1 else ""
    scope = book.roles[role].scope if role in book.roles else "any"
    if register and granted and not on and scope != "own":
        return register.actor(person, role, unit or None)
    if register and unit and scope == "unit":
        unit = register.find(unit).name
    return Actor(id=person, role=role, unit=unit or None, boards=on)


def _meant(name: str, choices: Iterable[str], book: Rulebook) -> str:
    """Return the choice of this name in either language; the name itself where there is none."""
    every = tuple(choices)
    found = (choice for choice in every for lang in _LANGUAGES if name == _called(choice, book, lang))
    return name if name in every else next(found, name)


def _called(choice: str, book: Rulebook, lang: Lang) -> str:
    """Return what people call one of the choices for a field: the rulebook's word for it, or an action's name."""
    label = named(choice, book, lang)
    return label if label != choice else action_named(choice, lang)


# --- what is asked for ------------------------------------------------------------------------------------------------


class _Field(NamedTuple):
    """A field of a command as the terminal takes it: what shape its value has, and which values are known for it."""

    name: str
    shape: str
    required: bool
    optional: bool
    choices: tuple[str, ...] = ()


def action_meant(text: str) -> str:
    """Return the action of this name, or of this label in either language; an InputError with the nearest where there is none."""
    from ..actions import COMMANDS

    names = {action_named(action, lang).casefold(): action for lang in _LANGUAGES for action in COMMANDS}
    names |= {action: action for action in COMMANDS}
    found = names.get(text.strip().casefold())
    if found is None:
        raise InputError(
            f"there is no action {text!r}{nearest(text.casefold(), names)}; without an action, what may be done now is listed",
            value=text,
        )
    return found


def command_from(action: str, words: Sequence[str], book: Rulebook, case: Case) -> Command:
    """Make a command of what was written on the command line; whatever cannot be used is one `InputError`."""
    from pydantic import ValidationError

    from ..actions import COMMANDS

    kind = COMMANDS[action_meant(action)]
    fields = {field.name: field for field in _fields(kind, book, case)}
    given: dict[str, list[tuple[str, str]]] = {}
    for word in words:
        name, equals, value = word.partition("=")
        name, dot, axis = name.strip().partition(".")
        if not equals or not name:
            accepted = listed([_example(field) for field in fields.values()])
            raise InputError(f"cannot read {word!r}; accepted: FIELD=VALUE, of {kind.action}: {accepted}", value=word)
        if name not in fields:
            has = listed(fields)
            raise InputError(f"{kind.action} has no field {name!r}{nearest(name, fields)} (fields: {has})", value=word)
        if bool(dot) != (fields[name].shape in ("classes", "message")):
            raise InputError(f"cannot read {word!r}; accepted: {_example(fields[name])}", value=word)
        given.setdefault(name, []).append((axis, value))
    streams = [name for name, values in given.items() for _, value in values if value == "-" and fields[name].shape == "text"]
    if len(streams) > 1:
        raise InputError(f"standard input can be read once, not for each of {listed(streams)}", value="-")
    values = {name: _value(fields[name], rows, book) for name, rows in given.items()}
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        raise InputError(f"cannot {kind.action}: {'; '.join(_problems(error.errors(), fields))}", value=values) from error


def _problems(errors: Iterable[Mapping[str, Any]], fields: Mapping[str, _Field]) -> Iterator[str]:
    """Yield what is wrong with the contents of a command, a clause for each field."""
    for row in errors:
        name = str(row["loc"][0])
        if row["type"] == "missing":
            yield f"it needs {_example(fields[name])}"
        else:
            yield f"{name}: {row['msg'].removeprefix('Value error, ')}"


def _fields(kind: type[Command], book: Rulebook, case: Case) -> Iterator[_Field]:
    for name, field in kind.model_fields.items():
        inner = [part for part in get_args(field.annotation) if part is not NoneType]
        optional = NoneType in get_args(field.annotation)
        annotation = inner[0] if optional else field.annotation
        origin = get_origin(annotation)
        shapes: Mapping[Any, str] = {bool: "yes or no", int: "number", tuple: "several", dict: "classes"}
        shape = "choice" if origin is Literal else shapes.get(origin or annotation, "text")
        if getattr(annotation, "__name__", "") == "Message":
            shape = "message"
        if getattr(annotation, "__name__", "") == "date":
            shape = "day"
        choices = get_args(annotation) if shape == "choice" else _choices(kind.action, name, book, case)
        yield _Field(name, shape, field.is_required(), optional, tuple(choices))


def _choices(action: str, field: str, book: Rulebook, case: Case) -> Iterable[str]:
    """Return the values that the rulebook, or the case as it stands, knows for a field; empty where any value may do."""
    rules = book.outline
    known: Mapping[str, Iterable[str]] = {
        "act": (*(row.act for row in case.requests), *(["publish"] if case.reply and case.reply.status == "submitted" else [])),
        "axis": rules.classes,
        "fault": rules.revisit.faults,
        "form": book.orders,
        "order": (row.number for row in case.orders if row.cleared_at is None),
        "outcome": rules.classes.get("outcome", ()),
        "proposal": (row.id for row in case.proposed),
        "reasons": rules.reply.return_reasons,
        "classes": rules.classes,
    }
    reasons: Mapping[str, Iterable[str]] = {
        "reject": rules.intake.exits,
        "transfer": rules.intake.exits,
        "decline": rules.assignment.decline_reasons,
        "reopen": rules.reopen.reasons,
    }
    return reasons.get(action, ()) if field == "reason" else known.get(field, ())


def _value(field: _Field, given: Sequence[tuple[str, str]], book: Rulebook) -> object:
    """Return what was written for one field as its command takes it."""
    if field.shape == "several":
        parts = [_ESCAPED.sub(r"\1", part).strip() for _, value in given for part in _SEPARATORS.split(value)]
        return tuple(_meant(part, field.choices, book) for part in parts if part)
    if field.shape == "classes":
        return {axis: _meant(value.strip(), book.outline.classes.get(axis, ()), book) for axis, value in given}
    if field.shape == "message":
        return {part: _long(text, f"{field.name}.{part}") if text.startswith("@") else text for part, text in given}
    if len(given) > 1:
        raise InputError(f"{field.name} is given {len(given)} times; give it once", value=[value for _, value in given])
    value = given[0][1]
    if field.shape == "text":
        value = _long(value, field.name) if value == "-" or value.startswith("@") else value
    if field.optional and not value.strip():
        return None
    if field.shape in ("yes or no", "number", "day"):
        return _exact(field, value.strip())
    return _meant(value.strip(), field.choices, book) if field.choices else value


def _exact(field: _Field, value: str) -> object:
    """Read a yes or no, a whole number or a day."""
    from ..moments import read_moment

    if field.shape == "day":
        return read_moment(value, zone="UTC", what=field.name).date()
    said = value.casefold()
    if field.shape == "yes or no" and said in (*_YES, *_NO):
        return said in _YES
    if field.shape == "number" and re.fullmatch(r"[+-]?[0-9]+", value):
        return int(value)
    accepted = "yes or no (是, 否)" if field.shape == "yes or no" else "a whole number such as 200"
    raise InputError(f"cannot read {field.name}={value}; accepted: {accepted}", value=value)


def _long(value: str, field: str) -> str:
    """Read a text from standard input or a file; ``@@`` begins a text that itself begins with @."""
    if value.startswith("@@"):
        return value[1:]
    where = "standard input" if value == "-" else value[1:]
    try:
        if value == "-":
            read = sys.stdin.buffer.read(_MOST + 1)
        else:
            with Path(where).open("rb") as file:
                read = file.read(_MOST + 1)
    except OSError as error:
        raise InputError(f"cannot read {field} from {where!r}: {error.strerror or error}", value=value) from error
    if len(read) > _MOST:
        raise InputError(f"{field}: {where} holds more than {_MOST:,} bytes; a text has at most 100,000 characters", value=value)
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return read.decode(encoding).replace("\r\n", "\n")
        except UnicodeDecodeError:
            continue
    raise InputError(f"{field}: {where} is neither UTF-8 nor GB 18030 text; save it as UTF-8", value=value)


# --- what is said -----------------------------------------------------------------------------------------------------


def _example(field: _Field, *, lang: Lang = "en", book: Rulebook | None = None) -> str:
    """Return how a field is written: ``"outcome=solved|explained|…"``, ``"until=DAY"``."""
    zh = chinese(lang)
    if field.shape == "classes":
        if book is None:
            return f"{field.name}.{next(iter(field.choices), 'AXIS')}={_SHAPES['classes'][zh]}"
        rows = ((axis, book.outline.classes[axis]) for axis in field.choices)
        return "  ".join(f"{field.name}.{axis}={_either(values, lang, book)}" for axis, values in rows)
    if field.shape == "message":
        return f"{field.name}.subject={_SHAPES['text'][zh]}  {field.name}.channel={_SHAPES['text'][zh]}"
    if not field.choices:
        return f"{field.name}={_SHAPES[field.shape][zh]}"
    more = _AND_MORE[zh] if field.shape == "several" else ""
    return f"{field.name}={_either(field.choices, lang, book)}{more}"


def _either(values: Sequence[str], lang: Lang, book: Rulebook | None) -> str:
    shown = [_called(value, book, lang) if book and chinese(lang) else value for value in values]
    return "|".join([*shown[:8], *(["…"] if len(shown) > 8 else [])])


def _say_allowed(desk: Desk, row: Case, who: Actor, lang: Lang) -> None:
    """Print what an actor may do with a case now, and how it is written."""
    from ..actions import COMMANDS

    zh, book = chinese(lang), desk.rulebook_of(row)
    allowed = desk.view(row.id, by=who).allowed
    state = book.lifecycle.label(row.state, lang=lang)
    said = _SAID["may" if allowed else "may not"][zh]
    say(said.format(row.number or row.id, state, who.id, named(who.role, book, lang)))
    if not allowed:
        return
    required = _SAID["required"][zh]

    def told(action: str) -> str:
        fields = _fields(COMMANDS[action], book, row)
        examples = [(_example(field, lang=lang, book=book), field.required) for field in fields]
        written = "  ".join(required.format(said) if needed else said for said, needed in examples)
        return "\n".join(filter(None, [action_meaning(action, lang), written]))

    say_table(_HEADS[lang], ((action, action_named(action, lang), told(action)) for action in allowed), fold=True)


def _say_done(desk: Desk, before: Case, after: Case, who: Actor, key: str | None, lang: Lang) -> None:
    """Print in one line what a case has come to, as *who* sees it: its state, what was recorded, its clocks, what is open."""
    zh, book = chinese(lang), desk.rulebook_of(after)
    name = after.number or after.id
    if after.version <= before.version:
        say(_SAID["again"][zh].format(f"{name} · {book.lifecycle.label(after.state, lang=lang)}", key))
        return
    clause = _SAID["clause"][zh]
    new = desk.history(after.id)[before.version : after.version]
    texts = desk.sight(after.id, who.role).texts(desk.store.texts(after.id))
    recorded = clause.join(happened(event, book, texts, lang, after).replace("\n", " ") for event in new)
    changed = {clock.key for event in new for clock in event.clocks}
    parts = [name, book.lifecycle.label(after.state, lang=lang), recorded]
    parts += [clause.join(_clocks(desk, after, changed, lang))]
    orders = [row.number for row in after.orders if row.answer_wanted and row.cleared_at is None]
    requests = [action_named(row.act, lang) for row in after.requests]
    for what, rows in (("orders", orders), ("requests", requests)):
        parts += [_SAID[what][zh].format(listing(rows, lang))] if rows else []
    say(" · ".join(filter(None, parts)))


def _clocks(desk: Desk, case: Case, changed: set[str], lang: Lang) -> Iterator[str]:
    """Yield what the clocks say that are kept for the case and not over yet, and what those say that changed just now."""
    book, verdicts = desk.rulebook_of(case), desk.verdicts(case.id)
    orders = {row.id: row.number for row in case.orders}
    for clock in case.clocks:
        if clock.status != "cancelled" and (clock.key in changed or (not clock.subject and clock.status != "stopped")):
            due = due_date(clock.due, lang, zone=book.zone) if clock.due else ""
            said = (clock_named(book, clock.key, lang, orders), due, verdicts[clock.key].text(lang))
            yield " ".join(filter(None, said))
