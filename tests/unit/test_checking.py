from __future__ import annotations

from datetime import UTC, datetime

import pytest

from casework import Actor, Desk, MemoryStore, Message, Rulebook
from casework import actions as act
from casework.checking import Advice, check, granted
from casework.rulebook import shipped_names
from casework.testing import FrozenTime
from casework.units import read_register

HEAD = '[rulebook]\nid = "town"\nversion = 1\nbase = "standard"\n'
CLOCK = """
[[clock]]
id = "handle"
starts_on = ["receive", "return", "reopen"]
stops_on = "close"
limit = [{ is = "5 working days" }]
"""


ROLES = "".join(
    f"[roles.{name}]\nmay = [{''.join(chr(34) + act + chr(34) + ', ' for act in role.may)}]\n"
    for name, role in Rulebook.shipped("standard").roles.items()
)
"""The standard roles as they are, to be laid over themselves with something left out."""


def found(text: str) -> tuple[Advice, ...]:
    return check(Rulebook.parse(HEAD + text, name="town"))


def test_a_rulebook_with_a_clock_from_receipt_to_closing_draws_no_advice() -> None:
    assert found(CLOCK) == ()


def test_a_clock_that_stops_before_the_case_is_closed_leaves_states_unwatched_and_the_story_leads_there() -> None:
    findings = found(CLOCK.replace('stops_on = "close"', 'stops_on = "publish"'))
    published = next(row for row in findings if "'published'" in row.message)
    assert published.check == "no clock"
    assert published.story == ("receive", "review", "assign", "submit", "publish")
    assert str(published) == (
        "no clock: a case can stay in 'published' with no clock running (receive → review → assign → submit → publish) @ clock; "
        "let a clock run there, or say why none need: [lifecycle.unwatched] published = 'why'"
    )


def test_a_state_that_nobody_may_lead_out_of_is_a_dead_end() -> None:
    may = {"clerk": ["review", "assign", "publish"], "handler": ["submit"], "reviewer": [], "citizen": []}
    findings = found(CLOCK + "".join(f"[roles.{name}]\nmay = {acts}\n" for name, acts in may.items()))
    stuck = next(row for row in findings if row.check == "dead end" and "'published'" in row.message)
    assert stuck.message == "from 'published' no granted action leads to an end"
    assert (stuck.level, stuck.path, stuck.suggestion) == (
        "error",
        "roles",
        "grant a way out of it to an office, under [roles.….may]: close, return, submit",
    )


def test_a_clock_that_nobody_can_start_and_a_role_that_may_nothing_are_named() -> None:
    findings = found(CLOCK + CLOCK.replace("handle", "idle").replace('["receive", "return", "reopen"]', '"absorb"'))
    assert [str(row) for row in findings] == [
        "idle clock: clock 'idle' never starts: nobody is granted what starts it @ clock[1]; "
        "grant absorb to a role that somebody holds, or take the clock out"
    ]
    assert [row.message for row in found(CLOCK + "[roles.leader]\nmay = []\n")] == ["role 'leader' may do nothing"]


def test_a_grant_that_no_command_can_use_is_named() -> None:
    findings = found(CLOCK + '[roles.leader]\nmay = ["note", "absorb"]\n')
    assert [str(row) for row in findings] == [
        "idle grant: role 'leader' may absorb, and no command does it @ roles.leader.may; take it out: it is never asked for"
    ]


def test_the_last_gate_publishes_so_publishing_counts_as_granted() -> None:
    rules = '[roles.clerk]\nmay = ["review", "assign", "close"]\n[[approval]]\non = "publish"\nby = ["reviewer"]\n'
    book = Rulebook.parse(HEAD + CLOCK + rules)
    assert "publish" in granted(book)


@pytest.mark.parametrize("name", shipped_names())
def test_the_shipped_rulebooks_draw_no_advice_but_that_the_base_has_no_clock(name: str) -> None:
    assert [row.check for row in check(Rulebook.shipped(name))] == (["no clock"] if name == "standard" else [])


# --- where cases come to ----------------------------------------------------------------------------------------------


