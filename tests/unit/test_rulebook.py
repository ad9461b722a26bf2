"""A rulebook is checked as a whole: every mistake is found at once, with its place and what was perhaps meant."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from casework import Rulebook
from casework.errors import Problem, RegisterInvalid, RulebookInvalid, UnknownRulebook
from casework.rulebook import shipped_file, shipped_names
from casework.units import Register, read_register

HEAD = '[rulebook]\nid = "town"\nversion = 1\nbase = "standard"\n'
REGISTER = read_register(
    'id = "r"\n[[group]]\nid = "towns"\nzh = "乡镇"\nen = "towns"\n[[unit]]\nname = "住建局"\ngroup = "towns"\n'
)

ACROSS = """
late_by = "handel"
calendar = "ZZ"

[roles.clerk]
may = ["reviw", "assign"]

[roles.office]
scope = "any"

[[route]]
id = "heating"
when = "'供热' in txt"
set = { unit = "住建", kind = "complain", trak = "x" }

[[route]]
id = "heating"

[[clock]]
id = "handle"
starts_on = "recieve"
stops_on = "publish"
pauses_on = ["awaiting"]
limit = [{ is = "5 working days", when = "units > 'x'" }]

[[approval]]
on = "publish"
by = ["office", "boss"]

[[approval]]
on = "asign"
by = ["leader"]

[consultation]
convener = "clrk"
clock = "handl"

[[order]]
id = "supervision"
by = ["supervisr"]
to = ["lead", "citizn"]
cc = ["leadr"]
document = { series = "督{n}" }
answer = { cleared_by = "reviewer" }

[[rung]]
id = "late"
on = "late:handl"
do = ["issue:supervison", "notify:handlr", "set:kind=complain"]

[[rung]]
id = "unanswered"
on = "unanswered:supervision"
do = ["notify:leader"]

[[rung]]
id = "thanked"
on = "done:prais"
do = ["notify:leader"]

[[notify]]
on = "publsh"
to = ["sendr"]
zh = "x"

[[schedule]]
id = "monthly"
every = "month"
as_of = 10
title = "x"
groups = ["town"]
"""
ACROSS_PROBLEMS = [
    "unknown action 'reviw'; did you mean 'review'? @ roles.clerk.may",
    "the id 'heating' is used twice @ route[1].id",
    "unknown unit '住建'; did you mean '住建局'? @ route[0].set.unit",
    "unknown value for class 'kind' 'complain'; did you mean 'complaint'? @ route[0].set.kind",
    "unknown class 'trak' (known: kind, outcome) @ route[0].set.trak",
    "a route has exactly one of set, call @ route[1]",
    "unknown action or state 'recieve'; did you mean 'receive'? @ clock[0].starts_on",
    "unknown state 'awaiting'; did you mean 'awaiting_citizen'? @ clock[0].pauses_on",
    "one limit must stand without a condition, for all other cases @ clock[0].limit",
    "cannot read the condition \"units > 'x'\": a number stands without quotes, and only a date is earlier or later than a text"
    " @ clock[0].limit[0].when",
    "role 'office' stands at a gate and may not approve @ approval[0].by",
    "unknown role 'boss' (known: clerk, handler, reviewer, supervisor, leader, citizen, steward, portal, office) @ approval[0].by",
    "unknown act that could wait for approval 'asign'; did you mean 'assign'? @ approval[1].on",
    "unknown role 'clrk'; did you mean 'clerk'? @ consultation.convener",
    "unknown clock 'handl'; did you mean 'handle'? @ consultation.clock",
    "unknown role 'supervisr'; did you mean 'supervisor'? @ order[0].by",
    "unknown role 'citizn'; did you mean 'citizen'? @ order[0].to",
    "unknown role 'leadr'; did you mean 'leader'? @ order[0].cc",
    "role 'reviewer' strikes this form off and may not clear @ order[0].answer.cleared_by",
    "unknown clock 'handl'; did you mean 'handle'? @ rung[0].on",
    "unknown order form 'supervison'; did you mean 'supervision'? @ rung[0].do",
    "unknown role 'handlr'; did you mean 'handler'? @ rung[0].do",
    "unknown value for class 'kind' 'complain'; did you mean 'complaint'? @ rung[0].do",
    "answers to 'supervision' have no limit; give it one: answer = { limit = […] } @ rung[1].on",
    "unknown action 'prais'; did you mean 'praise'? @ rung[2].on",
    "unknown action 'publsh'; did you mean 'publish'? @ notify[0].on",
    "unknown role 'sendr'; did you mean 'sender'? @ notify[0].to",
    "unknown clock 'handel'; did you mean 'handle'? @ rulebook.late_by",
    "unknown group 'town'; did you mean 'towns'? @ schedule[0].groups",
]

FORM = """
[rulebook]
id = "Broken"
versoin = 1
zone = "Asia/Shangai"

