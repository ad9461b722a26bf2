"""What does not fit in a rulebook is found when it is loaded: every problem, each with its place."""

from __future__ import annotations

import pytest

from casework import Register, Rulebook
from casework.errors import RulebookInvalid
from casework.states import standard_lifecycle
from casework.units import read_register
from tests.unit.town import FIVE_DAYS, REGISTER, small

ROLES = "clerk, handler, reviewer, supervisor, leader, citizen, steward, portal"
STATES = ", ".join(standard_lifecycle().states)

HEAD = '[rulebook]\nid = "town"\nversion = 1\nbase = "standard"\n'
HOURS = '[hours]\nopen = "09:00-12:00, 13:30-17:30"\n'
CLOCK = '[[clock]]\nid = "handle"\nstarts_on = "receive"\nstops_on = "publish"\n'
DAYS = CLOCK + 'limit = [{ is = "5 working days" }]\n'
ORDER = '[[order]]\nid = "paper"\ndocument = { series = "文{n}" }\n'
LIMITED = ORDER + 'answer = { limit = [{ is = "2 working days" }] }\n'
NO_HOURS = "working hours, and an end at 'close', need office hours: [hours] open = '09:00-12:00, 13:30-17:30'"


def problems(text: str, *, head: str = HEAD, register: Register | None = REGISTER) -> list[str]:
    """Everything that is wrong with a rulebook, as it is told; nothing where it can be used."""
    try:
        Rulebook.parse(head + text, name="town", register=register)
    except RulebookInvalid as error:
        return [f"{row.message} @ {row.path}" for row in error.problems]
    return []


def rung(on: str, do: str = "notify:clerk", more: str = "") -> str:
    return f'[[rung]]\nid = "step"\non = "{on}"\ndo = ["{do}"]\n{more}\n'


def without(action: str) -> str:
    """The standard roles without an action, laid over themselves."""
    roles = Rulebook.shipped("standard").roles
    able = [(name, [act for act in role.may if act != action]) for name, role in roles.items() if action in role.may]
    return "".join(f"[roles.{name}]\nmay = {may!r}\n" for name, may in able)


# --- classes, roles, ids ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("axis", ["state", "views", "unit", "form", "orders"])
def test_a_class_that_is_called_like_something_else_is_refused(axis: str) -> None:
    says = f"{axis!r} has a meaning in conditions already; call the class otherwise @ classes.{axis}"
    assert problems(f'[classes]\n{axis} = ["x"]\n') == [says]


def test_the_outcome_is_a_class_and_has_a_meaning() -> None:
    assert problems('[classes]\noutcome = ["done"]\n') == []


def test_a_role_is_granted_only_what_there_is() -> None:
    may = '[roles.office]\nscope = "any"\nmay = ["reviw", "note"]\n'
    assert problems(may) == ["unknown action 'reviw'; did you mean 'review'? @ roles.office.may"]


def test_a_role_may_keep_what_goes_with_a_state_that_is_dropped_but_not_with_an_action_that_is() -> None:
    assert problems('[lifecycle]\ndrop_states = ["consultation"]\n') == []
    told = problems('[lifecycle]\ndrop_actions = ["praise"]\n')
    assert told == [f"unknown action 'praise'; did you mean 'promise'? @ roles.{name}.may" for name in ("clerk", "citizen")]


@pytest.mark.parametrize(
    "table, row",
    [
        ("route", '[[route]]\nid = "x"\nset = { kind = "help" }\n'),
        ("clock", DAYS.replace("handle", "x")),
        ("order", ORDER.replace("paper", "x")),
        ("rung", rung("declined").replace("step", "x")),
        ("schedule", '[[schedule]]\nid = "x"\nevery = "month"\nas_of = 10\ntitle = "t"\n'),
    ],
)
def test_an_id_is_used_once_in_its_table(table: str, row: str) -> None:
    assert problems(row + row) == [f"the id 'x' is used twice @ {table}[1].id"]


def test_a_clock_is_not_called_like_that_of_an_order_s_answer() -> None:
    says = "the clock of this form's answer is called 'answer-paper', and clock[1] is too @ order[0].answer.limit"
    assert problems(DAYS + DAYS.replace("handle", "answer-paper") + LIMITED) == [says]