def test_without_any_clock_that_is_said_once() -> None:
    (only,) = found("")
    assert (only.check, only.path, only.level, only.story) == ("no clock", "clock", "advice", ())
    assert "no clock is declared" in only.message


def test_a_clock_that_goes_on_after_a_turn_watches_the_states_behind_it() -> None:
    once = CLOCK.replace('["receive", "return", "reopen"]', '"receive"')
    assert [row.message for row in found(once)] != []
    assert found(once + 'on = { reopen = "restart" }\n') == ()
    published = once.replace('stops_on = "close"', 'stops_on = "publish"')
    silent = {row.message for row in found(published + 'on = { return = "resume", reopen = "restart" }\n')}
    assert silent == {f"a case can stay in '{state}' with no clock running" for state in ("published", "replied")}


def test_a_state_may_be_exempt_from_a_clock_with_a_reason_and_an_exemption_that_is_not_needed_is_named() -> None:
    early = CLOCK.replace('stops_on = "close"', 'stops_on = "publish"')
    exempt = '[lifecycle.unwatched]\npublished = "it is answered"\nreplied = "a second reply is free"\n'
    assert [row.message for row in found(early)] != []
    assert found(early + exempt) == ()
    (idle,) = found(CLOCK + '[lifecycle.unwatched]\npublished = "it is answered"\n')
    assert str(idle).startswith("idle exemption: 'published' is exempt from having a clock, and one always runs there @ lifecycle")
    assert idle.path == "lifecycle.unwatched.published"


def test_a_state_that_nobody_may_bring_a_case_into_is_named_with_what_leads_there() -> None:
    roles = ROLES.replace('"consult", ', "")
    (only,) = found(CLOCK + roles)
    assert str(only) == (
        "unreachable: no case can come into state 'consultation': nobody is granted consult @ lifecycle; "
        "grant it under [roles.….may], or drop the state: [lifecycle] drop_states = ['consultation']"
    )
    assert only.level == "advice"
    assert found(CLOCK + roles + '[lifecycle]\ndrop_states = ["consultation"]\n') == ()


def test_an_own_state_that_cannot_be_reached_is_named_by_its_row() -> None:
    rows = (
        '[[lifecycle.state]]\nname = "parked"\nen = "Parked"\nzh = "搁置"\nkind = "open"\n'
        '[[lifecycle.transition]]\naction = "promise"\nsource = "published"\ndest = "parked"\n'
        '[[lifecycle.transition]]\naction = "assign"\nsource = "parked"\ndest = "assigned"\n'
    )
    (only,) = found(CLOCK + ROLES.replace('"promise", ', "") + rows)
    assert (only.check, only.path) == ("unreachable", "lifecycle.state[0]")


def test_what_leads_to_closing_and_is_granted_to_nobody_is_an_error() -> None:
    findings = found(CLOCK + ROLES.replace('"close", ', ""))
    (ended,) = findings
    assert str(ended) == (
        "no end: no case can ever be closed: no story of granted actions comes to 'closed' @ roles; "
        "grant close, and what leads there, to a role that somebody holds"
    )
    assert ended.level == "error"


def test_errors_come_before_advice() -> None:
    levels = [row.level for row in found(ROLES.replace('"close", ', "").replace('"return", ', ""))]
    assert levels == ["error", "advice", "advice"]  # no end; no clock; unreachable


def test_a_case_that_only_its_sender_can_end_is_stuck() -> None:
    roles = ROLES.replace('"submit", ', "").replace('"transfer", ', "").replace('"merge", ', "").replace('"withdraw", ', "", 1)
    by_sender = [row for row in found(CLOCK + roles) if row.check == "dead end"]
    assert {row.level for row in by_sender} == {"error", "advice"}
    assert "from 'assigned' only the sender can lead on to an end" in [row.message for row in by_sender]
    waiting = next(row for row in by_sender if "'awaiting_citizen'" in row.message)
    assert waiting.level == "advice"