[roles.clerk]
scope = "everything"

[intake.exits]
spam = "junk"

[[clock]]
id = "handle"
starts_on = []
stops_on = "publish"
limit = [{ is = "5 wroking days" }]
count = { ends = "25:00", day_zer = "as-is" }

[[approval]]
on = "publish"
by = []

[reply]
checks = [{ id = "a" }, { id = "b", min_chars = 1, forbid = ["x"] }]

[[order]]
id = "o"
document = { series = "督" }

[[rung]]
id = "r"
on = "late:handle"
at = "-1 hour"
do = ["notify:clerk"]

[[rung]]
id = "r2"
on = "due:handle"
at = "1 hour"
repeat = { every = "1 working day", max = 3 }
do = ["notify:clerk"]

[[rung]]
id = "r3"
on = "louder"
do = ["shout:loud"]

[[rung]]
id = "r4"
on = "returned"
at = "1 hour"
do = ["notify:clerk"]

[[notify]]
on = "publish"
"""
FORM_PROBLEMS = [
    "an id has small letters, digits and hyphens, and begins with a letter; got 'Broken' @ rulebook.id",
    "the key 'version' is missing @ rulebook.version",
    "unknown time zone 'Asia/Shangai'; did you mean 'Asia/Shanghai'? @ rulebook.zone",
    "unknown key 'versoin'; did you mean 'version'? @ rulebook.versoin",
    "unknown value 'everything' (one of: own, unit, board, any) @ roles.clerk.scope",
    "unknown value 'junk' (one of: invalid, duplicate, transferred) @ intake.exits.spam",
    "unknown key 'day_zer'; did you mean 'day_zero'? @ clock[0].count.day_zer",
    "a check has exactly one of require, forbid, min_chars, max_chars, require_all, acknowledgement, signature, date; "
    "this one has none @ reply.checks[0]",
    "a check has exactly one of require, forbid, min_chars, max_chars, require_all, acknowledgement, signature, date; "
    "this one has forbid and min_chars @ reply.checks[1]",
    "a series holds {n} and perhaps {year}, for example '督{year}-{n:03}'; got '督' @ order[0].document.series",
    "a rung on lateness lies after the due moment; for a warning before it use on = 'due:…' @ rung[0]",
    "'at' and 'repeat.every' must be in the same unit @ rung[1]",
    "a rung cannot stand on 'louder' (accepted: due:CLOCK, late:CLOCK, unanswered:FORM, done:ACTION, returned, declined, "
    "dissatisfied, repeated, views, instructed) @ rung[2].on",
    "cannot do 'shout:loud'; a rung does 'issue:FORM', 'notify:ROLE', 'set:AXIS=VALUE', 'reopen', 'return', 'consult' or "
    "'withdraw' @ rung[2].do",
    "a rung on a count stands at a number from 1 on, such as 3, not at '1 hour' @ rung[3]",
    "the key 'to' is missing @ notify[0].to",
    "the key 'zh' is missing @ notify[0].zh",
]


def problems(text: str, *, register: Register | None = None) -> list[str]:
    with pytest.raises(RulebookInvalid) as error:
        Rulebook.parse(text, name="town.toml", register=register)
    found = error.value.problems
    assert str(error.value) == f"rulebook 'town.toml' has {len(found)} problem{'s' * (len(found) != 1)}:" + "".join(
        f"\n  - {problem}" for problem in found
    )
    return [str(problem) for problem in found]


def town(text: str, *, register: Register | None = None) -> Rulebook:
    return Rulebook.parse(HEAD + text, register=register)


# --- all at once ------------------------------------------------------------------------------------------------------


def test_every_mistake_between_tables_is_found_at_once() -> None:
    found = problems(HEAD + ACROSS, register=REGISTER)
    assert [row for row in ACROSS_PROBLEMS if row not in found] == []
    assert len(found) == len(ACROSS_PROBLEMS) + 2  # and two whose texts name everything that is known:
    assert any(
        re.match(r"unknown name 'txt' in .*; did you mean 'text'\? \(known: board, body, .*\) @ route\[0\]", row) for row in found
    )
    assert any(re.match(r"there is no calendar 'ZZ' .* @ rulebook\.calendar$", row) for row in found)


def test_every_mistake_of_form_is_found_at_once() -> None:
    found = problems(FORM)
    assert [row for row in FORM_PROBLEMS if row not in found] == []
    assert any(
        row.startswith("cannot read the limit '5 wroking days'") and row.endswith(" @ clock[0].limit[0].is") for row in found
    )


@pytest.mark.parametrize(
    "lifecycle, expected",
    [
        ('drop_actions = ["opinne"]', "unknown action 'opinne'; did you mean 'opine'? @ lifecycle.drop_actions"),
        (
            'drop_states = ["consultaton"]',
            "cannot drop state 'consultaton': lifecycle 'standard' has none; did you mean 'consultation'?"
            " @ lifecycle.drop_states[0]",
        ),
        (
            'transition = [{ action = "go", source = "nowhere", dest = "closed" }]',
            "unknown source 'nowhere' of 'go' @ lifecycle.transition[0].source",
        ),
    ],
)
def test_a_lifecycle_that_does_not_hold_together_is_a_problem_of_the_rulebook(lifecycle: str, expected: str) -> None:
    assert expected in problems(f"{HEAD}[lifecycle]\n{lifecycle}\n")


def test_a_dropped_action_may_no_longer_be_granted() -> None:
    assert problems(f'{HEAD}[lifecycle]\ndrop_actions = ["reopen"]\n') == [
        "unknown action 'reopen' @ roles.clerk.may",
        "unknown action 'reopen' @ roles.supervisor.may",
    ]


@pytest.mark.parametrize(
    "template, why",
    [
        ("{{ nubmer }}", "the template names 'nubmer', which is not known; did you mean 'number'?"),
        ("{% if due %}", "the template cannot be read: Unexpected end of template"),
    ],
)
def test_a_template_that_could_not_be_filled_is_found_on_loading(template: str, why: str) -> None:
    form = f'[[order]]\nid = "o"\ndocument = {{ series = "督{{n}}", template = "{template}" }}\n'
    found = problems(HEAD + form)
    assert len(found) == 1
    assert found[0].startswith(why)
    assert found[0].endswith(" @ order[0].document.template")


# --- not a rulebook at all --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, expected",
    [
        ("", "the key 'rulebook' is missing @ rulebook"),
        ("rulebook = 3", "must be a table, not 3 @ rulebook"),
        (HEAD.replace("standard", "standrd"), "unknown base 'standrd'; did you mean 'standard'? @ rulebook.base"),
        (HEAD.replace('"standard"', "3"), "unknown base 3 @ rulebook.base"),
        (f"{HEAD}[roles]\nclerk = 3\n", "must be a table, such as { scope = … }, not 3 @ roles.clerk"),
    ],
)
def test_what_is_no_rulebook_says_so(text: str, expected: str) -> None:
    assert problems(text) == [expected]


def test_broken_toml_names_its_line() -> None:
    (found,) = problems("[rulebook\nid = 3")
    assert found == "not TOML: Expected ']' at the end of a table declaration (at line 1, column 10) @ town.toml"


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    place = tmp_path / "town.toml"
    with pytest.raises(RulebookInvalid, match=r"cannot be read: there is no such file"):
        Rulebook.load(place)
    place.write_bytes("id = '郧西'".encode("gb18030"))
    with pytest.raises(RulebookInvalid, match=r"cannot be read: it is not UTF-8 text; save it as UTF-8"):
        Rulebook.load(place)


def test_a_rulebook_that_is_not_shipped_names_those_that_are() -> None:
    with pytest.raises(UnknownRulebook, match=r"^there is no rulebook 'yunx'; did you mean 'yunxi'\? \(there are: .*yunxi.*\)$"):
        Rulebook.shipped("yunx")


# --- building on a base -----------------------------------------------------------------------------------------------


def test_tables_are_laid_over_the_base_key_by_key() -> None:
    book = town('[labels]\nhelp = "帮助"\n[roles.leader]\nmay = ["note", "reopen"]\n')
    base = Rulebook.shipped("standard")
    assert book.outline.labels == {**base.outline.labels, "help": "帮助"}
    assert book.roles["leader"].may == ("note", "reopen")
    assert (book.roles["leader"].scope, book.roles["clerk"]) == ("any", base.roles["clerk"])
    assert book.label("help") == "帮助"
    assert book.label("help", lang="en") == "help"


def test_rows_with_ids_are_laid_over_the_base_by_their_ids() -> None:
    clock = '[[clock]]\nid = "{}"\nstarts_on = "review"\nstops_on = "publish"\nlimit = [{{ is = "3 hours" }}]\n'
    book = Rulebook.parse(HEAD.replace("standard", "yunxi") + clock.format("handle") + clock.format("extra"))
    own = tuple(row.id for row in Rulebook.shipped("yunxi").outline.clock)
    assert tuple(row.id for row in book.outline.clock) == (*own, "extra")
    assert tuple(book.clocks) == (*own, "extra", "answer-supervision"), "the clocks of orders' answers come last"
    assert (book.clocks["handle"].starts_on, book.clocks["handle"].pauses_on) == (("review",), ())
    assert book.clocks["accept"] == Rulebook.shipped("yunxi").clocks["accept"]


def test_rows_without_ids_take_the_place_of_the_base_s() -> None:
    text = '[rulebook]\nid = "town"\nversion = 1\nbase = "yunxi"\n[[notify]]\non = "close"\nto = ["clerk"]\nzh = "x"\n'
    assert [row.on for row in Rulebook.parse(text).outline.notify] == ["close"]


def test_states_and_actions_can_be_added_and_dropped() -> None:
    book = town(
        '[lifecycle]\ndrop_states = ["consultation"]\n'
        'state = [{ name = "archived", en = "Archived", zh = "已归档", kind = "final" }]\n'
        'transition = [{ action = "archive", source = "closed", dest = "archived" }]\n'
    )
    assert book.lifecycle.next("closed", "archive") == "archived"
    assert "consultation" not in book.lifecycle.states
    assert "consult" not in book.lifecycle.actions


# --- identity ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", shipped_names())
def test_a_shipped_rulebook_loads_and_comes_back_from_its_kept_text(name: str) -> None:
    book = Rulebook.shipped(name)
    again = Rulebook.restore(book.text, register=book.register)
    assert again == book
    assert (again.text, again.digest, hash(again)) == (book.text, book.digest, hash(book))
    assert again.outline == book.outline
    assert again.lifecycle == book.lifecycle
    assert repr(book) == f"Rulebook({name!r}, version {book.outline.rulebook.version}, {book.digest})"


def test_the_digest_is_that_of_the_contents_and_not_of_their_order_or_remarks() -> None:
    one = town('[labels]\na = "1"\nb = "2"\n[intake.exits]\nspam = "invalid"\n')
    other = town('# a remark\n[intake.exits]\nspam = "invalid"\n[labels]\nb = "2"\na = "1"\n')
    assert one == other
    assert one.digest == other.digest
    assert town('[labels]\na = "1"\nb = "3"\n').digest != one.digest
    assert one != "town"


def test_a_rulebook_says_what_its_rows_say() -> None:
    book = Rulebook.shipped("yunxi")
    assert (book.id, book.zone, book.gates) == ("yunxi", "Asia/Shanghai", ())
    assert tuple(book.rungs) == ("due-tomorrow", "late-daily")
    assert tuple(book.orders) == ("supervision",)
    monthly = book.schedule()
    assert monthly is not None
    assert (monthly.as_of, monthly.groups) == (10, ("townships", "departments"))
    assert Rulebook.shipped("standard").schedule() is None
    assert book.calendar().name == "CN"


# --- the register beside it -------------------------------------------------------------------------------------------


def test_a_register_beside_the_file_is_its_register(tmp_path: Path) -> None:
    place = tmp_path / "town.toml"
    place.write_text(HEAD, "utf-8")
    assert Rulebook.load(place).register is None
    text = shipped_file("yunxi", "register.toml").read_text("utf-8")
    (tmp_path / "register.toml").write_text(text, "utf-8")
    assert Rulebook.load(place).register == Rulebook.shipped("yunxi").register
    (tmp_path / "town.register.toml").write_text('id = "own"\n', "utf-8")
    own = Rulebook.load(place).register
    assert own is not None
    assert own.id == "own"
    (tmp_path / "town.register.toml").write_text("id = 3\n", "utf-8")
    with pytest.raises(RegisterInvalid):
        Rulebook.load(place)


def test_a_problem_reads_as_message_and_place() -> None:
    assert str(Problem("unknown action 'x'", "roles.clerk.may")) == "unknown action 'x' @ roles.clerk.may"


def test_a_rulebook_that_is_read_back_keeps_the_order_in_which_it_was_written() -> None:
    head = '[rulebook]\nid = "x"\nversion = 1\nbase = "standard"\n'
    book = Rulebook.parse(f"{head}[channels.web]\n[channels.app]\n")
    other = Rulebook.parse(f"{head}[channels.app]\n[channels.web]\n")
    again = Rulebook.restore(book.text)
    assert list(again.outline.channels) == ["web", "app"]
    assert again.digest == book.digest == other.digest, "another order is no other rulebook"