# --- approvals --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "row, says",
    [
        (
            'on = "publsh"\nby = ["leader"]',
            "unknown act that could wait for approval 'publsh'; did you mean 'publish'? @ approval[0].on",
        ),
        ('on = "approve"\nby = ["leader"]', "unknown act that could wait for approval 'approve' @ approval[0].on"),
        ('on = "submit"\nby = ["leader"]', "unknown act that could wait for approval 'submit' @ approval[0].on"),
        ('on = "absorb"\nby = ["leader"]', "unknown act that could wait for approval 'absorb' @ approval[0].on"),
        ('on = "close"\nby = ["ledaer"]', "unknown role 'ledaer'; did you mean 'leader'? @ approval[0].by"),
        ('on = "close"\nby = ["clerk"]', "role 'clerk' stands at a gate and may not approve @ approval[0].by"),
        (
            'on = "close"\nby = ["leader"]\nreturns = ["previous"]',
            "only a reply is returned; any other act is refused @ approval[0].returns",
        ),
        (
            'on = "close"\nby = ["leader"]\nresubmit_at = "same"',
            "only a reply is returned; any other act is refused @ approval[0].returns",
        ),
        ('on = "close"\nby = ["leader"]\nwhen = "txt"', "unknown name 'txt' in 'txt'; did you mean 'text'? @ approval[0].when"),
    ],
)
def test_gates_stand_before_acts_that_can_wait_and_are_kept_by_roles_that_may_approve(row: str, says: str) -> None:
    (told,) = problems(f"[[approval]]\n{row}\n")
    assert told.split(" (known:")[0] + (" @ approval[0].when" if "(known:" in told else "") == says


def test_a_published_reply_has_gates_of_every_kind() -> None:
    assert problems('[[approval]]\non = "publish"\nby = ["leader"]\nreturns = ["previous"]\nresubmit_at = "same"\n') == []


def test_what_waits_can_be_refused_by_somebody() -> None:
    gate = '[[approval]]\non = "close"\nby = ["leader"]\n'
    assert problems(gate) == []
    assert problems(gate + without("refuse")) == ["no role may refuse; give it to one under [roles.….may] @ approval[0].by"]
    assert problems(gate.replace("close", "publish") + without("refuse")) == []


def test_who_allows_extensions_is_said_in_one_place() -> None:
    gate = '[[approval]]\non = "extend"\nby = ["leader"]\n'
    assert problems(gate + DAYS + "extend = {}\n") == []
    says = "extensions are allowed by the role that clock.extend.approve names; say it in one place @ approval[0].on"
    assert problems(gate + DAYS + 'extend = { approve = "clerk" }\n') == [says]


# --- tables of one row ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "table, says",
    [
        ('[consultation]\nconvener = "clark"\n', "unknown role 'clark'; did you mean 'clerk'? @ consultation.convener"),
        ('[consultation]\nclock = "handel"\n', "unknown clock 'handel'; did you mean 'handle'? @ consultation.clock"),
        (
            '[assignment]\nassisting = "reply"\ncontributions = "required"\n',
            "contributions are required of units that contribute; let assisting = 'contribute' @ assignment.contributions",
        ),
        ('[assignment]\ndecline = { limit = "4 working hours" }\n', f"{NO_HOURS} @ assignment.decline.limit"),
        ('[reopen]\nwithin = "8 working hours"\n', f"{NO_HOURS} @ reopen.within"),
        (
            "[revisit]\nrequired = \"outcome == 'solved'\"\n" + without("revisit"),
            "no role may revisit; give it to one under [roles.….may] @ revisit.required",
        ),
    ],
)
def test_a_table_names_only_what_there_is(table: str, says: str) -> None:
    assert problems(DAYS + table) == [says]


def test_the_clock_that_decides_lateness_exists() -> None:
    head = HEAD + 'late_by = "handel"\n'
    assert problems(DAYS, head=head) == ["unknown clock 'handel'; did you mean 'handle'? @ rulebook.late_by"]
    assert problems(LIMITED, head=HEAD + 'late_by = "answer-paper"\n') == []


def test_the_same_limits_do_where_there_are_office_hours() -> None:
    assert problems(HOURS + '[assignment]\ndecline = { limit = "4 working hours" }\n[reopen]\nwithin = "8 working hours"\n') == []


def test_the_calendar_is_known() -> None:
    (told,) = problems(DAYS, head=HEAD + 'calendar = "ZZ"\n')
    assert told.endswith(" @ rulebook.calendar")
    assert problems("", head=HEAD + 'calendar = "ZZ"\n') == []  # nothing is counted


