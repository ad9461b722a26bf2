"""A register says which unit belongs to which, who answers for a place, and who may act in which role."""

from __future__ import annotations

import pickle

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.errors import InputError, RegisterInvalid, UnknownUnit
from casework.units import Actor, Group, Register, Unit, read_register

TEXT = """
id = "county"

[[group]]
id = "townships"
zh = "乡镇"
en = "townships"

[[unit]]
name = "夹河镇"
group = "townships"
aliases = ["夹河"]
places = ["夹河镇", "安家村", "河口 大桥"]

[[unit]]
name = "安家村委会"
group = "townships"
parent = "夹河镇"
places = ["安家村东组"]

[[unit]]
name = "安家村东组"
group = "townships"
parent = "安家村委会"

[[unit]]
name = "上津镇"
group = "townships"
places = ["上津村"]

[[unit]]
name = "河口站"
group = "townships"
parent = "夹河镇"

[[person]]
id = "li"
name = "李办事员"

[[person]]
id = "wang"
name = "王科长"

[[person]]
id = "zhao"
name = "赵干事"

[[grant]]
person = "li"
role = "handler"
unit = "夹河"

[[grant]]
person = "li"
role = "handler"
unit = "上津镇"
scope = "own"

[[grant]]
person = "li"
role = "manager"
boards = ["县长信箱", "书记信箱"]
scope = "board"

[[grant]]
person = "wang"
role = "clerk"
"""
COUNTY = read_register(TEXT)


def problems(more: str) -> list[str]:
    with pytest.raises(RegisterInvalid) as error:
        read_register(TEXT + more)
    return [str(row) for row in error.value.problems]


# --- which unit belongs to which --------------------------------------------------------------------------------------


def test_a_unit_knows_whom_it_belongs_to_and_what_belongs_to_it() -> None:
    parent = COUNTY.parent("安家村委会")
    assert parent is not None and parent.name == "夹河镇"
    assert COUNTY.parent("夹河") is None
    assert [unit.name for unit in COUNTY.children("夹河")] == ["安家村委会", "河口站"]
    assert COUNTY.children("河口站") == ()
    assert COUNTY.above("安家村东组") == ("安家村委会", "夹河镇")
    assert COUNTY.above("夹河镇") == COUNTY.above("住建局") == ()


@pytest.mark.parametrize("ask", [COUNTY.parent, COUNTY.children])
def test_of_a_unit_that_is_not_there_the_nearest_is_named(ask: object) -> None:
    assert callable(ask)
    with pytest.raises(UnknownUnit, match=r"^the register has no unit '夹合镇'; did you mean '夹河镇'\?"):
        ask("夹合镇")


@given(st.data())
def test_whoever_is_above_a_unit_has_it_among_the_units_below(data: st.DataObject) -> None:
    names = [f"u{number}" for number in range(data.draw(st.integers(1, 7)))]
    units = tuple(
        Unit(name=name, group="g", parent=data.draw(st.sampled_from(["", *names[:number]]))) for number, name in enumerate(names)
    )
    register = Register(id="r", group=(Group(id="g", zh="组", en="group"),), unit=units)
    for name in names:
        above = register.above(name)
        assert len(set(above)) == len(above) and name not in above
        for lower, upper in zip((name, *above), above, strict=False):
            assert lower in [unit.name for unit in register.children(upper)]
        assert not above or register.parent(above[-1]) is None


# --- who answers for a place ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "place, unit",
    [
        ("安家村", "夹河镇"),
        ("安家村东组", "安家村委会"),
        ("夹河镇安家村东组三号", "安家村委会"),  # the longest place that the text contains
        ("郧西县夹河镇安家村二组", "夹河镇"),  # two places as long as each other, of one unit
        (" 安 家\u3000村 ", "夹河镇"),
        ("河口大桥西侧", "夹河镇"),
        ("上津镇", None),  # a unit answers for the places that it lists, and lists its own name where that is one
        ("河口站", None),
        ("", None),
        ("十堰市", None),
    ],
)
def test_a_place_is_answered_for_by_the_unit_that_lists_it(place: str, unit: str | None) -> None:
    found = COUNTY.answers_for(place)
    assert (found.name if found else None) == unit


