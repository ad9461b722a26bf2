"""Who may act on a case and see it: the narrowest of role, actor and grant counts, and what is not granted is denied."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from pydantic import ValidationError

from casework.cases import Assignment, Case, Consultation, Order
from casework.privacy import Role, acts_for, grant_problems, out_of_scope, refusal
from casework.units import Actor, Group, Register, Scope, Unit, read_register

AT = datetime(2020, 7, 1, 1, 0, tzinfo=UTC)
ACTS = ("review", "submit", "answer", "opine", "note", "rate", "praise")
UNITS = """
id = "county"

[[group]]
id = "g"
zh = "组"
en = "group"

[[unit]]
name = "夹河镇"
group = "g"
aliases = ["夹河"]

[[unit]]
name = "安家村"
group = "g"
parent = "夹河镇"

[[unit]]
name = "东组"
group = "g"
parent = "安家村"

[[unit]]
name = "公安局"
group = "g"
"""
PLAIN = read_register(UNITS)
ROLES = {
    "clerk": Role(scope="any", may=ACTS),
    "manager": Role(scope="board", may=ACTS),
    "handler": Role(scope="unit", may=ACTS),
    "head": Role(scope="unit", below=True, may=ACTS),
    "citizen": Role(scope="own", may=("rate", "praise")),
    "leader": Role(scope="any", may=("answer",)),
}


def assignment(unit: str, status: Any = "accepted") -> Assignment:
    return Assignment(unit=unit, part="lead", status=status, asked_at=AT)


def case(*assignments: Assignment, **more: Any) -> Case:
    return Case(
        id="c1",
        version=1,
        rulebook="r",
        rulebook_digest="0",
        state="assigned",
        received_at=AT,
        updated_at=AT,
        message="1.message",
        sender=None,
        channel="portal",
        assignments=assignments,
        **more,
    )


def consultation(*units: str, over: bool = False) -> Consultation:
    return Consultation(
        number=1, asked_by="w", convener="clerk", units=units, on_site=False, called_at=AT, concluded_at=AT if over else None
    )


def order(*to: str, roles: tuple[str, ...] = ()) -> Order:
    return Order(
        id="o1", form="f", number="1", to=to, cc=(), issued_at=AT, document=None, rung=None, answer_wanted=True, roles=roles
    )


def handler(unit: str | None = "夹河镇", **more: Any) -> Actor:
    return Actor(id="li", role="handler", unit=unit, **more)


def with_grants(rows: str) -> Register:
    people = '[[person]]\nid = "li"\nname = "李"\n[[person]]\nid = "wang"\nname = "王"\n'
    return read_register(UNITS + people + rows)


def grant(person: str, role: str, **more: object) -> str:
    rows = {"person": person, "role": role, **more}
    return "\n[[grant]]\n" + "\n".join(f"{key} = {value!r}" for key, value in rows.items())


MINE = case(assignment("夹河镇"), board="县长信箱")

# --- the narrower scope counts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "actor, sender, why",
    [
        (Actor(id="a", role="clerk"), "", ""),
        (Actor(id="a", role="clerk", unit="夹河镇", scope="unit"), "", ""),
        (Actor(id="a", role="clerk", unit="公安局", scope="unit"), "", "the case is not with 公安局 (units: 夹河镇)"),
        (Actor(id="a", role="clerk", scope="unit"), "", "role 'clerk' acts for a unit, and this actor names none"),
        (Actor(id="a", role="clerk", boards=("县长信箱",), scope="board"), "", ""),
        (Actor(id="a", role="clerk", scope="board"), "", "the case's board is '县长信箱', the actor's boards are: none"),
        (Actor(id="a", role="clerk", scope="own"), "a", ""),
        (Actor(id="a", role="clerk", scope="own"), "b", "the case was sent by somebody else"),
        (Actor(id="a", role="clerk", scope="any"), "", ""),
        (handler(scope="any"), "", ""),
        (handler("公安局", scope="any"), "", "the case is not with 公安局 (units: 夹河镇)"),
        (handler(boards=("书记信箱",), scope="board"), "", "the case's board is '县长信箱', the actor's boards are: 书记信箱"),
        (handler(boards=("县长信箱",), scope="board"), "", ""),
        (
            Actor(id="a", role="manager", boards=("县长信箱",), scope="unit", unit="公安局"),
            "",
            "the case is not with 公安局 (units: 夹河镇)",
        ),
    ],
)
def test_an_actor_s_scope_narrows_that_of_the_role(actor: Actor, sender: str, why: str) -> None:
    assert refusal(ROLES, actor, "note", MINE, sender=sender) == why
    assert out_of_scope(ROLES[actor.role], actor, MINE, sender=sender) == why


scopes = st.sampled_from([None, *get_args(Scope)])
actors = st.builds(
    Actor,
    id=st.sampled_from(["li", "wang", "u-1"]),
    role=st.sampled_from(sorted(ROLES)),
    unit=st.sampled_from([None, "夹河镇", "安家村", "东组", "公安局"]),
    boards=st.sampled_from([(), ("县长信箱",), ("县长信箱", "书记信箱")]),
)
statuses = st.sampled_from(["asked", "accepted", "declined", "replied", "returned", "ended"])
cases = st.builds(
    lambda rows, board, called, over, to, roles: case(
        *(assignment(unit, status) for unit, status in rows.items()),
        board=board,
        consultations=(consultation(*called, over=over),),
        orders=(order(*to, roles=roles),),
    ),
    st.dictionaries(st.sampled_from(PLAIN.names), statuses, max_size=3),
    st.sampled_from([None, "县长信箱", "书记信箱"]),
    st.sets(st.sampled_from(PLAIN.names), max_size=2),
    st.booleans(),
    st.sets(st.sampled_from(PLAIN.names), max_size=2),
    st.sampled_from([(), ("leader",), ("handler", "clerk")]),
)


@given(actors, scopes, cases, st.sampled_from(ACTS))
def test_a_scope_never_widens_what_a_role_may_do_or_see(actor: Actor, scope: Scope | None, row: Case, action: str) -> None:
    narrowed = actor.model_copy(update={"scope": scope})
    if refusal(ROLES, actor, action, row, sender="u-1", register=PLAIN):
        assert refusal(ROLES, narrowed, action, row, sender="u-1", register=PLAIN)
    role = ROLES[actor.role]
    if out_of_scope(role, actor, row, sender="u-1", register=PLAIN):
        assert out_of_scope(role, narrowed, row, sender="u-1", register=PLAIN)
    if scope in (None, "any"):
        assert refusal(ROLES, narrowed, action, row, register=PLAIN) == refusal(ROLES, actor, action, row, register=PLAIN)


@given(actors, scopes, cases, st.sampled_from(["review", "submit", "note", "opine"]))
def test_whoever_may_act_on_a_case_may_see_it(actor: Actor, scope: Scope | None, row: Case, action: str) -> None:
    narrowed = actor.model_copy(update={"scope": scope})
    if not refusal(ROLES, narrowed, action, row, sender="u-1", register=PLAIN):
        assert out_of_scope(ROLES[actor.role], narrowed, row, sender="u-1", register=PLAIN) == ""


@given(actors, scopes, cases, st.sampled_from(ACTS), st.data())
def test_grants_never_widen_and_a_grant_of_all_that_is_claimed_takes_nothing_away(
    actor: Actor, scope: Scope | None, row: Case, action: str, data: st.DataObject
) -> None:
    claimed = actor.model_copy(update={"scope": scope})
    some = {"unit": actor.unit or "", "boards": list(actor.boards)}
    register = with_grants(grant("li", actor.role, **some) + grant("wang", actor.role, **some))
    free = refusal(ROLES, claimed, action, row, sender="u-1", register=PLAIN)
    held = refusal(ROLES, claimed, action, row, sender="u-1", register=register)
    if claimed.id in ("li", "wang") or ROLES[claimed.role].scope == "own" or action not in ROLES[claimed.role].may:
        assert held == free
    else:
        assert held.startswith(f"the register grants {claimed.id} no role {claimed.role}")


# --- units below ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "unit, has, why",
    [
        ("夹河镇", "安家村", ""),
        ("夹河镇", "东组", ""),
        ("安家村", "东组", ""),
        ("安家村", "夹河镇", "the case is not with 安家村 (units: 夹河镇)"),
        ("公安局", "东组", "the case is not with 公安局 (units: 东组)"),
        ("夹河镇", "住建局", "the case is not with 夹河镇 (units: 住建局)"),  # of a unit that the register has not
    ],
)
def test_a_role_that_reaches_below_acts_on_what_units_below_have(unit: str, has: str, why: str) -> None:
    head, row = Actor(id="a", role="head", unit=unit), case(assignment(has))
    assert refusal(ROLES, head, "note", row, register=PLAIN) == why
    assert out_of_scope(ROLES["head"], head, row, register=PLAIN) == why


def test_a_unit_that_is_below_is_so_by_the_register_and_for_a_role_that_says_so() -> None:
    head, row = Actor(id="a", role="head", unit="夹河镇"), case(assignment("安家村"))
    assert refusal(ROLES, head, "note", row) == "the case is not with 夹河镇 (units: 安家村)"
    assert refusal(ROLES, handler(), "note", row, register=PLAIN) == "the case is not with 夹河镇 (units: 安家村)"
    assert acts_for(ROLES["head"], head, "东组", PLAIN)
    assert acts_for(ROLES["handler"], handler(), "夹河镇", None)
    assert not acts_for(ROLES["head"], head, None, PLAIN)
    assert not acts_for(ROLES["head"], Actor(id="a", role="head"), "东组", PLAIN)
    assert not acts_for(ROLES["head"], Actor(id="a", role="head"), None, PLAIN)


def test_a_unit_that_declined_sees_the_case_and_acts_on_it_only_where_one_below_has_it() -> None:
    row = case(assignment("夹河镇", "declined"), assignment("安家村"))
    head = Actor(id="a", role="head", unit="夹河镇")
    why = "夹河镇 has the case no longer: its assignment is declined"
    assert refusal(ROLES, handler(), "submit", row, register=PLAIN) == why
    assert out_of_scope(ROLES["handler"], handler(), row, register=PLAIN) == ""
    assert refusal(ROLES, head, "submit", row, register=PLAIN) == ""


def test_a_lead_that_declined_and_stays_responsible_still_acts() -> None:
    gone = case(assignment("夹河镇", "declined"), lead="夹河镇")
    assert refusal(ROLES, handler(), "submit", gone) == "夹河镇 has the case no longer: its assignment is declined"
    row = case(replace(assignment("夹河镇", "declined"), stays=True), lead="夹河镇")
    assert refusal(ROLES, handler(), "submit", row) == ""


def test_what_reaches_below_needs_a_unit() -> None:
    with pytest.raises(ValidationError, match="below widens what a unit has; a role of scope 'own' has no unit"):
        Role(scope="own", below=True)


# --- consultations and orders -----------------------------------------------------------------------------------------


def test_a_unit_called_to_a_consultation_gives_its_opinion_and_sees_the_case_and_no_more() -> None:
    row = case(assignment("夹河镇"), consultations=(consultation("公安局"),))
    police = handler("公安局")
    assert refusal(ROLES, police, "opine", row) == ""
    assert out_of_scope(ROLES["handler"], police, row) == ""
    for action in ("submit", "note", "answer"):
        assert refusal(ROLES, police, action, row) == "the case is not with 公安局 (units: 夹河镇)"
    silent = {"handler": Role(scope="unit", may=("note",))}
    assert refusal(silent, police, "opine", row) == "role 'handler' has no right to it (roles that have: none)"


def test_a_consultation_that_is_over_calls_nobody() -> None:
    row = case(assignment("夹河镇"), consultations=(consultation("公安局", over=True), consultation("安家村")))
    assert refusal(ROLES, handler("公安局"), "opine", row) == "the case is not with 公安局 (units: 夹河镇)"
    assert out_of_scope(ROLES["handler"], handler("公安局"), row) == "the case is not with 公安局 (units: 夹河镇)"
    assert refusal(ROLES, handler("安家村"), "opine", row) == ""


def test_who_reaches_below_speaks_in_a_consultation_that_a_unit_below_is_called_to() -> None:
    row = case(consultations=(consultation("安家村"),))
    head = Actor(id="a", role="head", unit="夹河镇")
    assert refusal(ROLES, head, "opine", row, register=PLAIN) == out_of_scope(ROLES["head"], head, row, register=PLAIN) == ""
    assert refusal(ROLES, handler(), "opine", row, register=PLAIN) == "the case is not with 夹河镇 (units: none)"


def test_whoever_an_order_went_to_answers_it_and_does_no_more() -> None:
    row = case(assignment("夹河镇"), orders=(order("公安局"),))
    police = handler("公安局")
    assert refusal(ROLES, police, "answer", row) == ""
    assert refusal(ROLES, police, "submit", row) == "the case is not with 公安局 (units: 夹河镇)"
    assert refusal(ROLES, handler("安家村"), "answer", row) == "the case is not with 安家村 (units: 夹河镇)"
    gone = case(assignment("公安局", "declined"), orders=(order("公安局"),))
    assert refusal(ROLES, police, "answer", gone) == ""


def test_an_order_to_a_role_is_answered_by_whoever_has_it_and_had_the_case_in_their_scope() -> None:
    row = case(assignment("夹河镇", "ended"), orders=(order(roles=("leader", "handler", "manager")),), board="县长信箱")
    assert refusal(ROLES, Actor(id="a", role="leader"), "answer", row) == ""
    assert refusal(ROLES, handler(), "answer", row) == ""
    assert refusal(ROLES, handler("公安局"), "answer", row) == "the case is not with 公安局 (units: none)"
    assert refusal(ROLES, Actor(id="a", role="manager", boards=("县长信箱",)), "answer", row) == ""
    narrowed = Actor(id="a", role="leader", scope="board", boards=("书记信箱",))
    assert refusal(ROLES, narrowed, "answer", row) == "the case's board is '县长信箱', the actor's boards are: 书记信箱"
    other = case(assignment("夹河镇", "ended"), orders=(order(roles=("leader",)),))
    assert refusal(ROLES, handler(), "answer", other) == "夹河镇 has the case no longer: its assignment is ended"


@pytest.mark.parametrize("action", ["rate", "praise"])
def test_the_sender_rates_and_praises_the_own_case_and_no_other(action: str) -> None:
    citizen = Actor(id="u-1", role="citizen")
    assert refusal(ROLES, citizen, action, MINE, sender="u-1") == ""
    assert refusal(ROLES, citizen, action, MINE, sender="u-2") == "the case was sent by somebody else"
    assert refusal(ROLES, citizen, action, MINE) == "the case was sent by somebody else"


# --- grants -----------------------------------------------------------------------------------------------------------

GRANTED = with_grants(
    grant("li", "handler", unit="夹河")
    + grant("li", "manager", boards=["县长信箱", "书记信箱"])
    + grant("wang", "clerk", unit="公安局", scope="unit")
)


@pytest.mark.parametrize(
    "actor, why",
    [
        (handler(), ""),
        (handler(None), "role 'handler' acts for a unit, and this actor names none"),  # claims less than was granted
        (Actor(id="li", role="manager", boards=("县长信箱",)), ""),
        (Actor(id="li", role="manager", boards=("县长信箱", "书记信箱")), ""),
        (
            handler("公安局"),
            "the register grants li no role handler for 公安局 (grants: handler for 夹河镇; manager on 县长信箱, 书记信箱)",
        ),
        (
            Actor(id="li", role="manager", boards=("县长信箱", "省长信箱")),
            "the register grants li no role manager on 县长信箱, 省长信箱 "
            "(grants: handler for 夹河镇; manager on 县长信箱, 书记信箱)",
        ),
        (
            Actor(id="li", role="manager", boards=("县长信箱",), unit="夹河镇"),
            "the register grants li no role manager for 夹河镇 on 县长信箱 "
            "(grants: handler for 夹河镇; manager on 县长信箱, 书记信箱)",
        ),
        (
            Actor(id="li", role="clerk"),
            "the register grants li no role clerk (grants: handler for 夹河镇; manager on 县长信箱, 书记信箱)",
        ),
        (Actor(id="zhao", role="clerk"), "the register grants zhao no role clerk (grants: none)"),
        # The narrower scope of a grant counts, whatever the actor says.
        (Actor(id="wang", role="clerk", unit="公安局"), "the case is not with 公安局 (units: 夹河镇)"),
        (Actor(id="wang", role="clerk", unit="公安局", scope="any"), "the case is not with 公安局 (units: 夹河镇)"),
        (Actor(id="wang", role="clerk"), "role 'clerk' acts for a unit, and this actor names none"),
        (Actor(id="u-1", role="citizen"), ""),  # whoever sent a message needs no grant
    ],
)
def test_where_a_register_has_grants_nobody_acts_or_sees_without_one(actor: Actor, why: str) -> None:
    action = "rate" if actor.role == "citizen" else "note"
    assert refusal(ROLES, actor, action, MINE, sender="u-1", register=GRANTED) == why
    assert out_of_scope(ROLES[actor.role], actor, MINE, sender="u-1", register=GRANTED) == why


def test_a_register_without_grants_asks_for_none() -> None:
    assert refusal(ROLES, handler(), "note", MINE, register=PLAIN) == ""
    assert refusal(ROLES, handler(), "note", MINE, register=with_grants("")) == ""


def test_a_grant_is_wanted_for_what_is_done_to_no_case_yet() -> None:
    assert refusal(ROLES, Actor(id="zhao", role="clerk"), "note", None, register=GRANTED).startswith("the register grants zhao no")
    assert refusal(ROLES, handler(), "note", None, register=GRANTED) == ""


def test_nobody_gets_past_the_grants_by_calling_themselves_the_desk() -> None:
    roles = {**ROLES, "system": Role(scope="any", may=("note",))}
    why = refusal(roles, Actor(id="casework", role="system"), "note", MINE, register=GRANTED)
    assert why.startswith("the register grants casework no role system")


def test_of_two_grants_that_cover_a_claim_the_one_that_reaches_the_case_counts() -> None:
    two = with_grants(
        grant("li", "clerk", boards=["县长信箱"], scope="board") + grant("li", "clerk", unit="夹河镇", boards=["县长信箱"])
    )
    elsewhere = case(assignment("夹河镇"), board="书记信箱")
    assert refusal(ROLES, Actor(id="li", role="clerk"), "note", elsewhere, register=two) == ""
    neither = with_grants(
        grant("li", "clerk", boards=["县长信箱"], scope="board") + grant("li", "clerk", unit="夹河镇", scope="unit")
    )
    assert refusal(ROLES, Actor(id="li", role="clerk"), "note", elsewhere, register=neither) == (
        "the case's board is '书记信箱', the actor's boards are: none"  # what the first of them has against it
    )
    one = with_grants(grant("li", "clerk", boards=["县长信箱"], scope="board"))
    assert refusal(ROLES, Actor(id="li", role="clerk", boards=("县长信箱",)), "note", elsewhere, register=one) == (
        "the case's board is '书记信箱', the actor's boards are: 县长信箱"
    )


@pytest.mark.parametrize("unit", ["夹河镇", "夹河"])
def test_the_actor_that_a_register_gives_is_one_that_it_grants(unit: str) -> None:
    actor = GRANTED.actor("li", "handler", unit)
    assert refusal(ROLES, actor, "note", MINE, register=GRANTED) == ""


def test_what_a_rulebook_s_roles_say_against_a_register_s_grants_is_found_at_once() -> None:
    register = with_grants(
        grant("li", "handlr")
        + grant("li", "citizen")
        + grant("li", "handler")
        + grant("li", "manager", unit="夹河镇")
        + grant("wang", "handler", unit="夹河镇", scope="any")
        + grant("wang", "clerk", scope="any")
        + grant("wang", "head", unit="夹河镇", scope="unit")
    )
    assert [str(row) for row in grant_problems(ROLES, register)] == [
        "unknown role 'handlr'; did you mean 'handler'? @ register.grant[0].role",
        "role 'citizen' is whoever sent a message; it is granted to nobody @ register.grant[1].role",
        "role 'handler' acts for a unit; name it @ register.grant[2].unit",
        "role 'manager' acts on boards; name them @ register.grant[3].boards",
        "a grant narrows the scope of its role, which is 'unit'; 'any' would widen it @ register.grant[4].scope",
    ]
    assert list(grant_problems(ROLES, GRANTED)) == []


def test_a_register_with_a_circle_of_parents_still_judges() -> None:
    units = (Unit(name="a", group="g", parent="b"), Unit(name="b", group="g", parent="a"))
    register = Register(id="r", group=(Group(id="g", zh="组", en="group"),), unit=units)
    head = Actor(id="x", role="head", unit="a")
    assert refusal(ROLES, head, "note", case(assignment("b")), register=register) == ""
    assert refusal(ROLES, head, "note", case(assignment("c")), register=register) == "the case is not with a (units: c)"