# --- clocks -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "clock, says",
    [
        (DAYS.replace("receive", "recieve"), "unknown action or state 'recieve'; did you mean 'receive'? @ clock[0].starts_on"),
        (
            DAYS.replace("publish", "publihsed"),
            "unknown action or state 'publihsed'; did you mean 'published'? @ clock[0].stops_on",
        ),
        (DAYS + 'pauses_on = "ask"\n', f"unknown state 'ask' (known: {STATES}) @ clock[0].pauses_on"),
        (DAYS + 'form = "papr"\nper = "order"\n', "unknown order form 'papr'; did you mean 'paper'? @ clock[0].form"),
        (DAYS + 'form = "paper"\n', "a clock of an order form is kept per = 'order' @ clock[0].form"),
        (
            CLOCK + "limit = [{ is = '5 working days', when = 'public' }]\n",
            "one limit must stand without a condition, for all other cases @ clock[0].limit",
        ),
        (DAYS + 'extend = { approve = "clark" }\n', "unknown role 'clark'; did you mean 'clerk'? @ clock[0].extend.approve"),
        (
            DAYS + 'extend = { approve = "leader" }\n',
            "role 'leader' allows extensions and may not extend @ clock[0].extend.approve",
        ),
        (DAYS + "extend = {}\n" + without("extend"), "no role may extend; give it to one under [roles.….may] @ clock[0].extend"),
        (
            DAYS + "promise = {}\n" + without("promise"),
            "no role may promise; give it to one under [roles.….may] @ clock[0].promise",
        ),
        (
            DAYS + 'extend = { cap = "9 hours", cap_from = "due" }\n',
            "a cap of 9 hours cannot be added to a limit in working days @ clock[0].extend.cap",
        ),
        (CLOCK + 'limit = [{ is = "4 working hours" }]\n', f"{NO_HOURS} @ clock[0].limit[0].is"),
        (DAYS + 'count = { ends = "close" }\n', f"{NO_HOURS} @ clock[0].count.ends"),
        (DAYS + 'extend = { ask_before = "2 working hours" }\n', f"{NO_HOURS} @ clock[0].extend.ask_before"),
        (DAYS + 'extend = { cap = "9 working hours" }\n', f"{NO_HOURS} @ clock[0].extend.cap"),
        (DAYS + 'promise = { cap = "9 working hours", cap_from = "receipt" }\n', f"{NO_HOURS} @ clock[0].promise.cap"),
        (
            DAYS + "on = { transfer = 'restart-on-accept' }\n[assignment]\naccept = false\n",
            "units do not accept under this rulebook; use 'restart' @ clock[0].on.transfer",
        ),
    ],
)
def test_a_clock_fits_the_rest_of_its_rulebook(clock: str, says: str) -> None:
    assert problems(ORDER + clock) == [says]


# --- orders -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "row, says",
    [
        ('by = ["clark"]', "unknown role 'clark'; did you mean 'clerk'? @ order[0].by"),
        ('to = ["lead", "ledaer"]', "unknown role 'ledaer'; did you mean 'leader'? @ order[0].to"),
        ('cc = ["leader", "boss"]', f"unknown role 'boss' (known: {ROLES}) @ order[0].cc"),
        ('by = ["leader"]', "role 'leader' issues this form and may not issue @ order[0].by"),
        ('answer = { cleared_by = "boss" }', f"unknown role 'boss' (known: {ROLES}) @ order[0].answer.cleared_by"),
        (
            'answer = { cleared_by = "leader" }',
            "role 'leader' strikes this form off and may not clear @ order[0].answer.cleared_by",
        ),
        (
            'answer = { limit = [{ is = "2 working days", when = "public" }] }',
            "one limit must stand without a condition, for all other cases @ order[0].answer.limit",
        ),
        ('answer = { limit = [{ is = "2 working hours" }] }', f"{NO_HOURS} @ order[0].answer.limit[0].is"),
        ('answer = { limit = [{ is = "1 working day" }], count = { ends = "close" } }', f"{NO_HOURS} @ order[0].answer.count.ends"),
    ],
)
def test_an_order_form_names_only_what_there_is(row: str, says: str) -> None:
    assert problems(f"{ORDER}{row}\n") == [says]


def test_an_order_that_roles_must_answer_can_be_answered_by_them() -> None:
    talks = ORDER + 'to = ["portal"]\n'
    assert problems(talks) == ["role 'portal' gets this form and may not answer @ order[0].to"]
    assert problems(talks + "answer = { wanted = false }\n") == []


