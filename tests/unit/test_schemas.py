"""The schema of a rulebook, for editors: it says what the models say, of the document as it is written, and explains every key."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_type_hints

import jsonschema
import pytest

from casework import Rulebook, keys
from casework.errors import InputError, RulebookInvalid
from casework.formatting import document_kind
from casework.outline import Outline
from casework.rulebook import shipped_file, shipped_names
from casework.schemas import schema
from casework.states import standard_lifecycle
from casework.units import Register
from tests.unit.commands import Casework, calling, one_line

ROOT = Path(__file__).parents[2]
WRITTEN = sorted([*(ROOT / "src/casework/rulebooks").rglob("*.toml"), *(ROOT / "examples").rglob("*.toml")])
READERS = {name: jsonschema.Draft202012Validator(schema(name)) for name in keys.DOCUMENTS}

casework = pytest.fixture(calling)


def as_an_editor_has_it(text: str) -> Any:
    """Return a TOML document as an editor gives it to a schema: days and times as texts."""
    return json.loads(json.dumps(tomllib.loads(text), default=lambda value: value.isoformat()))


def wrong(text: str, document: str = "rulebook") -> list[str]:
    """Return the paths at which a schema finds something wrong, deepest first where one thing has several."""
    return sorted({error.json_path for error in READERS[document].iter_errors(as_an_editor_has_it(text))})


def within(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        yield part
        for value in part.values():
            yield from within(value)
    elif isinstance(part, list):
        for value in part:
            yield from within(value)


def described(part: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Yield every key of a schema with its path as `keys` has it."""
    if isinstance(more := part.get("additionalProperties"), dict):
        yield from described(more, (*path, keys.NAME))
    for key, value in part.get("properties", {}).items():
        yield (*path, key), value
        yield from described(value, (*path, key))
        yield from described(value.get("items", {}), (*path, key))


# --- it is a schema, and reads what is shipped ------------------------------------------------------------------------