def test_a_text_that_fits_two_units_equally_is_nobody_s() -> None:
    assert COUNTY.answers_for("安家村与上津村交界") is None
    assert COUNTY.answers_for("夹河镇与上津村交界") is None
    nearer = COUNTY.answers_for("安家村东组与上津村交界")
    assert nearer is not None and nearer.name == "安家村委会"


@given(st.sampled_from([place for unit in COUNTY.unit for place in unit.places]), st.text("路灯坏了0 Ａ号", max_size=6))
def test_a_listed_place_is_found_in_whatever_stands_around_it(place: str, around: str) -> None:
    exact = COUNTY.answers_for(place)
    assert exact is not None
    assert place in exact.places
    assert COUNTY.answers_for(f"{around}{place}{around}") == exact


# --- who may act ------------------------------------------------------------------------------------------------------


def test_a_person_acts_by_the_one_grant_that_fits() -> None:
    assert COUNTY.actor("wang") == Actor(id="wang", role="clerk")
    by_alias = Actor(id="li", role="handler", unit="夹河镇")
    assert COUNTY.actor("li", "handler", "夹河镇") == COUNTY.actor("li", unit="夹河") == by_alias
    assert COUNTY.actor("li", "handler", "上津镇") == Actor(id="li", role="handler", unit="上津镇", scope="own")
    manager = Actor(id="li", role="manager", boards=("县长信箱", "书记信箱"), scope="board")
    assert COUNTY.actor("li", role="manager") == manager


@pytest.mark.parametrize(
    "asked, says",
    [
        (("wong",), "the register has no person 'wong'; did you mean 'wang'? (people: li, wang, zhao)"),
        (("zhao",), "the register grants zhao nothing; add a [[grant]]"),
        (("wang", "clark"), "wang has no grant as clark; did you mean 'clerk'? (grants: clerk)"),
        (("wang", None, "夹河"), "wang has no grant as any role for 夹河镇 (grants: clerk)"),
        (
            ("li", "manager", "夹河"),
            "li has no grant as manager for 夹河镇 (grants: handler for 夹河镇; handler for 上津镇 (scope own); "
            "manager on 县长信箱, 书记信箱 (scope board))",
        ),
        (
            ("li", "handler"),
            "li has 2 grants that fit; name the role and the unit (they are: handler for 夹河镇; handler for 上津镇 (scope own))",
        ),
        (
            ("li",),
            "li has 3 grants that fit; name the role and the unit (they are: handler for 夹河镇; handler for 上津镇 (scope own); "
            "manager on 县长信箱, 书记信箱 (scope board))",
        ),
        (("wang", "clerk", "夹合镇"), "the register has no unit '夹合镇'; did you mean '夹河镇'?"),
    ],
)
def test_whom_no_single_grant_fits_is_told_what_there_is(asked: tuple[str, ...], says: str) -> None:
    with pytest.raises(InputError) as error:
        COUNTY.actor(*asked)
    assert str(error.value).startswith(says)


def test_grants_are_listed_with_their_units_by_name() -> None:
    assert [grant.unit for grant in COUNTY.grants_of("li")] == ["夹河镇", "上津镇", ""]
    assert COUNTY.grants_of("zhao") == COUNTY.grants_of("nobody") == ()


def test_a_register_is_kept_and_read_back_with_its_grants() -> None:
    COUNTY.answers_for("安家村")  # what was looked up before is no part of it
    text = msgspec.json.encode(COUNTY)
    again = msgspec.json.decode(text, type=Register)
    assert again == COUNTY == pickle.loads(pickle.dumps(COUNTY))  # noqa: S301 - our own bytes
    assert b"_units" not in text
    assert again.actor("wang") == COUNTY.actor("wang")


