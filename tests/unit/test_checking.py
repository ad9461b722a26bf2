from __future__ import annotations

from datetime import UTC, datetime

import pytest

from casework import Actor, Desk, MemoryStore, Message, Rulebook
from casework import actions as act
from casework.checking import Advice, check, granted
from casework.rulebook import shipped_names
from casework.testing import FrozenTime

HEAD = '[rulebook]\nid = "town"\nversion = 1\nbase = "standard"\n'
CLOCK = """
[[clock]]
id = "handle"
starts_on = ["receive", "return", "reopen"]
stops_on = "close"
limit = [{ is = "5 working days" }]
"""


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
        "no clock: a case can stay in 'published' with no clock running (receive → review → assign → submit → publish)"
    )


def test_a_state_that_nobody_may_lead_out_of_is_a_dead_end() -> None:
    findings = found(CLOCK + '[roles.clerk]\nmay = ["review", "assign", "publish", "return"]\n[roles.citizen]\nmay = []\n')
    assert "from 'published' no granted action leads to an end" in [row.message for row in findings if row.check == "dead end"]


def test_a_clock_that_nobody_can_start_and_a_role_that_may_nothing_are_named() -> None:
    findings = found(CLOCK + CLOCK.replace("handle", "idle").replace('["receive", "return", "reopen"]', '"absorb"'))
    assert [str(row) for row in findings] == [
        "idle clock: clock 'idle' never starts: nobody is granted what starts it (by its text alone)"
    ]
    assert [row.message for row in found(CLOCK + "[roles.leader]\nmay = []\n")] == ["role 'leader' may do nothing"]


def test_a_grant_that_no_command_can_use_is_named() -> None:
    findings = found(CLOCK + '[roles.leader]\nmay = ["note", "absorb"]\n')
    assert [str(row) for row in findings] == ["idle grant: role 'leader' may absorb, and no command does it (by its text alone)"]


def test_the_last_gate_publishes_so_publishing_counts_as_granted() -> None:
    rules = '[roles.clerk]\nmay = ["review", "assign", "close"]\n[[approval]]\non = "publish"\nby = ["reviewer"]\n'
    book = Rulebook.parse(HEAD + CLOCK + rules)
    assert "publish" in granted(book)


@pytest.mark.parametrize("name", shipped_names())
def test_no_shipped_rulebook_has_a_dead_end_or_an_idle_clock(name: str) -> None:
    assert [row for row in check(Rulebook.shipped(name)) if row.check in ("dead end", "idle clock")] == []


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
