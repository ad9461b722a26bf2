"""The register: units in their published order, found by name or alias, checked as a whole."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from casework import Actor, Rulebook
from casework.errors import RegisterInvalid, UnknownUnit
from casework.units import Register, load_register, read_register
from tests.unit.town import REGISTER

BROKEN = """
id = "broken"
nmae = "x"

[[group]]
id = "towns"
zh = "乡镇"
en = "towns"

[[group]]
id = "towns"
zh = "乡镇"
en = "towns"

[[unit]]
name = "夹河镇"
group = "town"

[[unit]]
name = "夹河镇"
group = "towns"
parent = "夹河县"

[[unit]]
name = " "
group = "towns"
aliases = ["夹河镇"]

[[declared]]
figure = "received"
period = "2020-06"
value = 139
source = " "

[[declared]]
figure = "received"
period = "2020-06"
value = 140
source = "x"
"""


def problems(text: str) -> list[str]:
    with pytest.raises(RegisterInvalid) as error:
        read_register(text, name="register.toml")
    return [str(row) for row in error.value.problems]


def test_units_keep_the_order_of_the_register() -> None:
    assert REGISTER.names == ("夹河镇", "公安局", "住建局")
    assert [unit.name for unit in REGISTER.members("departments")] == ["公安局", "住建局"]
    assert REGISTER.members("no-such-group") == ()


def test_a_unit_is_found_by_its_name_or_alias() -> None:
    assert REGISTER.find("夹河").name == REGISTER.find("夹河镇").name == "夹河镇"


def test_a_unit_that_is_not_there_names_the_nearest() -> None:
    with pytest.raises(UnknownUnit) as error:
        REGISTER.find("住建厅", case="c1")
    assert str(error.value) == "the register has no unit '住建厅'; did you mean '住建局'? (units: 夹河镇, 公安局, 住建局)"
    assert (error.value.unit, error.value.units, error.value.case, error.value.value) == ("住建厅", REGISTER.names, "c1", "住建厅")


def test_a_declared_figure_is_found_by_its_period() -> None:
    register = Rulebook.shipped("yunxi").register
    assert register is not None
    june = register.declared_value("received", "2020-06")
    assert june is not None
    assert june.value == 139
    assert june.source
    assert register.declared_value("received", "2020-05") is None


def test_every_mistake_is_found_at_once() -> None:
    assert problems(BROKEN) == ["unknown key 'nmae' (known: id, zh, en, group, unit, board, person, grant, declared) @ nmae"]
    assert problems(BROKEN.replace('nmae = "x"', "")) == [
        "unknown group 'town'; did you mean 'towns'? @ unit[0].group",
        "unknown parent '夹河县'; did you mean '夹河镇'? @ unit[1].parent",
        "'夹河镇' already names unit[0] @ unit[1].name",
        "a unit needs a name @ unit[2].name",
        "'夹河镇' already names unit[0] @ unit[2].name",
        "'towns' already stands at group[0] @ group[1].id",
        "'received 2020-06' already stands at declared[0] @ declared[1].period",
        "a declared figure needs its source @ declared[0].source",
    ]


@pytest.mark.parametrize(
    "text, expected",
    [
        ("id = ", "not TOML: Invalid value (at end of document) @ register.toml"),
        ("", "the key 'id' is missing @ id"),
        ("id = 3", "must be a text in quotes, not 3 @ id"),
        ('id = "x"\nunit = "夹河镇"', "must be rows, each under [[unit]] with two brackets @ unit"),
        ('id = "x"\n[[unit]]\nnam = "a"\ngroup = "g"', "unknown key 'nam'; did you mean 'name'? @ unit[0].nam"),
        ('id = "x"\n[[unit]]\nname = 3\ngroup = "g"', "must be a text in quotes, not 3 @ unit[0].name"),
        ('id = "x"\nunit = [3]', "must be a table, not 3 @ unit[0]"),
        ('id = "x"\nunit = { name = "夹河镇" }', "must be rows, each under [[unit]] with two brackets @ unit"),
        ('id = "x"\n[[unit]]\nname = "a"\ngroup = "g"\nplaces = ["b", 3]', "must be a text in quotes, not 3 @ unit[0].places[1]"),
        (
            'id = "x"\n[[group]]\nid = "g"\nzh = "组"\nen = "g"\nzero_list = "yes"',
            "must be true or false, not 'yes' @ group[0].zero_list",
        ),
        ('id = "x"\n[[board]]\nnamed = "b"\nxyz = 1', "unknown key 'named'; did you mean 'name'? @ board[0].named"),
        ('id = "x"\n[[board]]\nnamed = "b"\nxyz = 1', "unknown key 'xyz' (known: name, en, unit, level, outside) @ board[0].xyz"),
        ('id = "x"\n[[board]]\nnamed = "b"\nxyz = 1', "the key 'name' is missing @ board[0].name"),
        ('id = "x"\n[[declared]]\nperiod = 2020-06-01', "must be a text in quotes, not 2020-06-01 @ declared[0].period"),
    ],
)
def test_what_is_no_register_says_so(text: str, expected: str) -> None:
    assert expected in problems(text)


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    with pytest.raises(RegisterInvalid, match=r"^register '.*none\.toml' has 1 problem:\n  - cannot be read: .*No such file"):
        load_register(tmp_path / "none.toml")
    place = tmp_path / "register.toml"
    place.write_text('id = "郧西"\n', "utf-8")
    assert load_register(place) == Register(id="郧西")


def test_an_actor_has_a_name_and_a_role() -> None:
    with pytest.raises(ValidationError):
        Actor(id="", role="clerk")
    with pytest.raises(ValidationError):
        Actor(id="wang", role="clerk", units=("x",))  # type: ignore[call-arg]  # there is no such field