def test_a_rung_that_acts_by_itself_leads_out_as_a_person_would() -> None:
    stuck = CLOCK + ROLES.replace('"return", ', "").replace('"submit", ', "")
    unreached = {row.message for row in found(stuck) if row.check == "unreachable"}
    assert unreached  # nobody submits
    rung = '[[rung]]\nid = "up"\non = "late:handle"\ndo = ["withdraw"]\n'
    assert [row for row in found(stuck + rung) if row.check == "dead end"] == []


def test_cases_that_are_merged_at_once_come_into_that_state_without_anybody_s_grant() -> None:
    roles = ROLES.replace('"merge", ', "")
    assert [row.check for row in found(CLOCK + roles)] == ["unreachable"]
    assert found(CLOCK + roles + '[intake.duplicate]\ndo = "merge"\n') == ()


# --- what waits for something that does not come ----------------------------------------------------------------------

RUNG = '[[rung]]\nid = "first"\non = "done:{}"\nwhen = "{}"\ndo = ["notify:leader"]\n'


@pytest.mark.parametrize("when", ["kind == 'help'", "public and kind in ['help', 'consult']", "kind != 'help'"])
def test_a_rung_that_asks_for_a_class_when_a_message_comes_in_is_too_early(when: str) -> None:
    (only,) = found(CLOCK + RUNG.format("receive", when))
    assert str(only) == (
        "too early: rung 'first' asks for kind when a message comes in, and a case has its classes from its review on "
        "@ rung[0].when; let it wait for the review: on = 'done:review'"
    )
    assert found(CLOCK + RUNG.format("review", when)) == ()


def test_a_notice_that_asks_for_a_class_when_a_message_comes_in_is_too_early() -> None:
    notice = '[[notify]]\non = "{}"\nto = ["leader"]\nzh = "x"\nwhen = "outcome == \'solved\'"\n'
    (only,) = found(CLOCK + notice.format("receive"))
    assert (only.check, only.path) == ("too early", "notify[0].when")
    assert str(only).endswith("on = 'review'")
    assert found(CLOCK + notice.format("submit")) == ()


def test_a_limit_that_asks_for_a_class_and_is_never_chosen_anew_is_too_early() -> None:
    limits = CLOCK.replace('["receive", "return", "reopen"]', '"receive"').replace(
        "limit = [", 'limit = [{ is = "1 working day", when = "kind == \'consult\'" }, '
    )
    early = [row for row in found(limits) if row.check == "too early"]
    assert [(row.path, row.message) for row in early] == [
        (
            "clock[0].limit[0].when",
            "clock 'handle' asks for kind when a message comes in, and a case has its classes from its review on",
        )
    ]
    assert [row for row in found(limits + 'on = { reclassify = "recompute" }\n') if row.check == "too early"] == []
    assert [row for row in found(limits.replace('"receive"', '"review"')) if row.check == "too early"] == []
    assert [row for row in found(limits.replace("kind == 'consult'", "public")) if row.check == "too early"] == []


def test_what_a_message_brings_with_it_may_be_asked_for_at_once() -> None:
    assert found(CLOCK + RUNG.format("receive", "channel == 'portal' and kind == ''")) == ()


def test_a_clock_that_starts_on_what_ends_a_case_for_good_is_named_with_it() -> None:
    kept = CLOCK.replace("handle", "kept").replace('["receive", "return", "reopen"]', "{}").replace('"close"', '"erase"')
    (some,) = found(CLOCK + kept.replace("{}", '["close", "reject", "withdrawn"]'))
    assert str(some) == (
        "idle clock: clock 'kept' never starts on reject, withdrawn: that ends a case for good, and no clock runs after it "
        "@ clock[1].starts_on; take that out of starts_on, and let whoever keeps the cases watch what is due after their end"
    )
    (never,) = found(CLOCK + kept.replace("{}", '"transfer"'))  # that nobody is granted it would be wrong
    assert "never starts on transfer" in str(never)
    assert found(CLOCK + kept.replace("{}", '"close"')) == ()