# --- rungs ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "row, says",
    [
        (rung("due:handel"), "unknown clock 'handel'; did you mean 'handle'? @ rung[0].on"),
        (rung("late:papr"), "unknown clock 'papr' (known: handle, answer-paper) @ rung[0].on"),
        (rung("unanswered:papr"), "unknown order form 'papr'; did you mean 'paper'? @ rung[0].on"),
        (rung("unanswered:free"), "answers to 'free' have no limit; give it one: answer = { limit = […] } @ rung[0].on"),
        (rung("done:publsh"), "unknown action 'publsh'; did you mean 'publish'? @ rung[0].on"),
        (rung("due:handle", more='at = "-2 working hours"'), f"{NO_HOURS} @ rung[0].at"),
        (
            rung("late:handle", more='repeat = { every = "2 working hours", max = 3 }'),
            f"{NO_HOURS} @ rung[0].repeat.every",
        ),
        (rung("unanswered:paper", more='at = "2 working hours"'), f"{NO_HOURS} @ rung[0].at"),
        (rung("declined", "issue:papr"), "unknown order form 'papr'; did you mean 'paper'? @ rung[0].do"),
        (rung("declined", "notify:boss"), f"unknown role 'boss' (known: {ROLES}) @ rung[0].do"),
        (rung("declined", "set:knid=help"), "unknown class 'knid'; did you mean 'kind'? @ rung[0].do"),
        (rung("declined", "set:kind=hepl"), "unknown value for class 'kind' 'hepl'; did you mean 'help'? @ rung[0].do"),
        (
            rung("declined", "issue:paper", 'mode = "propose"') + without("take_up"),
            "no role may take_up; give it to one under [roles.….may] @ rung[0].mode",
        ),
        (rung("done:issue", "issue:paper"), "what this rung does sets it off again, for ever @ rung[0].do"),
    ],
)
def test_a_rung_names_only_what_there_is(row: str, says: str) -> None:
    assert problems(DAYS + LIMITED + ORDER.replace("paper", "free") + row) == [says]


@pytest.mark.parametrize(
    "effect, action, dropped",
    [
        ("reopen", "reopen", 'drop_actions = ["reopen"]'),
        ("return", "return", 'drop_states = ["returned"]'),
        ("consult", "consult", 'drop_states = ["consultation"]'),
        ("withdraw", "withdraw", 'drop_states = ["withdrawn"]'),
        ("set:kind=help", "reclassify", 'drop_actions = ["reclassify"]'),
        ("issue:paper", "issue", 'drop_actions = ["issue"]'),
    ],
)
def test_a_rung_does_only_what_the_lifecycle_has(effect: str, action: str, dropped: str) -> None:
    assert problems(ORDER + without(action) + rung("declined", effect)) == []
    (told,) = problems(f"[lifecycle]\n{dropped}\n" + ORDER + without(action) + rung("declined", effect))
    assert told.startswith(f"unknown action {action!r}")
    assert told.endswith(" @ rung[0].do")


def test_a_rung_on_working_hours_does_where_its_clock_has_office_hours() -> None:
    assert problems(HOURS + DAYS + rung("due:handle", more='at = "-2 working hours"')) == []


def test_a_rung_that_is_set_off_again_by_counts_alone_ends_and_is_let_pass() -> None:
    assert problems(rung("returned", "return") + rung("done:return", "notify:clerk").replace("step", "other")) == []


@pytest.mark.parametrize(
    "more, on, says",
    [
        ("at = 0", "views", "a rung on a count stands at a number from 1 on, such as 3, not at 0"),
        ('at = "3"', "views", "not at '3'; write it without quotes"),
        ('at = "3 working days"', "views", "a rung on a count stands at a number from 1 on, such as 3, not at '3 working days'"),
        ('repeat = { every = "1 working day", max = 3 }', "declined", "a rung on a count comes again every so many"),
        ("repeat = { every = 0, max = 3 }", "declined", "a rung on a count comes again after 1 or more, not after 0"),
        ("at = 3", "late:handle", "a rung on a clock lies at a limit from its due moment"),
        ("repeat = { every = 1, max = 3 }", "late:handle", "a rung on a clock lies at a limit from its due moment"),
        ('repeat = { every = "0 working days", max = 3 }', "late:handle", "a rung comes again after some time, not after 0"),
        ('at = "1 working day"', "done:publish", "a rung on an act fires with it"),
        ('repeat = { every = "1 working day", max = 3 }', "done:publish", "a rung on an act fires with it"),
    ],
)
def test_a_rung_lies_where_its_kind_can_lie(more: str, on: str, says: str) -> None:
    (told,) = problems(DAYS + rung(on, more=more))
    assert says in told
    assert "rung[0]" in told