def test_a_register_that_was_kept_before_there_were_grants_is_still_read() -> None:
    old = msgspec.json.decode(b'{"id":"old","unit":[{"name":"a","group":"g"}]}', type=Register)
    assert (old.grant, old.person, old.unit[0].places) == ((), (), ())


# --- what is wrong is found at once -----------------------------------------------------------------------------------


def test_every_mistake_in_people_places_and_parents_is_found_at_once() -> None:
    assert problems("""
[[unit]]
name = "甲"
group = "townships"
parent = "乙"
places = ["安 家村", " ", "甲村"]

[[unit]]
name = "乙"
group = "townships"
parent = "丙"

[[unit]]
name = "丙"
group = "townships"
parent = "乙"
places = ["甲村", "甲村"]

[[unit]]
name = "丁"
group = "townships"
parent = "丁"

[[person]]
id = "li"
name = "另一个"

[[person]]
id = " "
name = "无号"

[[grant]]
person = "wong"
role = " "
unit = "夹合镇"

[[grant]]
person = "li"
role = "handler"
unit = "夹河镇"
boards = ["x"]

[[grant]]
person = "wang"
role = "handler"
scope = "unit"

[[grant]]
person = "wang"
role = "manager"
scope = "board"
""") == [
        "parents go in a circle: 乙 -> 丙 -> 乙 @ unit[6].parent",
        "parents go in a circle: 丁 -> 丁 @ unit[8].parent",
        "'安 家村' is already listed at unit[0].places[1] @ unit[5].places[0]",
        "a place needs a name @ unit[5].places[1]",
        "'甲村' is already listed at unit[5].places[2] @ unit[7].places[0]",
        "'甲村' is already listed at unit[5].places[2] @ unit[7].places[1]",
        "a person needs an id @ person[4].id",
        "'li' already stands at person[0] @ person[3].id",
        "unknown person 'wong'; did you mean 'wang'? @ grant[4].person",
        "a grant needs a role @ grant[4].role",
        "unknown unit '夹合镇'; did you mean '夹河镇'? @ grant[4].unit",
        "li is already handler for 夹河镇 at grant[0]; one grant may name several boards @ grant[5]",
        "a grant of scope 'unit' names its unit @ grant[6].unit",
        "a grant of scope 'board' names its boards @ grant[7].boards",
    ]


@pytest.mark.parametrize(
    "row, says",
    [
        (
            '[[grant]]\nperson = "li"\nrole = "clerk"\nscope = "all"',
            "unknown value 'all' (one of: own, unit, board, any) @ grant[4].scope",
        ),
        ('[[grant]]\nperson = "li"\nrole = "clerk"\nunits = "夹河"', "unknown key 'units'; did you mean 'unit'? @ grant[4].units"),
        ('[[person]]\nid = "x"', "the key 'name' is missing @ person[3].name"),
        ('[[unit]]\nname = "x"\ngroup = "townships"\nplaces = "x"', "must be a list, such as ['…'], not 'x' @ unit[5].places"),
    ],
)
def test_a_row_of_another_form_says_what_is_wrong_with_it(row: str, says: str) -> None:
    assert problems(row) == [says]


def test_a_circle_in_a_register_that_nobody_checked_ends_all_the_same() -> None:
    register = Register(id="r", unit=(Unit(name="a", group="g", parent="b"), Unit(name="b", group="g", parent="a")))
    assert register.above("a") == ("b", "a")


def test_in_a_register_that_nobody_checked_what_two_units_claim_is_the_first_one_s() -> None:
    first = Unit(name="a", group="g", aliases=("x",), places=("村",))
    register = Register(id="r", unit=(first, Unit(name="x", group="g", places=("村",))))
    assert register.find("x") == register.answers_for("村") == first
