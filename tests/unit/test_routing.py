"""Routing rules propose by text, class, channel, board, sender, place and day, and by place to whoever answers for it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from casework import Desk, MemoryStore, Message
from casework.conditions import NAMES, Condition
from casework.events import Proposal
from casework.routing import BY_PLACE, NO_REGISTER, NOBODYS, PLACE, PLACELESS, Route, RouteRule, RoutingFunction, propose
from casework.testing import FrozenTime
from casework.units import Register, read_register
from tests.unit.town import town

AXES = {"kind": "", "track": ""}
FACTS: dict[str, Any] = {name: {"text": "", "number": 0, "flag": True}[kind] for name, kind in NAMES.items()} | AXES
COUNTY = read_register("""
id = "county"

[[group]]
id = "g"
zh = "组"
en = "group"

[[unit]]
name = "夹河镇"
group = "g"
places = ["夹河镇", "安家村"]

[[unit]]
name = "上津镇"
group = "g"
places = ["上津镇"]
""")


def asked(
    *rules: RouteRule,
    place: str | None = None,
    register: Register | None = COUNTY,
    functions: dict[str, RoutingFunction] | None = None,
    **facts: object,
) -> tuple[Proposal, ...]:
    conditions = {rule.when: Condition(rule.when, axes=AXES) for rule in rules if rule.when}
    message = Message(subject="路灯不亮", place=place)
    return propose(rules, message, FACTS | facts, conditions=conditions, functions=functions or {}, register=register)


def told(proposals: tuple[Proposal, ...]) -> list[tuple[str | None, dict[str, str], str]]:
    return [(row.unit, row.classes, row.reason) for row in proposals]


# --- by place ---------------------------------------------------------------------------------------------------------


def test_a_rule_leaves_the_unit_to_the_place() -> None:
    bare = RouteRule(id="local", set={"unit": "@place"})
    assert told(asked(bare, place="夹河镇安家村二组")) == [("夹河镇", {}, BY_PLACE)]
    assert told(asked(bare, place="上津镇")) == [("上津镇", {}, BY_PLACE)]
    reasoned = RouteRule(id="local", set={"unit": "@place", "kind": "help"}, reason="属地管理")
    assert told(asked(reasoned, place="安家村")) == [("夹河镇", {"kind": "help"}, "属地管理")]


@pytest.mark.parametrize(
    "place, register, why",
    [
        (None, COUNTY, PLACELESS),
        ("十堰市", COUNTY, NOBODYS),
        ("夹河镇与上津镇交界", COUNTY, NOBODYS),
        ("安家村", None, NO_REGISTER),
    ],
)
def test_where_nobody_answers_for_the_place_no_unit_is_proposed_and_the_reason_says_so(
    place: str | None, register: Register | None, why: str
) -> None:
    rules = (
        RouteRule(id="bare", set={"unit": "@place"}),
        RouteRule(id="more", set={"unit": "@place", "kind": "help"}, reason="属地管理"),
        RouteRule(id="when", when="public", set={"unit": "@place"}),
    )
    proposals = asked(*rules, place=place, register=register)
    assert told(proposals) == [(None, {}, why), (None, {"kind": "help"}, f"属地管理; {why}"), (None, {}, f"public; {why}")]
    assert not any(place and place in row.reason for row in proposals)  # what citizens write is in no event


def test_a_function_leaves_the_unit_to_the_place_too() -> None:
    rule = RouteRule(id="own", call="ask", reason="its own")
    functions: dict[str, RoutingFunction] = {"ask": lambda _: Route(unit=PLACE, track="special")}
    assert told(asked(rule, place="安家村", functions=functions)) == [("夹河镇", {"track": "special"}, "its own")]
    assert told(asked(rule, place="县城", functions=functions)) == [(None, {"track": "special"}, f"its own; {NOBODYS}")]


def test_another_word_in_the_place_of_a_unit_is_refused_when_the_rule_is_read() -> None:
    with pytest.raises(ValidationError) as error:
        RouteRule(id="local", set={"unit": "@plase"})
    assert "a rule names a unit, or leaves it to the place by '@place'; not '@plase'; did you mean '@place'?" in str(error.value)
    assert RouteRule(id="mail", set={"kind": "@place"}).set == {"kind": "@place"}  # classes are called what they are called


# --- what rules see of each other -------------------------------------------------------------------------------------


def test_a_rule_sees_the_classes_that_the_rules_before_it_proposed() -> None:
    sort = RouteRule(id="sort", when="'路灯' in text", set={"kind": "help"})
    again = RouteRule(id="again", set={"kind": "complaint", "track": "fast"})
    helped = RouteRule(id="helped", when="kind == 'help' and track == 'fast'", set={"unit": "住建局"})
    sorted_first = asked(sort, again, helped, text="路灯不亮")
    assert [row.rule for row in sorted_first] == ["sort", "again", "helped"]  # of two proposals for a class the first is seen
    assert [row.rule for row in asked(helped, sort, again, text="路灯不亮")] == ["sort", "again"]
    assert [row.rule for row in asked(sort, helped, kind="complaint", track="fast", text="路灯不亮")] == [
        "sort"
    ]  # a set class stays


def test_what_is_known_of_a_case_is_not_changed_by_what_a_function_calls_a_class() -> None:
    def misled(_: Message) -> Route:
        return Route(board="县长信箱", no_such_axis="x")

    board = RouteRule(id="board", when="board == '县长信箱'", set={"unit": "住建局"})
    proposals = asked(RouteRule(id="own", call="ask"), board, functions={"ask": misled})
    assert [row.rule for row in proposals] == ["own"]


@given(
    st.lists(st.sampled_from(["unit", "place", "class", "when", "quiet", "broken", "missing", "wrong"]), max_size=8),
    st.none() | st.text(max_size=8) | st.sampled_from(["安家村", "上津镇"]),
    st.sampled_from([None, COUNTY]),
)
def test_no_rule_can_cost_a_message_and_the_order_of_the_rules_stays(
    kinds: list[str], place: str | None, register: Register | None
) -> None:
    def broken(_: Message) -> Route:
        raise LookupError("王小明的电话")

    functions: dict[str, RoutingFunction] = {"quiet": lambda _: None, "broken": broken, "wrong": lambda _: Route(unit=3)}  # type: ignore[arg-type]  # on purpose
    made = {
        "unit": {"set": {"unit": "住建局"}},
        "place": {"set": {"unit": "@place"}},
        "class": {"set": {"kind": "help"}},
        "when": {"when": "month == 13", "set": {"unit": "住建局"}},
    }
    rules = [RouteRule(id=f"r{number}", **made.get(kind, {"call": kind})) for number, kind in enumerate(kinds)]
    proposals = asked(*rules, place=place, register=register, functions=functions)
    assert [row.rule for row in proposals] == [f"r{number}" for number, kind in enumerate(kinds) if kind not in ("when", "quiet")]
    failed = {"broken": "LookupError", "missing": "KeyError", "wrong": "ValidationError"}
    for row in proposals:
        kind = kinds[int(row.rule[1:])]
        if kind in failed:
            assert row == Proposal(rule=row.rule, unit=None, classes={}, reason=f"the rule failed: {failed[kind]}")
        assert "王小明" not in row.reason


# --- what conditions may be asked of ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "when, more",
    [
        ("'路灯' in text and '路灯' in subject and '三天' in body", {}),
        ("kind == 'help'", {}),
        ("channel == 'wechat'", {"channel": "wechat"}),
        ("board == '县长信箱'", {"board": "县长信箱"}),
        ("sender == 'u-42'", {"sender": "u-42"}),
        ("'安家村' in place", {"place": "夹河镇安家村"}),
        ("month == 7 and day == 1 and weekday == 3 and hour >= 8", {}),
        ("not public", {"public": False}),
    ],
)
def test_a_rulebook_s_rules_look_at_everything_that_is_known_on_arrival(when: str, more: dict[str, Any]) -> None:
    book = town(
        '[[route]]\nid = "sort"\nwhen = "\'路灯\' in text"\nset = { kind = "help" }\n'
        f'[[route]]\nid = "rule"\nwhen = "{when}"\nset = {{ unit = "夹河" }}\nreason = "按规则"\nsource = "属地管理"\n'
    )
    now = FrozenTime(datetime(2020, 7, 1, 9, tzinfo=ZoneInfo("Asia/Shanghai")))
    desk = Desk(book, store=MemoryStore(), now=now)
    case = desk.receive(Message(subject="路灯不亮", body="三天了", **more))
    assert [(row.rule, row.unit, row.reason) for row in case.proposals][1:] == [("rule", "夹河镇", "按规则")]
    other = desk.receive(Message(subject="垃圾没人收", received_at=datetime(2020, 6, 30, 7, tzinfo=ZoneInfo("Asia/Shanghai"))))
    assert other.proposals == ()