# --- notices, routes, conditions --------------------------------------------------------------------------------------


def test_a_notice_names_only_what_there_is() -> None:
    assert problems('[[notify]]\non = "publsh"\nto = ["sender", "clark"]\nzh = "x"\n') == [
        "unknown action 'publsh'; did you mean 'publish'? @ notify[0].on",
        "unknown role 'clark'; did you mean 'clerk'? @ notify[0].to",
    ]
    assert problems('[[notify]]\non = "receive"\nto = ["sender", "clerk"]\nzh = "x"\n') == []


@pytest.mark.parametrize(
    "row, says",
    [
        ("", "a route has exactly one of set, call @ route[0]"),
        ('set = { kind = "help" }\ncall = "f"', "a route has exactly one of set, call @ route[0]"),
        ('set = { knid = "help" }', "unknown class 'knid'; did you mean 'kind'? @ route[0].set.knid"),
        ('set = { kind = "hepl" }', "unknown value for class 'kind' 'hepl'; did you mean 'help'? @ route[0].set.kind"),
        ('set = { unit = "公安所" }', "unknown unit '公安所'; did you mean '公安局'? @ route[0].set.unit"),
        ('set = { unit = "@place" }', "no unit of the register lists places that it answers for @ route[0].set.unit"),
    ],
)
def test_a_route_proposes_only_what_there_is(row: str, says: str) -> None:
    assert problems(f'[[route]]\nid = "r"\n{row}\n') == [says]


def test_units_are_checked_only_where_there_is_a_register() -> None:
    assert problems('[[route]]\nid = "r"\nset = { unit = "无此单位" }\n', register=None) == []
    assert problems('[[route]]\nid = "r"\nset = { unit = "夹河" }\n') == []


@pytest.mark.parametrize(
    "text, path",
    [
        ('[[route]]\nid = "r"\nwhen = "x"\nset = { kind = "help" }\n', "route[0].when"),
        (rung("declined", more='when = "x"'), "rung[0].when"),
        ('[[notify]]\non = "close"\nto = ["clerk"]\nzh = "x"\nwhen = "x"\n', "notify[0].when"),
        (DAYS + 'when = "x"\n', "clock[0].when"),
        (CLOCK + 'limit = [{ is = "1 working day", when = "x" }, { is = "1 working day" }]\n', "clock[0].limit[0].when"),
        (
            ORDER + 'answer = { limit = [{ is = "1 working day", when = "x" }, { is = "3 hours" }] }\n',
            "order[0].answer.limit[0].when",
        ),
        ('[reply]\nchecks = [{ id = "a", min_chars = 3, when = "x" }]\n', "reply.checks[0].when"),
        ('[revisit]\nrequired = "x"\n', "revisit.required"),
    ],
)
def test_every_condition_is_read_on_loading(text: str, path: str) -> None:
    (told,) = problems(text)
    assert told.startswith("unknown name 'x' in 'x'")
    assert told.endswith(f" @ {path}")


# --- the register -----------------------------------------------------------------------------------------------------

TOWN = """
id = "r"
[[group]]
id = "towns"
zh = "乡镇"
en = "towns"
[[unit]]
name = "夹河镇"
group = "towns"
[[person]]
id = "li"
name = "李主任"
"""


@pytest.mark.parametrize(
    "grant, says",
    [
        ('role = "clark"', "unknown role 'clark'; did you mean 'clerk'? @ register.grant[0].role"),
        ('role = "citizen"', "role 'citizen' is whoever sent a message; it is granted to nobody @ register.grant[0].role"),
        ('role = "handler"', "role 'handler' acts for a unit; name it @ register.grant[0].unit"),
        ('role = "manager"', "role 'manager' acts on boards; name them @ register.grant[0].boards"),
        (
            'role = "handler"\nunit = "夹河镇"\nscope = "any"',
            "a grant narrows the scope of its role, which is 'unit'; 'any' would widen it @ register.grant[0].scope",
        ),
    ],
)
def test_a_grant_fits_the_roles_of_the_rulebook(grant: str, says: str) -> None:
    register = read_register(f'{TOWN}[[grant]]\nperson = "li"\n{grant}\n')
    roles = '[roles.manager]\nscope = "board"\nmay = ["note"]\n'
    assert problems(roles, register=register) == [says]


