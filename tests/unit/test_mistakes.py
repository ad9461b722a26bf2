"""A mistake in a rulebook is told where it was written, with what was perhaps meant; and it hides no other mistake."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from casework import Rulebook
from casework.conditions import NAMES
from casework.errors import RulebookInvalid
from casework.states import standard_lifecycle
from tests.unit.town import REGISTER

HEAD = '[rulebook]\nid = "town"\nversion = 1\nbase = "standard"\n'
TOWN = """
[rulebook]
id = "town"
version = 1
base = "standard"
zone = "Asia/Shanghai"
calendar = "CN"
late_by = "handle"

[classes]
track = ["special", "timely"]

[roles.chief]
scope = "unit"
may = ["approve", "refuse", "answer", "note"]
sees = ["sender.name"]

[lifecycle]
drop_states = ["transferred"]
drop_actions = ["transfer"]
state = [{ name = "waiting_room", en = "Waiting", zh = "待转", kind = "waiting" }]
transition = [
    { action = "park", source = "reviewed", dest = "waiting_room" },
    { action = "resume", source = "waiting_room", dest = "reviewed" },
]
[lifecycle.unwatched]
published = "it is answered"

[roles.clerk]
may = ["review", "assign", "publish", "close", "extend", "issue", "clear", "take_up", "revisit", "reopen", "merge", "keep_apart"]

[channels.portal]
zh = "门户"
reply = "portal"

[intake.exits]
spam = "invalid"

[[intake.checks]]
id = "long"
subject = [2, 200]
level = "advise"

[intake.duplicate]
same = ["sender", "text"]
do = "propose"

[[route]]
id = "heating"
when = "'供热' in text and month > 10"
set = { unit = "住建局", track = "special" }

[assignment]
responsible = "first-asked"
assisting = "contribute"
decline = { limit = "24 hours" }

[hours]
open = "09:00-12:00, 13:30-17:30"
weekdays = { sat = "09:00-12:00" }

[[clock]]
id = "handle"
per = "case"
starts_on = ["receive", "reopen"]
stops_on = "publish"
pauses_on = "awaiting_citizen"
limit = [{ when = "track == 'special'", is = "8 working hours" }, { is = "5 working days" }]
count = { day_zero = "as-is", ends = "close", roll = "next" }
on = { return = "resume", reopen = "restart" }
extend = { approve = "clerk", from = "due", cap = "15 working days", cap_from = "receipt" }
promise = { cap = "5 working days" }
on_calendar_change = "later-only"

[[approval]]
on = "publish"
by = ["chief", "leader"]
when = "units > 1"
returns = ["handler", "previous"]
resubmit_at = "same"

[reply]
checks = [{ id = "vague", forbid = ["尽快"], level = "advise", when = "public" }]

[consultation]
convener = "clerk"
opinions = "required"
clock = "handle"

[revisit]
required = "outcome == 'needs-work'"

[reopen]
within = "30 calendar days"

[[order]]
id = "supervision"
by = ["clerk"]
to = ["lead", "chief"]
cc = ["leader"]
revisit = "unit"
document = { series = "督{year}-{n:03}", template = "{{ number }} {{ subject }}" }
answer = { limit = [{ is = "3 working days" }], cleared_by = "clerk" }

[[rung]]
id = "late"
on = "late:handle"
at = "1 working day"
do = ["issue:supervision", "notify:chief", "set:track=special"]
mode = "propose"
repeat = { every = "1 working day", max = 3 }

[[rung]]
id = "ignored"
on = "unanswered:supervision"
do = ["notify:leader"]

[[rung]]
id = "often"
on = "returned"
at = 2
do = ["reopen"]

[[rung]]
id = "thanked"
on = "done:praise"
do = ["notify:leader"]

[[notify]]
on = "assign"
to = ["chief", "sender"]
zh = "请签收"
when = "declined > 1"

[[schedule]]
id = "monthly"
every = "month"
as_of = 10
form = "bulletin"
title = "通报"
groups = ["townships"]
lists = ["open-late"]
figures = ["reply"]