def test_a_clock_that_ends_for_good_and_an_act_that_nobody_is_granted_are_both_told() -> None:
    kept = CLOCK.replace("handle", "kept").replace('["receive", "return", "reopen"]', '["reject", "absorb"]')
    assert [row.path for row in found(CLOCK + kept)] == ["clock[1].starts_on", "clock[1]"]


def test_a_clock_that_waits_for_acceptance_wants_another_one_that_does_not() -> None:
    waits = CLOCK + 'on = { transfer = "restart-on-accept" }\n'
    (only,) = found(waits)
    assert (only.check, only.path) == ("waiting clock", "clock[0].on.transfer")
    assert "clock 'handle' waits for the next unit's acceptance, and a unit that never accepts is never late" in str(only)
    assert only.story == ("receive", "review", "assign", "assign")
    sign = '[[clock]]\nid = "sign"\nper = "assignment"\nstarts_on = "assign"\nstops_on = ["accept", "close"]\n'
    assert found(waits + sign + 'limit = [{ is = "1 working day" }]\n') == ()
    screen = sign.replace('"assign"', '"receive"').replace('["accept", "close"]', '"assign"').replace('per = "assignment"\n', "")
    assert [row.check for row in found(waits + screen + 'limit = [{ is = "1 working day" }]\n')] == ["waiting clock"]
    assert found(CLOCK + 'on = { transfer = "restart" }\n') == ()


def test_an_exemption_is_needed_where_a_clock_runs_for_some_cases_only() -> None:
    early = CLOCK.replace('stops_on = "close"', 'stops_on = "publish"')
    second = CLOCK.replace("handle", "second").replace('["receive", "return", "reopen"]', '"publish"')
    exempt = '[lifecycle.unwatched]\npublished = "only some need a second reply"\n'
    replied = 'replied = "a second reply is free"\n'
    some = second + "when = \"outcome == 'needs-work'\"\n"
    assert [row for row in found(early + some + exempt) if row.check == "idle exemption"] == []
    assert "lifecycle.unwatched.published" in [row.path for row in found(early + second + exempt) if row.check == "idle exemption"]
    turned = early.replace('"publish"', '["publish", "close"]') + 'on = { reopen = "restart" }\n'
    assert [row for row in found(turned + some + exempt + replied) if row.check == "idle exemption"] == []


def test_the_unit_above_those_that_stand_alone_is_asked_for_where_orders_go_there() -> None:
    order = '[[order]]\nid = "up"\nto = ["parent"]\ndocument = { series = "{n}" }\n'
    (only,) = manned(CLOCK + order, "")
    assert str(only) == (
        "no parent: order 'up' goes to the unit above, and there is none above 乙镇; there it goes to the unit itself "
        "@ order[0].to; give each a parent in the register, or name a role beside it: to = ['parent', 'supervisor']"
    )
    assert manned(CLOCK + order.replace('["parent"]', '["lead"]'), "") == ()
    assert found(CLOCK + order) == ()  # no register, no units


def test_without_a_register_what_only_it_could_tell_is_named() -> None:
    route = '[[route]]\nid = "heat"\nset = { unit = "住建局" }\n'
    monthly = '[[schedule]]\nid = "m"\nevery = "month"\nas_of = 5\ntitle = "x"\n'
    monthly += 'groups = ["towns"]\nfigures = ["reply", "on_time"]\n'
    (only,) = found(CLOCK + route + monthly)
    assert str(only) == (
        "no register: nothing says whether there is '住建局', 'towns', 'on_time' @ route[0].set.unit; "
        "lay the register of units beside the rulebook, as register.toml or NAME.register.toml"
    )
    assert found(CLOCK + monthly.replace(', "on_time"', "").replace('groups = ["towns"]\n', "")) == ()
    assert [row.check for row in manned(CLOCK + route.replace("住建局", "乙镇"), "")] == []


# --- who is there -----------------------------------------------------------------------------------------------------