def test_a_schedule_names_groups_of_the_register() -> None:
    row = '[[schedule]]\nid = "monthly"\nevery = "month"\nas_of = 10\ntitle = "t"\ngroups = ["townships", "towns"]\n'
    assert problems(row) == ["unknown group 'towns'; did you mean 'townships'? @ schedule[0].groups"]
    assert problems(row, register=None) == []


def test_a_rulebook_that_a_store_kept_is_not_held_to_a_later_register() -> None:
    book = Rulebook.parse(HEAD + '[[route]]\nid = "r"\nset = { unit = "公安局" }\n', name="town", register=REGISTER)
    kept = Rulebook.restore(book.text, register=read_register(TOWN))
    assert (kept, kept.digest) == (book, book.digest)


def test_everything_is_told_at_once() -> None:
    told = problems(
        DAYS.replace("receive", "x") + ORDER + 'cc = ["y"]\n' + rung("late:z") + '[[approval]]\non = "close"\nby = ["w"]\n'
    )
    assert [line.partition(" @ ")[2] for line in told] == ["approval[0].by", "order[0].cc", "rung[0].on", "clock[0].starts_on"]


@pytest.mark.parametrize("act", ["review", "reject", "assign"])
def test_what_is_done_before_a_unit_has_the_case_does_not_wait_for_somebody_of_a_unit(act: str) -> None:
    head = '[roles.head]\nscope = "unit"\nmay = ["approve", "refuse"]\n'
    says = f"'{act}' is done before any unit has the case; role 'head' acts for a unit @ approval[0].by"
    assert problems(f'{head}[[approval]]\non = "{act}"\nby = ["head"]\n') == [says]
    assert problems(f'{head}[[approval]]\non = "extend"\nby = ["head"]\n{DAYS}extend = {{ times = 1 }}\n') == []


@pytest.mark.parametrize(
    ("when", "why"),
    [
        ("kind == 'consutl'", "kind is never 'consutl'; did you mean 'consult'?"),
        ("kind == '咨询'", "kind is never '咨询'; did you mean 'consult'?"),
        ("'咨询' != kind", "kind is never '咨询'; did you mean 'consult'?"),
        ("not (units > 1 and state == 'recieved')", "state is never 'recieved'; did you mean 'received'?"),
        ("kind in ['help', 'compliant']", "kind is never 'compliant'; did you mean 'complaint'?"),
        ("channel == 12345", "channel is a text, which stands in quotes: '12345'"),
        ("kind == 1", "kind is a text, which stands in quotes: '1'"),
        ("solved == 'maybe'", "solved is never 'maybe' (solved: yes, no)"),
        ("lead == '夹河阵'", "lead is never '夹河阵'; did you mean '夹河镇'?"),
        ("form == 'remainder'", "form is never 'remainder'"),
        ("channel == 'wechatt'", "channel is never 'wechatt'; did you mean 'wechat'?"),
        ("units > 1 ? kind == 'hlep' : public", "kind is never 'hlep'; did you mean 'help'?"),
    ],
)
def test_a_condition_that_compares_with_what_never_is_compares_in_vain(when: str, why: str) -> None:
    with pytest.raises(RulebookInvalid) as error:
        small(f'{FIVE_DAYS}[channels.wechat]\n[[rung]]\nid = "r"\non = "views"\nwhen = "{when}"\ndo = ["notify:clerk"]\n')
    [problem] = error.value.problems
    assert problem.message.startswith(why)
    assert problem.message.endswith("compares in vain")
    assert problem.path == "rung[0].when"


@pytest.mark.parametrize(
    "when", ["kind == ''", "kind != 'help' and outcome in ['solved', '']", "text == '咨询'", "sender == 'u-1'", "place == '夹河'"]
)
def test_a_condition_may_compare_with_nothing_and_with_what_people_write(when: str) -> None:
    assert small(f'{FIVE_DAYS}[[rung]]\nid = "r"\non = "views"\nwhen = "{when}"\ndo = ["notify:clerk"]\n').rungs


def test_a_limit_behind_one_without_a_condition_never_applies() -> None:
    rows = '[{ is = "5 working days" }, { when = "kind == \'help\'", is = "1 working day" }]'
    with pytest.raises(
        RulebookInvalid, match=r"what stands behind a limit without a condition never applies.* @ clock\[0\]\.limit\[0\]"
    ):
        small(f'[[clock]]\nid = "handle"\nstarts_on = "receive"\nstops_on = "publish"\nlimit = {rows}\n')
