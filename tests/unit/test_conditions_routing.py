"""Conditions are checked when they are written, and never evaluated as Python; routes propose and are not obeyed."""

from __future__ import annotations

from typing import Any

import pytest

from casework import Desk, MemoryStore, Message
from casework.conditions import NAMES, Condition
from casework.errors import InputError
from casework.routing import Route, RouteRule, RoutingFunction, propose
from casework.testing import FrozenTime
from tests.unit.town import WEDNESDAY, town

FACTS: dict[str, Any] = {name: {"text": "", "number": 0, "flag": True}[kind] for name, kind in NAMES.items()} | {
    "text": "三楼供热不暖",
    "month": 11,
    "kind": "complaint",
    "units": 2,
}


@pytest.mark.parametrize(
    "text, holds",
    [
        ("'供热' in text", True),
        ("'供热' in text and month > 10", True),
        ("'供热' in text and month < 11", False),
        ("kind == 'complaint' and units >= 2", True),
        ("not public", False),
        ("month in [11, 12, 1]", True),
        ("text =~ '.*不暖.*'", True),
        ("declined + returned > 2 or channel == 'wechat'", False),
    ],
)
def test_a_condition_is_true_or_not_of_the_facts(text: str, holds: bool) -> None:
    condition = Condition(text, axes=["kind"])
    assert condition.holds(FACTS) is holds
    assert condition.text == text


def test_an_unknown_name_is_found_before_anything_is_asked() -> None:
    with pytest.raises(InputError) as error:
        Condition("mnth > 10")
    assert str(error.value).startswith(
        "unknown name 'mnth' in 'mnth > 10'; did you mean 'month'? (known: board, body, channel, cycle,"
    )
    assert error.value.value == "mnth > 10"
    with pytest.raises(InputError, match=r"^unknown name 'track'"):
        Condition("track == 'special'")
    assert Condition("track == 'special'", axes=["track"]).holds({**FACTS, "track": "special"})


@pytest.mark.parametrize("text", ["month >", "month > 'x'", "text + 3", "'x' in month", "((", "units =~ 'a'"])
def test_what_cannot_be_asked_is_found_before_it_is_asked(text: str) -> None:
    with pytest.raises(InputError, match=r"^cannot read the condition "):
        Condition(text)


@pytest.mark.parametrize("text", ["__import__('os')", "().__class__", "text.__class__ == 'x'", "open('x')"])
def test_nothing_is_ever_evaluated_as_python(text: str) -> None:
    with pytest.raises(InputError):
        Condition(text)


# --- routes -----------------------------------------------------------------------------------------------------------


def test_every_rule_that_fits_proposes_in_the_rulebook_s_order() -> None:
    rules = [
        RouteRule(id="winter", when="month > 10", set={"unit": "住建局", "kind": "help"}),
        RouteRule(id="summer", when="month < 9", set={"unit": "公安局"}),
        RouteRule(id="always", set={"kind": "consult"}, reason="a usual case"),
        RouteRule(id="silent", call="none"),
        RouteRule(id="own", call="ask", reason="its own"),
    ]
    conditions = {rule.when: Condition(rule.when) for rule in rules if rule.when}
    proposals = propose(
        rules,
        Message(subject="x"),
        FACTS,
        conditions=conditions,
        functions={"none": lambda message: None, "ask": lambda message: Route(unit="夹河镇", reason="", kind=message.subject)},
    )
    assert [(row.rule, row.unit, row.classes, row.reason) for row in proposals] == [
        ("winter", "住建局", {"kind": "help"}, "month > 10"),
        ("always", None, {"kind": "consult"}, "a usual case"),
        ("own", "夹河镇", {"kind": "x"}, "its own"),
    ]


def test_a_route_shows_what_it_says() -> None:
    assert repr(Route(unit="住建局", reason="heating season", track="special")) == (
        "Route(unit='住建局', reason='heating season', {'track': 'special'})"
    )


def test_without_a_rule_that_fits_nothing_is_proposed() -> None:
    desk = Desk(
        town('[[route]]\nid = "heating"\nwhen = "\'供热\' in text and month > 10"\nset = { unit = "住建局" }\n'),
        store=MemoryStore(),
        now=FrozenTime(WEDNESDAY),
        new_id=lambda: "c1",
    )
    assert desk.receive(Message(subject="供热不暖")).proposals == ()
    assert [event.kind for event in desk.history("c1")] == ["received"]


def test_month_and_hour_are_those_of_receipt_in_the_rulebook_s_zone() -> None:
    desk = Desk(
        town(
            '[[route]]\nid = "new-year"\nwhen = "month == 1 and day == 1 and hour == 0 and weekday == 5"\nset = { kind = "help" }\n'
        ),
        store=MemoryStore(),
        now=FrozenTime(WEDNESDAY.replace(month=12, day=31, hour=16)),
    )
    assert [row.rule for row in desk.receive(Message(subject="新年好")).proposals] == ["new-year"]


def wrong(message: Message) -> Route | None:
    raise RuntimeError("no idea")


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (wrong, "the rule failed: RuntimeError"),
        (lambda _: Route(unit="夹合镇"), "not usable: the register has no unit '夹合镇'; did you mean '夹河镇'?"),
        (lambda _: Route(track="fast"), "not usable: the rulebook declares no class 'track'"),
    ],
)
def test_a_rule_that_is_wrong_costs_no_message_and_the_case_says_what_was_wrong(function: RoutingFunction, reason: str) -> None:
    desk = Desk(
        town('[[route]]\nid = "own"\ncall = "ask"\n'), store=MemoryStore(), now=FrozenTime(WEDNESDAY), routing={"ask": function}
    )
    case = desk.receive(Message(subject="路灯不亮"))
    [proposal] = case.proposals
    assert (case.state, proposal.unit, proposal.classes) == ("received", None, {})
    assert proposal.reason.startswith(reason)