PEOPLE = """
id = "r"
group = [{ id = "towns", zh = "乡镇", en = "towns" }]
unit = [{ name = "县", group = "towns" }, { name = "甲镇", group = "towns", parent = "县" }, { name = "乙镇", group = "towns" }]
person = [{ id = "a", name = "a" }, { id = "b", name = "b" }]
"""
OFFICE = '[[grant]]\nperson = "a"\nrole = "clerk"\n[[grant]]\nperson = "b"\nrole = "handler"\nunit = "县"\n'
HEADS = '[roles.chief]\nscope = "unit"\nmay = ["approve", "refuse", "note"]\n'
GATE = HEADS + '[[approval]]\non = "publish"\nby = ["chief"]\n'


def manned(text: str, grants: str) -> tuple[Advice, ...]:
    return check(Rulebook.parse(HEAD + text, name="town", register=read_register(PEOPLE + grants)))


def vacant(text: str, grants: str) -> list[Advice]:
    return [row for row in manned(text, grants) if row.check == "vacant role"]


def test_a_gate_that_nobody_can_stand_at_is_an_error() -> None:
    (only,) = vacant(CLOCK + GATE, OFFICE)
    assert str(only) == (
        "vacant role: role 'chief' is held by nobody; what waits at its gate waits for ever @ approval[0].by; "
        "add a [[grant]] with role = 'chief' to the register"
    )
    assert only.level == "error"


def test_of_a_unit_s_role_the_units_are_named_that_have_nobody() -> None:
    chief = '[[grant]]\nperson = "b"\nrole = "chief"\nunit = "县"\n'
    (only,) = vacant(CLOCK + GATE, OFFICE + chief)
    assert only.message == "role 'chief' is held by nobody for 甲镇, 乙镇; what waits at its gate waits for ever"
    assert only.suggestion.endswith("to the register for each")
    (below,) = vacant(CLOCK + GATE.replace('scope = "unit"', 'scope = "unit"\nbelow = true'), OFFICE + chief)
    assert below.message.startswith("role 'chief' is held by nobody for 乙镇;")
    every = "".join(f'[[grant]]\nperson = "a"\nrole = "chief"\nunit = "{unit}"\n' for unit in ("县", "甲镇", "乙镇"))
    assert vacant(CLOCK + GATE, OFFICE + every) == []


def test_of_a_board_s_role_the_boards_are_named_that_have_nobody_without_those_of_other_portals() -> None:
    boards = 'board = [{ name = "县长信箱" }, { name = "书记信箱" }, { name = "省长信箱", outside = true }]\n'
    text = CLOCK + '[roles.manager]\nscope = "board"\nmay = ["note"]\n[[notify]]\non = "receive"\nto = ["manager"]\nzh = "有来件"\n'
    manager = '[[grant]]\nperson = "b"\nrole = "manager"\nboards = ["县长信箱"]\n'
    (only,) = vacant(text, boards + OFFICE + manager)
    assert (only.message, only.level) == ("role 'manager' is held by nobody for 书记信箱", "advice")


@pytest.mark.parametrize(
    "rule, path",
    [
        ('[[order]]\nid = "paper"\nby = ["leader"]\ndocument = { series = "文{n}" }\n', "order[0].by"),
        ('[[order]]\nid = "paper"\nto = ["leader"]\ndocument = { series = "文{n}" }\n', "order[0].to"),
        ('[[order]]\nid = "paper"\ncc = ["leader"]\ndocument = { series = "文{n}" }\n', "order[0].cc"),
        (
            '[[order]]\nid = "paper"\ndocument = { series = "文{n}" }\nanswer = { cleared_by = "leader" }\n',
            "order[0].answer.cleared_by",
        ),
        ('[[rung]]\nid = "r"\non = "late:handle"\ndo = ["notify:leader"]\n', "rung[0].do"),
        ('[[notify]]\non = "receive"\nto = ["sender", "leader"]\nzh = "x"\n', "notify[0].to"),
        ('[consultation]\nconvener = "leader"\n', "consultation.convener"),
        ('[[schedule]]\nid = "s"\nevery = "month"\nas_of = 10\ntitle = "t"\nto = ["leader"]\n', "schedule[0].to"),
        (CLOCK.replace("handle", "other") + 'extend = { approve = "leader" }\n', "clock[1].extend.approve"),
    ],
)
def test_a_role_that_a_rule_calls_upon_and_nobody_holds_is_advice(rule: str, path: str) -> None:
    text = CLOCK + '[roles.leader]\nmay = ["issue", "answer", "clear", "extend", "note"]\n' + rule
    (only,) = vacant(text, OFFICE)
    assert (only.level, only.path) == ("advice", path)
    assert only.message == "role 'leader' is held by nobody"
    assert vacant(text, OFFICE + '[[grant]]\nperson = "b"\nrole = "leader"\n') == []
    assert vacant(text, "") == []  # nobody is granted anything: the host decides