@pytest.mark.parametrize("document", keys.DOCUMENTS)
def test_it_is_a_schema_of_its_dialect_without_references(document: str) -> None:
    made = schema(document)
    assert made["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema.Draft202012Validator.check_schema(made)
    assert not any("$ref" in part or "$defs" in part or {"type": "null"} in part.get("anyOf", []) for part in within(made))
    assert json.loads(json.dumps(made)) == made


@pytest.mark.parametrize("file", WRITTEN, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_every_rulebook_and_register_that_is_shipped_is_right_by_it(file: Path) -> None:
    text = file.read_text("utf-8")
    document = document_kind(tomllib.loads(text))
    assert document == ("register" if file.stem.endswith("register") else "rulebook")
    assert wrong(text, document) == []


@pytest.mark.parametrize("document", keys.DOCUMENTS)
def test_every_example_of_a_key_is_right_by_it(document: str) -> None:
    shown = [(path, part, example) for path, part in described(schema(document)) for example in part.get("examples", ())]
    assert len(shown) > 10
    for path, part, example in shown:
        errors = list(jsonschema.Draft202012Validator(part).iter_errors(example))
        assert errors == [], (path, example)


def test_there_is_no_schema_of_anything_else() -> None:
    with pytest.raises(InputError, match=r"no document 'calendar'; known: rulebook, register"):
        schema("calendar")


# --- every key is told ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("document", keys.DOCUMENTS)
def test_every_key_of_the_models_has_a_line_in_both_languages(document: str) -> None:
    untold = [".".join(path) for path in keys.paths(document) if keys.meaning(document, path) is None]
    assert untold == []


@pytest.mark.parametrize("document", keys.DOCUMENTS)
def test_every_line_is_about_a_key_of_the_models(document: str) -> None:
    paths = list(keys.paths(document))
    known = {".".join(path) for path in paths} | {f"*.{path[-1]}" for path in paths}
    assert set(keys.meanings(document)) - known == set()


@pytest.mark.parametrize("document", keys.DOCUMENTS)
def test_a_line_is_one_line_short_and_in_its_language(document: str) -> None:
    for path, said in keys.meanings(document).items():
        for text in (said.en, said.zh):
            assert text == text.strip() and 0 < len(text) <= 110 and "\n" not in text, path
            assert text[-1] not in ".。；;", path
        assert any("\u4e00" <= sign <= "\u9fff" for sign in said.zh), path
        assert not any("\u4e00" <= sign <= "\u9fff" for sign in said.en), path
        assert not set(said.zh.replace("[", "").replace("]", "")) & set(",;()"), path  # full-width marks in Chinese


@pytest.mark.parametrize("document", keys.DOCUMENTS)
def test_what_is_like_another_table_has_its_keys_and_no_lines_of_its_own(document: str) -> None:
    told = keys.meanings(document)
    for path, said in told.items():
        if said.like:
            assert keys.below(document, path.split(".")) == keys.below(document, said.like.split(".")) is not None
            assert said.like in told
            assert [other for other in told if other.startswith(f"{path}.")] == []


def test_a_key_of_a_shared_table_is_told_where_the_table_is() -> None:
    line = keys.meaning("rulebook", ("order", "answer", "count", "hours", "open"))
    assert line == keys.meaning("rulebook", ("hours", "open"))
    assert line is not None
    assert (line.text("zh"), line.text("en")) == ("每个工作日的办公时间", "when every working day is worked")


def test_a_key_that_no_table_has_means_nothing() -> None:
    assert keys.meaning("rulebook", ("clock", "speed")) is None
    assert keys.meaning("rulebook", ("nothing",)) is None


@pytest.mark.parametrize("document", keys.DOCUMENTS)
def test_the_schema_describes_every_key_in_chinese_and_english(document: str) -> None:
    found = dict(described(schema(document)))
    assert list(found) == list(keys.paths(document))
    for path, part in found.items():
        said = keys.meaning(document, path)
        assert said is not None
        assert part["description"] == f"{said.zh}\n\n{said.en}"


def test_keys_stand_in_the_order_of_the_models() -> None:
    assert keys.below("rulebook", ()) == tuple(Outline.model_fields)
    assert keys.below("rulebook", ("clock", "on")) == ("return", "reclassify", "transfer", "reopen")
    assert keys.below("rulebook", ("roles", "whoever"))[:3] == ("zh", "en", "scope")  # type: ignore[index]
    assert keys.below("rulebook", ("roles",)) is keys.below("rulebook", ("labels",)) is keys.below("rulebook", ("odd",)) is None
    row = get_args(get_type_hints(Register)["unit"])[0]
    assert keys.below("register", ("unit",)) == row.__struct_fields__


# --- what is wrong is found where it is -------------------------------------------------------------------------------

TOWN = """
[rulebook]
id = "our-town"
version = 1
base = "standard"
late_by = "handle"

[roles.clerk]
zh = "问政办"

[[clock]]
id = "handle"
starts_on = "receive"
stops_on = ["publish"]
limit = [{ is = "5 working days" }]
count = { cutoff = 17:30:00 }
extend = { ask_before = "due", cap = "" }

[[order]]
id = "supervision"
document = { series = "督〔{year}〕{n}号" }

[[rung]]
id = "late"
on = "late:handle"
at = "1 working day"
do = ["issue:supervision"]
"""


def test_the_town_is_right() -> None:
    assert wrong(TOWN) == []
    assert Rulebook.parse(TOWN).id == "our-town"


@pytest.mark.parametrize(
    "old, new, path",
    [
        ("late_by", "late_bye", "$.rulebook"),
        ("version = 1", "version = 0", "$.rulebook.version"),
        ('"our-town"', '"Our Town"', "$.rulebook.id"),
        ('"standard"', '"standrad"', "$.rulebook.base"),
        ('zh = "问政办"', "zh = 1", "$.roles.clerk.zh"),
        ('zh = "问政办"', 'scope = "all"', "$.roles.clerk.scope"),
        ('zh = "问政办"', 'may = ["Assign"]', "$.roles.clerk.may[0]"),
        ("5 working days", "5 workdays", "$.clock[0].limit[0].is"),
        ("5 working days", "-5 working days", "$.clock[0].limit[0].is"),
        ("5 working days", "1月", "$.clock[0].limit[0].is"),
        ("{ is =", "{ was =", "$.clock[0].limit[0]"),
        ("limit = [{ is", 'limit = [{ when = "" }, { is', "$.clock[0].limit[0]"),
        ('limit = [{ is = "5 working days" }]\n', "", "$.clock[0]"),
        ('["publish"]', "[]", "$.clock[0].stops_on"),
        ('"receive"', "5", "$.clock[0].starts_on"),
        ("17:30:00", '"17:30 o\'clock"', "$.clock[0].count.cutoff"),
        ('cap = ""', 'cap = "soon"', "$.clock[0].extend.cap"),
        ('"due"', '"never"', "$.clock[0].extend.ask_before"),
        ("{n}号", "号", "$.order[0].document.series"),
        ("{year}", "{month}", "$.order[0].document.series"),
        ("late:handle", "too-late:handle", "$.rung[0].on"),
        ('"1 working day"', "1.5", "$.rung[0].at"),
        ("issue:supervision", "issue supervision", "$.rung[0].do[0]"),
        ("issue:supervision", "re-issue:supervision", "$.rung[0].do[0]"),
        ("late:handle", "not late:handle", "$.rung[0].on"),
        ("5 working days", "5 working days or so", "$.clock[0].limit[0].is"),
        ("[roles.clerk]", '[hours]\nopen = "9 to 5"\n[roles.clerk]', "$.hours.open"),
        ("[roles.clerk]", '[hours]\nopen = "9:00-17:00"\ndates = { oct = "" }\n[roles.clerk]', "$.hours.dates"),
        ("[[clock]]", "[klock]", "$"),
        ("[roles.clerk]\n", "[roles]\n", "$.roles.zh"),
    ],
)
def test_what_is_wrong_is_found_at_its_place_by_the_schema_and_by_casework(old: str, new: str, path: str) -> None:
    assert old in TOWN
    text = TOWN.replace(old, new)
    assert path in wrong(text)
    with pytest.raises(RulebookInvalid) as refused:
        Rulebook.parse(text)
    places = [problem.path for problem in refused.value.problems]
    wanted = path.removeprefix("$").removeprefix(".")
    assert any(place.startswith(wanted) or wanted.startswith(place) for place in places), places


def test_a_number_in_quotes_is_wrong_by_the_schema_as_it_is_on_loading() -> None:
    text = TOWN.replace("version = 1", "version = '1'")
    assert wrong(text) == ["$.rulebook.version"]
    with pytest.raises(RulebookInvalid, match=r"must be a whole number, not '1' @ rulebook\.version"):
        Rulebook.parse(text)


def test_the_schema_of_a_register_finds_what_is_wrong_too() -> None:
    unit = '[[unit]]\nname = "夹河镇"\ngroup = "towns"\nplace = ["夹河镇"]\n'
    text = f'id = "town"\nzh = "镇"\nen = "town"\n{unit}[[grant]]\nperson = "li"\nrole = "clerk"\nscope = "all"\n'
    assert wrong(text, "register") == ["$.grant[0].scope", "$.unit[0]"]


# --- over a base ------------------------------------------------------------------------------------------------------


def test_over_a_base_a_table_may_leave_out_what_the_base_has() -> None:
    assert wrong('[rulebook]\nid = "a"\nversion = 1\nbase = "standard"\n[roles.clerk]\nzh = "办公室"\n') == []


@pytest.mark.parametrize("base", ["", 'base = ""\n'])
def test_without_a_base_nothing_may_be_left_out(base: str) -> None:
    text = f'[rulebook]\nid = "a"\nversion = 1\n{base}[roles.clerk]\nzh = "办公室"\n'
    assert wrong(text) == ["$.roles.clerk"]
    with pytest.raises(RulebookInvalid, match=r"'scope' is missing @ roles\.clerk\.scope"):
        Rulebook.parse(text)
    assert wrong("[rulebook]\n") == ["$.rulebook"]
    assert wrong("") == ["$"]


def test_a_row_is_whole_over_a_base_too() -> None:
    assert wrong('[rulebook]\nid = "a"\nversion = 1\nbase = "standard"\n[[clock]]\nid = "handle"\n') == ["$.clock[0]"]


# --- names ------------------------------------------------------------------------------------------------------------


def test_an_editor_is_offered_the_actions_and_states_that_there_are_and_takes_added_ones() -> None:
    life, found = standard_lifecycle(), dict(described(schema("rulebook")))
    may = found["roles", keys.NAME, "may"]["items"]
    assert may["anyOf"][0]["enum"] == list(life.actions)
    assert found["clock", "pauses_on"]["anyOf"][0]["enum"] == list(life.states)
    assert found["rulebook", "base"]["enum"] == ["", *shipped_names()]
    assert wrong(TOWN.replace('zh = "问政办"', 'may = ["inspect_the_site"]')) == []


@pytest.mark.parametrize("key, name", [("drop_states", "consultatoin"), ("drop_actions", "extent")])
def test_only_what_there_is_can_be_dropped(key: str, name: str) -> None:
    text = f'{TOWN}\n[lifecycle]\n{key} = ["{name}"]\n'
    assert wrong(text) == [f"$.lifecycle.{key}[0]"]
    with pytest.raises(RulebookInvalid, match=name):
        Rulebook.parse(text)


# --- from the terminal ------------------------------------------------------------------------------------------------


def test_the_command_prints_the_schema_and_writes_it_into_a_file(casework: Casework, tmp_path: Path) -> None:
    printed = casework("rulebook", "schema")
    assert printed.code == 0, printed.err
    assert json.loads(printed.out) == schema("rulebook")
    said = casework("rulebook", "schema", "--register", "--output", "register.schema.json")
    assert (said.code, said.out) == (0, "written: register.schema.json\n")
    text = (tmp_path / "register.schema.json").read_text("utf-8")
    assert json.loads(text) == schema("register")
    assert "名册" in text and text.endswith("}\n")


def test_a_schema_cannot_be_written_into_a_folder_that_is_not_there(casework: Casework) -> None:
    assert "No such file or directory" in one_line(casework("rulebook", "schema", "--output", "nowhere/schema.json"))


def test_the_lines_come_with_the_package() -> None:
    assert shipped_file("standard", "rulebook.toml").parents[2].joinpath("keys.toml").is_file()