[ask]
times = 2
"""

# What is replaced, by what, and what is then told: where, and which words.
PLANTED = [
    # a name that is none of those declared
    ('base = "standard"', 'base = "standrad"', "rulebook.base", "did you mean 'standard'?"),
    ('zone = "Asia/Shanghai"', 'zone = "Asia/Shangai"', "rulebook.zone", "did you mean 'Asia/Shanghai'?"),
    ('calendar = "CN"', 'calendar = "ZZ"', "rulebook.calendar", "'ZZ'"),
    ('late_by = "handle"', 'late_by = "handel"', "rulebook.late_by", "did you mean 'handle'?"),
    ('"approve", "refuse", "answer"', '"aprove", "refuse", "answer"', "roles.chief.may", "did you mean 'approve'?"),
    ('sees = ["sender.name"]', 'sees = ["sender.nmae"]', "roles.chief.sees", "did you mean 'sender.name'?"),
    ('drop_states = ["transferred"]', 'drop_states = ["transfered"]', "lifecycle.drop_states[0]", "did you mean 'transferred'?"),
    ('drop_actions = ["transfer"]', 'drop_actions = ["transfre"]', "lifecycle.drop_actions", "did you mean 'transfer'?"),
    ('source = "reviewed"', 'source = "reviwed"', "lifecycle.transition[0].source", "did you mean 'reviewed'?"),
    ('dest = "waiting_room"', 'dest = "waiting_rom"', "lifecycle.transition[0].dest", "did you mean 'waiting_room'?"),
    ('published = "it is answered"', 'publishd = "x"', "lifecycle.unwatched.publishd", "did you mean 'published'?"),
    ('published = "it is answered"', 'closed = "x"', "lifecycle.unwatched.closed", "only open states"),
    ('published = "it is answered"', 'published = " "', "lifecycle.unwatched.published", "say why"),
    ("in text and", "in txet and", "route[0].when", "did you mean 'text'?"),
    ('unit = "住建局"', 'unit = "住建"', "route[0].set.unit", "did you mean '住建局'?"),
    ('"住建局", track = "special"', '"住建局", trakc = "special"', "route[0].set.trakc", "did you mean 'track'?"),
    ('"住建局", track = "special"', '"住建局", track = "speical"', "route[0].set.track", "did you mean 'special'?"),
    ('starts_on = ["receive"', 'starts_on = ["recieve"', "clock[0].starts_on", "did you mean 'receive'?"),
    ('stops_on = "publish"', 'stops_on = "publsh"', "clock[0].stops_on", "did you mean 'publish'?"),
    ('pauses_on = "awaiting_citizen"', 'pauses_on = "awaiting_citzen"', "clock[0].pauses_on", "did you mean 'awaiting_citizen'?"),
    ("track == 'special'", "trak == 'special'", "clock[0].limit[0].when", "did you mean 'track'?"),
    ('{ approve = "clerk"', '{ approve = "clark"', "clock[0].extend.approve", "did you mean 'clerk'?"),
    ('on = "publish"\nby', 'on = "publich"\nby', "approval[0].on", "did you mean 'publish'?"),
    ('by = ["chief", "leader"]', 'by = ["chief", "laeder"]', "approval[0].by", "did you mean 'leader'?"),
    ('when = "units > 1"', 'when = "untis > 1"', "approval[0].when", "did you mean 'units'?"),
    ('when = "public"', 'when = "pulbic"', "reply.checks[0].when", "did you mean 'public'?"),
    ('convener = "clerk"', 'convener = "clrk"', "consultation.convener", "did you mean 'clerk'?"),
    ('clock = "handle"', 'clock = "handl"', "consultation.clock", "did you mean 'handle'?"),
    ("outcome == 'needs-work'", "outcom == 'needs-work'", "revisit.required", "did you mean 'outcome'?"),
    ('by = ["clerk"]', 'by = ["clekr"]', "order[0].by", "did you mean 'clerk'?"),
    ('to = ["lead", "chief"]', 'to = ["laed", "chief"]', "order[0].to", "did you mean 'lead'?"),
    ('to = ["lead", "chief"]', 'to = ["lead", "cheif"]', "order[0].to", "did you mean 'chief'?"),
    ('cc = ["leader"]', 'cc = ["leadr"]', "order[0].cc", "did you mean 'leader'?"),
    ("{{ subject }}", "{{ subjct }}", "order[0].document.template", "did you mean 'subject'?"),
    ('cleared_by = "clerk"', 'cleared_by = "clrek"', "order[0].answer.cleared_by", "did you mean 'clerk'?"),
    ('on = "late:handle"', 'on = "late:hnadle"', "rung[0].on", "did you mean 'handle'?"),
    ('on = "late:handle"', 'on = "lat:handle"', "rung[0].on", "did you mean 'late'?"),
    ("issue:supervision", "issue:supervison", "rung[0].do", "did you mean 'supervision'?"),
    ("issue:supervision", "isue:supervision", "rung[0].do", "did you mean 'issue'?"),
    ("notify:chief", "notify:chef", "rung[0].do", "did you mean 'chief'?"),
    ("set:track=special", "set:track=speshal", "rung[0].do", "did you mean 'special'?"),
    ("unanswered:supervision", "unanswered:supervisoin", "rung[1].on", "did you mean 'supervision'?"),
    ('on = "returned"', 'on = "retruned"', "rung[2].on", "did you mean 'returned'?"),
    ("done:praise", "done:prais", "rung[3].on", "did you mean 'praise'?"),
    ('on = "assign"', 'on = "asign"', "notify[0].on", "did you mean 'assign'?"),
    ('"chief", "sender"', '"chief", "sendre"', "notify[0].to", "did you mean 'sender'?"),
    ('when = "declined > 1"', 'when = "decliend > 1"', "notify[0].when", "did you mean 'declined'?"),
    ('groups = ["townships"]', 'groups = ["townshisp"]', "schedule[0].groups", "did you mean 'townships'?"),
    ('figures = ["reply"]', 'figures = ["repyl"]', "schedule[0].figures", "did you mean 'reply'?"),
    # a value that is none of those there are
    ('kind = "waiting"', 'kind = "waitign"', "lifecycle.state[0].kind", "did you mean 'waiting'?"),
    ('scope = "unit"', 'scope = "untis"', "roles.chief.scope", "did you mean 'unit'? (one of: own, unit, board, any)"),
    ('spam = "invalid"', 'spam = "invald"', "intake.exits.spam", "did you mean 'invalid'?"),
    (
        'subject = [2, 200]\nlevel = "advise"',
        'subject = [2, 200]\nlevel = "advice"',
        "intake.checks[0].level",
        "did you mean 'advise'?",
    ),
    ('same = ["sender", "text"]', 'same = ["sendr", "text"]', "intake.duplicate.same[0]", "did you mean 'sender'?"),
    ('do = "propose"', 'do = "proprose"', "intake.duplicate.do", "did you mean 'propose'?"),
    ('responsible = "first-asked"', 'responsible = "first-ask"', "assignment.responsible", "did you mean 'first-asked'?"),
    ('assisting = "contribute"', 'assisting = "contribut"', "assignment.assisting", "did you mean 'contribute'?"),
    ('per = "case"', 'per = "cases"', "clock[0].per", "did you mean 'case'?"),
    ('day_zero = "as-is"', 'day_zero = "as-si"', "clock[0].count.day_zero", "did you mean 'as-is'?"),
    ('ends = "close"', 'ends = "closes"', "clock[0].count.ends", "did you mean 'close'?"),
    ('roll = "next"', 'roll = "nxet"', "clock[0].count.roll", "did you mean 'next'?"),
    ('reopen = "restart"', 'reopen = "restrat"', "clock[0].on.reopen", "did you mean 'restart'?"),
    ('from = "due"', 'from = "deu"', "clock[0].extend.from", "did you mean 'due'?"),
    ('cap_from = "receipt"', 'cap_from = "reciept"', "clock[0].extend.cap_from", "did you mean 'receipt'?"),
    ('"later-only"', '"later-onyl"', "clock[0].on_calendar_change", "did you mean 'later-only'?"),
    ('"handler", "previous"', '"handler", "previuos"', "approval[0].returns[1]", "did you mean 'previous'?"),
    ('resubmit_at = "same"', 'resubmit_at = "smae"', "approval[0].resubmit_at", "did you mean 'same'?"),
    ('opinions = "required"', 'opinions = "require"', "consultation.opinions", "did you mean 'required'?"),
    ('revisit = "unit"', 'revisit = "uint"', "order[0].revisit", "did you mean 'unit'?"),
    ('mode = "propose"', 'mode = "porpose"', "rung[0].mode", "did you mean 'propose'?"),
    ('every = "month"', 'every = "monht"', "schedule[0].every", "did you mean 'month'?"),
    ('form = "bulletin"', 'form = "buletin"', "schedule[0].form", "did you mean 'bulletin'?"),
    ('lists = ["open-late"]', 'lists = ["open-lat"]', "schedule[0].lists[0]", "did you mean 'open-late'?"),
    ("weekdays = { sat", "weekdays = { sta", "hours.weekdays.sta", "did you mean 'sat'?"),
    # a key or a table that there is not
    ("[[clock]]", "[[clocks]]", "clocks", "unknown key 'clocks'; did you mean 'clock'?"),
    ("[consultation]", "[consultaton]", "consultaton", "did you mean 'consultation'?"),
    ("[roles.chief]", "[role.chief]", "role", "did you mean 'roles'?"),
    ("starts_on =", "start_on =", "clock[0].start_on", "did you mean 'starts_on'?"),
    ("day_zero =", "dayzero =", "clock[0].count.dayzero", "did you mean 'day_zero'?"),
    ("approve = ", "approver = ", "clock[0].extend.approver", "did you mean 'approve'?"),
    ("cleared_by =", "clear_by =", "order[0].answer.clear_by", "did you mean 'cleared_by'?"),
    ('is = "8 working', 'iss = "8 working', "clock[0].limit[0].iss", "did you mean 'is'?"),
    ("convener =", "convenor =", "consultation.convenor", "did you mean 'convener'?"),
    # a value of another kind, or out of bounds
    ('within = "30 calendar days"', 'within = "30 calender days"', "reopen.within", "'calendar days'"),
    ('within = "30 calendar days"', "within = 30", "reopen.within", "must be a text in quotes, not 30"),
    ('is = "5 working days"', 'is = "5 wroking days"', "clock[0].limit[1].is", "'working days'"),
    ('is = "5 working days"', "is = 5", "clock[0].limit[1].is", "must be a text in quotes, not 5"),
    ('at = "1 working day"', 'at = ["1 working day"]', "rung[0].at", "must be a text in quotes or a whole number, not a list"),
    ('by = ["chief", "leader"]', 'by = "chief"', "approval[0].by", "must be a list, such as ['…'], not 'chief'"),
    ('by = ["chief", "leader"]', "by = []", "approval[0].by", "must not be empty"),
    ("[[approval]]", "[approval]", "approval", "must be rows, each under [[approval]] with two brackets"),
    ("times = 2", "times = -1", "ask.times", "must be at least 0, not -1"),
    ("times = 2", 'times = "often"', "ask.times", "must be a whole number, not 'often'"),
    ("max = 3", "max = 1000", "rung[0].repeat.max", "must be at most 100, not 1000"),
    ("version = 1\n", 'version = "new"\n', "rulebook.version", "must be a whole number, not 'new'"),
    ('id = "heating"', 'id = "Heating"', "route[0].id", "small letters, digits and hyphens"),
    ('zh = "请签收"', 'zh = ["请签收"]', "notify[0].zh", "must be a text in quotes, not a list"),
    ('zh = "请签收"\n', "", "notify[0].zh", "the key 'zh' is missing"),
    ('open = "09:00-12:00, 13:30-17:30"', 'open = "9-5"', "hours.open", "cannot read the office hours '9-5'"),
    ('series = "督{year}', 'series = "督{yaer}', "order[0].document.series", "{year}"),
    ("decline = { limit", "decline = { limits", "assignment.decline.limits", "did you mean 'limit'?"),
    ("times = 2", 'times = "2"', "ask.times", "must be a whole number, not '2'"),
    ("times = 2", "times = true", "ask.times", "must be a whole number, not true"),
    ("times = 2", "times = 2026-01-31", "ask.times", "must be a whole number, not 2026-01-31"),
    ("version = 1\n", 'version = "1"\n', "rulebook.version", "must be a whole number, not '1'"),
    (
        'repeat = { every = "1 working day", max = 3 }',
        "repeat = true",
        "rung[0].repeat",
        "such as { every = …, max = … }, not true",
    ),
    (
        'count = { day_zero = "as-is", ends = "close", roll = "next" }',
        "count = 3",
        "clock[0].count",
        "such as { day_zero = …, cutoff",
    ),
    ("at = 2\n", 'at = "2"\n', "rung[2]", "such as 3, not at '2'; write it without quotes"),
    ('is = "5 working days"', 'is = "5 days"', "clock[0].limit[1].is", "say 'working days' or 'calendar days'"),
    ('reply = "portal"', 'public = "true"', "channels.portal.public", "must be true or false, not 'true'"),
    ('sees = ["sender.name"]', 'seees = ["sender.name"]', "roles.chief.seees", "did you mean 'sees'?"),
    # what people call it, where its id is wanted
    ('"approve", "refuse", "answer"', '"登记受理", "refuse"', "roles.chief.may", "did you mean 'review'?"),
    ('starts_on = ["receive"', 'starts_on = ["交办"', "clock[0].starts_on", "did you mean 'assign'?"),
    (
        'pauses_on = "awaiting_citizen"',
        'pauses_on = "Awaiting the citizen"',
        "clock[0].pauses_on",
        "did you mean 'awaiting_citizen'?",
    ),
    ('convener = "clerk"', 'convener = "问政办"', "consultation.convener", "did you mean 'clerk'?"),
    ('"住建局", track = "special"', '"住建局", kind = "咨询"', "route[0].set.kind", "did you mean 'consult'?"),
    ('"set:track=special"', '"set:kind=投诉"', "rung[0].do", "did you mean 'complaint'?"),
    ('"住建局", track = "special"', '"住建局", "类别" = "consult"', "route[0].set.类别", "did you mean 'kind'?"),
    ("track == 'special'", "kind == '咨询'", "clock[0].limit[0].when", "did you mean 'consult'?"),
    # a name that is like none of those that there are
    ('late_by = "handle"', 'late_by = "zzz"', "rulebook.late_by", "(known: handle, answer-supervision)"),
    ('"住建局", track = "special"', '"住建局", xyz = "special"', "route[0].set.xyz", "(known: kind, outcome, track)"),
    ('"住建局", track = "special"', '"住建局", track = "xyz"', "route[0].set.track", "(known: special, timely)"),
    ('to = ["lead", "chief"]', 'to = ["住建局"]', "order[0].to", "'lead', 'units', 'parent' or a role: clerk"),
    ('to = ["lead", "chief"]', 'to = ["分管领导"]', "order[0].to", "an order goes to no unit by its name"),
    # a condition
    ('when = "units > 1"', 'when = "units > 1 && public"', "approval[0].when", "write 'and' for &&"),
    ('when = "units > 1"', 'when = "units"', "approval[0].when", "a condition is true or false"),
    ('when = "units > 1"', "when = \"units > '1'\"", "approval[0].when", "a number stands without quotes"),
    ('when = "units > 1"', "when = \"units == '1'\"", "approval[0].when", "units is a number, which stands without quotes"),
    ('when = "units > 1"', "when = \"public == 'yes'\"", "approval[0].when", "public is true or false, without quotes"),
    ('when = "units > 1"', "when = \"date > '2020-7-1'\"", "approval[0].when", "a date is written like '2020-07-01'"),
    ("'供热' in text and month", "‘供热’ in text and month", "route[0].when", "a text stands between straight quotes"),
]


def told(text: str) -> list[str]:
    """Everything that is wrong with a rulebook; nothing where it can be used."""
    try:
        Rulebook.parse(text, name="town", register=REGISTER)
    except RulebookInvalid as error:
        return [str(problem) for problem in error.problems]
    return []


def planted(mistakes: Iterable[tuple[str, str, str, str]]) -> str:
    text = TOWN
    for right, wrong, *_ in mistakes:
        assert right in text
        text = text.replace(right, wrong, 1)
    return text


def test_the_rulebook_that_mistakes_are_planted_in_has_none() -> None:
    assert told(TOWN) == []


@pytest.mark.parametrize("mistake", PLANTED, ids=[f"{path}: {wrong}" for _, wrong, path, _ in PLANTED])
def test_a_mistake_is_told_once_at_its_place_with_what_was_meant(mistake: tuple[str, str, str, str]) -> None:
    *_, path, words = mistake
    found = told(planted([mistake]))
    here = [row for row in found if row.endswith(f" @ {path}")]
    assert len(here) == 1, found
    assert words in here[0]


# --- what conditions cannot hold --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong, meant",
    [
        ("public && units > 1", "write 'and' for &&"),
        ("public || units > 1", "write 'or' for ||"),
        ("!public", "write 'not' for !"),
        ("units <> 1", "write != for <>"),
        ("kind = 'help'", "write == for ="),
        ("public AND units > 1", "write and, or, not, in with small letters"),
        ("kind == “help”", "a text stands between straight quotes"),
        ("kind == 咨询", "a text stands between straight quotes"),
        ("（public）", "its signs are those of a keyboard in English"),
        ("kind == 'help", "a quote is opened and not closed"),
        ("(public", "it breaks off; something is missing at its end"),
        ("units > '1'", "a number stands without quotes"),
        ("public units", "syntax error"),
    ],
)
def test_a_condition_that_cannot_be_read_is_told_with_what_to_write_instead(wrong: str, meant: str) -> None:
    (row,) = told(HEAD + f'[revisit]\nrequired = """{wrong}"""\n')
    assert row.startswith(f"cannot read the condition {wrong!r}: {meant}") and row.endswith(" @ revisit.required")


@pytest.mark.parametrize(
    "right",
    [
        "kind == 'a && b = c' or kind == 'help'",
        "date >= '2020-07-01' and date < '2021'",
        "kind != '' and not public",
        "public == true",
        "text =~ '.*！.*'",
        "month > 10 ? public : units > 1",
        "month > 10 ? public : units",  # of which nothing can be told before it is asked
    ],
)
def test_a_condition_that_can_be_read_is_taken(right: str) -> None:
    assert [row for row in told(HEAD + f'[revisit]\nrequired = """{right}"""\n') if "is never" not in row] == []


def test_a_name_of_a_figure_s_count_is_told_with_what_is_counted_and_not_with_a_word_that_only_looks_alike() -> None:
    figure = '[figures.redone]\nzh = "发回重办率"\nof = "{}"\nbase = "closed"\n'
    (row,) = told(HEAD + figure.format("reopend-cases"))
    assert row.startswith("unknown count 'reopend-cases' (counted: received, registered, ") and row.endswith(" @ figures.redone.of")
    assert told(HEAD + figure.format("satisfed")) == ["unknown count 'satisfed'; did you mean 'satisfied'? @ figures.redone.of"]


def test_a_name_where_nothing_is_declared_is_told_so() -> None:
    assert told(HEAD + 'late_by = "handle"\n') == ["unknown clock 'handle' (there is none) @ rulebook.late_by"]


def test_a_register_in_place_of_a_rulebook_is_called_one() -> None:
    (row,) = told('id = "town"\n[[group]]\nid = "towns"\nzh = "乡镇"\nen = "towns"\n[[unit]]\nname = "夹河镇"\ngroup = "towns"\n')
    assert row.startswith("this is a register of units, not a rulebook") and row.endswith(" @ town")


def test_a_rulebook_with_units_in_it_is_no_register() -> None:
    (row,) = told(HEAD + '[[unit]]\nname = "夹河镇"\n')
    assert row.startswith("unknown key 'unit'") and row.endswith(" @ unit")


def test_a_number_in_quotes_behind_a_row_that_cannot_be_read_is_told_at_its_own_place() -> None:
    bad = '[[rung]]\nid = "a"\non = "returned"\nat = "2 hours"\ndo = ["notify:clerk"]\n'
    quoted = '[[rung]]\nid = "b"\non = "declined"\ndo = ["notify:clerk"]\nrepeat = { every = 1, max = "3" }\n'
    assert [row.rpartition(" @ ")[2] for row in told(HEAD + bad + quoted)] == ["rung[0]", "rung[1].repeat.max"]


def test_what_was_kept_is_read_as_it_was_when_it_was_taken_in() -> None:
    kept = '{"rulebook": {"id": "town", "version": "1"}, "revisit": {"required": "units"}}'
    book = Rulebook.restore(kept)
    assert (book.outline.rulebook.version, book.outline.revisit.required) == (1, "units")


@pytest.mark.parametrize("hours", ["9:00－17:00", "9:00～17:00", "9:00~17:00", "9：00至17：00"])
def test_office_hours_are_read_with_the_signs_of_either_keyboard(hours: str) -> None:
    book = Rulebook.parse(TOWN.replace("09:00-12:00, 13:30-17:30", hours), name="town", register=REGISTER)
    assert book.outline.hours is not None
    assert book.outline.hours.open == "09:00-17:00"


# --- several at once --------------------------------------------------------------------------------------------------

HIDING = {"rulebook.base", "clocks", "approval", "role", "consultaton"}
"""Mistakes that change the places of others, or after which a whole table or the base cannot be read."""


def line(piece: str) -> int:
    return TOWN[: TOWN.index(piece)].count("\n")


@cache
def places(mistake: tuple[str, str, str, str]) -> list[str]:
    """Where something is told of a mistake that is the only one."""
    return [row.rpartition(" @ ")[2] for row in told(planted([mistake]))]


@given(
    st.lists(
        st.sampled_from([row for row in PLANTED if row[2] not in HIDING]),
        min_size=2,
        max_size=6,
        unique_by=(lambda row: line(row[0]), lambda row: row[2]),
    )
)
def test_several_mistakes_are_all_told(mistakes: list[tuple[str, str, str, str]]) -> None:
    text, there, alone = TOWN, [], set[str]()
    for mistake in mistakes:
        right, wrong, path, words = mistake
        if right in text:  # not where another mistake was made
            text = text.replace(right, wrong, 1)
            there.append((path, words))
            alone.update(places(mistake))
    found = told(text)
    for path, words in there:
        assert any(row.endswith(f" @ {path}") and words in row for row in found), (path, found)
    assert {row.rpartition(" @ ")[2] for row in found} <= alone, found  # and none that only follows from what was not read


NAMED = [
    (right, name[1]) for right, _, _, words in PLANTED if (name := re.search("did you mean '([^']*)'", words)) and name[1] in right
]
VALID = {*standard_lifecycle().actions, *standard_lifecycle().states, *NAMES}


@st.composite
def misspelt(draw: st.DrawFn) -> tuple[str, str, str]:
    """A piece of the rulebook, the same with one letter of a name wrong, and the name."""
    right, name = draw(st.sampled_from(NAMED))
    at = draw(st.integers(0, len(name) - 1))
    letter = draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz"))
    turned = name[:at] + name[at : at + 2][::-1] + name[at + 2 :]
    wrong = draw(
        st.sampled_from([name[:at] + name[at + 1 :], name[:at] + letter + name[at:], name[:at] + letter + name[at + 1 :], turned])
    )
    assume(wrong not in (name, "") and wrong not in VALID)
    return (
        right,
        right[::-1].replace(name[::-1], wrong[::-1], 1)[::-1] if right.endswith(name) else right.replace(name, wrong, 1),
        name,
    )


@given(misspelt())
def test_a_name_with_one_wrong_letter_is_told_with_the_right_name(case: tuple[str, str, str]) -> None:
    right, wrong, name = case
    found = told(TOWN.replace(right, wrong, 1))
    assert any(name in row for row in found), found


def test_what_only_follows_from_a_table_that_could_not_be_read_is_not_told() -> None:
    clocks = planted([("[[clock]]", "[[clocks]]", "", ""), ('to = ["lead", "chief"]', 'to = ["lead", "cheif"]', "", "")])
    assert told(clocks) == [
        "unknown key 'clocks'; did you mean 'clock'? @ clocks",
        "unknown role 'cheif'; did you mean 'chief'? @ order[0].to",
    ]
    inside = planted([("[[clock]]", "[[clocks]]", "", ""), ('starts_on = ["receive"', 'starts_on = ["recieve"', "", "")])
    assert "unknown action or state 'recieve'; did you mean 'receive'? @ clocks[0].starts_on" in told(inside)


def test_a_row_that_cannot_be_read_moves_no_other_row_s_place() -> None:
    text = planted([("at = 2\n", 'at = "2 hours"\n', "", ""), ("done:praise", "done:prais", "", "")])
    assert told(text) == [
        "a rung on a count stands at a number from 1 on, such as 3, not at '2 hours' @ rung[2]",
        "unknown action 'prais'; did you mean 'praise'? @ rung[3].on",
    ]


def test_without_the_whole_of_a_table_that_others_name_only_mistakes_of_form_are_told() -> None:
    broken = "clock = 5\n" + HEAD + '[rulebook2]\n[[notify]]\non = "asign"\nto = ["clerk"]\nzh = "x"\n'
    assert told(broken) == [
        "must be a list, such as ['…'], not 5 @ clock",
        "unknown key 'rulebook2'; did you mean 'rulebook'? @ rulebook2",
    ]


def test_a_key_that_is_like_none_is_told_with_those_that_there_are() -> None:
    assert told(HEAD + "[ask]\nxyz = 1\n") == ["unknown key 'xyz' (known: times, source, assumption) @ ask.xyz"]


def test_what_a_rulebook_kept_cannot_be_read_is_told_too() -> None:
    with pytest.raises(RulebookInvalid, match=r"must be at least 0, not -1 @ ask\.times"):
        Rulebook.restore('{"rulebook": {"id": "town", "version": 1}, "ask": {"times": -1}}')


def test_a_name_is_not_called_unknown_because_what_bears_it_could_not_be_read() -> None:
    beside = '[[clock]]\nid = "far"\nstarts_on = "receive"\nstops_on = "close"\nlimit = [{ is = "1 working day" }]\n'
    rung = '[[rung]]\nid = "r"\non = "late:other"\ndo = ["notify:clerk"]\n'
    other = beside.replace("[[clock]]", "[[clocks]]").replace("far", "other")  # clock is there too, so this is not read as it
    assert told(HEAD + beside + other + rung) == ["unknown key 'clocks'; did you mean 'clock'? @ clocks"]
    assert told(HEAD + beside + rung) == ["unknown clock 'other' (known: far) @ rung[0].on"]


def test_a_misspelt_key_is_read_as_what_it_stands_for() -> None:
    state = TOWN.replace('{ name = "waiting_room", en = "Waiting"', '{ nam = "waiting_room", en = "Waiting"')
    assert [row.rpartition(" @ ")[2] for row in told(state)] == ["lifecycle.state[0].name", "lifecycle.state[0].nam"]


def test_a_role_that_could_not_be_read_whole_may_have_been_the_one_that_may() -> None:
    alone = HEAD + '[reopen]\nwithin = "9 calendar days"\n[revisit]\nrequired = "public"\n'
    roles = "".join(f"[roles.{name}]\nmay = 3\n" for name in ("clerk", "handler", "supervisor"))
    assert [row.rpartition(" @ ")[2] for row in told(alone + roles)] == [
        "roles.clerk.may",
        "roles.handler.may",
        "roles.supervisor.may",
    ]


def test_office_hours_that_could_not_be_read_are_not_called_missing() -> None:
    assert [row.rpartition(" @ ")[2] for row in told(TOWN.replace('open = "09:00-12:00, 13:30-17:30"', 'opens = "9-5"'))] == [
        "hours.open",
        "hours.opens",
    ]
    assert told("hours = 3\n" + TOWN.replace("[hours]", "[labels]").replace('weekdays = { sat = "09:00-12:00" }', "")) == [
        "must be a table, not 3 @ hours"
    ]


def test_a_misspelt_key_beside_the_right_one_does_not_take_its_place() -> None:
    assert told(TOWN.replace("[ask]\ntimes = 2", '[ask]\ntimes = 2\ntime = "x"')) == [
        "unknown key 'time'; did you mean 'times'? @ ask.time"
    ]
    rows = TOWN.replace("[[clock]]", '[[clocks]]\nid = "x"\n[[clock]]').replace('convener = "clerk"', 'convener = "clrk"')
    assert told(rows) == [
        "unknown key 'clocks'; did you mean 'clock'? @ clocks",
        "unknown role 'clrk'; did you mean 'clerk'? @ consultation.convener",
    ]


def test_rows_under_a_misspelt_table_do_not_hide_those_under_the_right_one() -> None:
    row = 'id = "{}"\nstarts_on = "{}"\nstops_on = "close"\nlimit = [{{ is = "1 working day" }}]\n'
    assert told(HEAD + "[[clock]]\n" + row.format("one", "recieve") + "[[clocks]]\n" + row.format("two", "receive")) == [
        "unknown key 'clocks'; did you mean 'clock'? @ clocks",
        "unknown action or state 'recieve'; did you mean 'receive'? @ clock[0].starts_on",
    ]


def test_rows_that_are_wrong_are_told_and_not_that_there_are_none() -> None:
    assert told(HEAD + '[[clock]]\nid = "c"\nstarts_on = "receive"\nstops_on = "close"\nlimit = [3]\n') == [
        "must be a table, such as { is = … }, not 3 @ clock[0].limit[0]"
    ]