def test_a_role_that_several_rules_call_upon_is_named_once() -> None:
    (only,) = vacant(CLOCK + GATE + '[[notify]]\non = "receive"\nto = ["chief"]\nzh = "x"\n', OFFICE)
    assert (only.path, only.message.endswith("(and named at notify[0].to)")) == ("approval[0].by", True)


def test_what_only_a_role_may_that_nobody_holds_is_granted_to_nobody() -> None:
    text = CLOCK + ROLES.replace('"close", ', "") + '[roles.closer]\nscope = "any"\nmay = ["close"]\n'
    assert "no end" in [row.check for row in manned(text, OFFICE)]
    held = '[[grant]]\nperson = "b"\nrole = "closer"\n'
    assert "no end" not in [row.check for row in manned(text, OFFICE + held)]
    assert "no end" not in [row.check for row in manned(text, "")]


def test_a_sender_s_role_needs_no_grant() -> None:
    able = granted(Rulebook.parse(HEAD, name="town", register=read_register(PEOPLE + OFFICE)))
    assert "rate" in able  # which only the sender may
    assert "instruct" not in able  # which only the leader may, and nobody is


def test_a_rung_that_only_proposes_acts_where_somebody_may_take_it_up() -> None:
    rung = '[[rung]]\nid = "up"\non = "declined"\ndo = ["consult"]\nmode = "propose"\n'
    book = Rulebook.parse(HEAD + rung + ROLES.replace('"consult", ', ""), name="town")
    assert "consult" in granted(book)
    nobody = OFFICE.replace('role = "clerk"', 'role = "leader"')
    unheld = Rulebook.parse(HEAD + rung + ROLES.replace('"consult", ', ""), name="town", register=read_register(PEOPLE + nobody))
    assert "consult" not in granted(unheld)


def test_a_role_for_every_case_that_is_granted_for_units_only_lacks_the_others() -> None:
    text = CLOCK + '[[notify]]\non = "receive"\nto = ["leader"]\nzh = "x"\n'
    narrowed = '[[grant]]\nperson = "b"\nrole = "leader"\nunit = "县"\nscope = "unit"\n'
    (only,) = vacant(text, OFFICE + narrowed)
    assert only.message == "role 'leader' is held by nobody for 甲镇, 乙镇"
    assert vacant(text, OFFICE + narrowed + '[[grant]]\nperson = "a"\nrole = "leader"\n') == []


# --- stories ----------------------------------------------------------------------------------------------------------


def test_a_finding_s_story_can_be_played_through_the_desk() -> None:
    book = Rulebook.parse(HEAD + CLOCK.replace('"close"', '"publish"') + "[assignment]\naccept = false\n", name="town")
    finding = next(row for row in check(book) if "'published'" in row.message)
    commands: dict[str, act.Command] = {
        "review": act.Review(),
        "assign": act.Assign(lead="住建局"),
        "submit": act.SubmitReply(text="已处理"),
        "publish": act.Publish(),
    }
    clerk, handler = Actor(id="wang", role="clerk"), Actor(id="li", role="handler", unit="住建局")
    desk = Desk(book, store=MemoryStore(), now=FrozenTime(datetime(2026, 9, 29, 2, tzinfo=UTC)))
    case = desk.receive(Message(subject="路灯不亮"))
    for action in finding.story[1:]:
        case = desk.act(case.id, commands[action], by=handler if action == "submit" else clerk)
    assert case.state == "published"
    assert [clock.status for clock in case.clocks] == ["stopped"]
