"""The reference pages name everything that there is: what is added without its line of documentation fails here.

A key is looked for in the section of its own table, and in code marks: a word of the prose, of an example, or of another table's
section does not stand for it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from casework import documents, escalation, facts, journal, soundness
from casework.actions import COMMANDS
from casework.conditions import NAMES
from casework.events import PAYLOADS, Event
from casework.outline import Outline
from casework.sla import Count, OfficeHours
from casework.states import ACTIONS, Lifecycle, standard_lifecycle
from casework.units import Register

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
ANY_ROW = {"source", "assumption"}  # said once, at the head of the page, of every row
ELSEWHERE: dict[type[BaseModel], str] = {Count: "clock", OfficeHours: "hours"}  # which others only refer to
LABELS = {"classes", "labels"}  # tables of which a rulebook chooses the keys


def prose(page: str) -> str:
    """Return a page without its blocks of code."""
    return FENCE.sub("", (DOCS / page).read_text("utf-8"))


def words(text: str) -> set[str]:
    """Return every word of a text that is set as code."""
    return {word for code in re.findall(r"`([^`\n]+)`", text) for word in re.findall(r"\w+", code)}


def sections(page: str) -> dict[str, str]:
    """Return the parts of a page by their headings of the second level, each with its subsections."""
    parts = re.split(r"^## (.+)$", prose(page), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def about(table: str) -> str:
    """Return the section of the rulebook's page about a table."""
    named = re.compile(rf"`\[+{table}(\.NAME)?\]+`")
    return "\n".join(text for heading, text in sections("reference/rulebook.md").items() if named.search(heading))


def models(kinds: list[Any]) -> set[type[BaseModel]]:
    """Return every model that a field of these kinds may hold, models inside models too."""
    found: set[type[BaseModel]] = set()
    while kinds:
        kind = kinds.pop()
        kinds += get_args(kind)
        if isinstance(kind, type) and issubclass(kind, BaseModel) and kind not in found:
            found.add(kind)
            kinds += [field.annotation for field in kind.model_fields.values()]
    return found


def tables() -> Iterator[tuple[str, type[BaseModel]]]:
    """Yield each model of the rulebook with the table whose section must name its keys."""
    for table, field in Outline.model_fields.items():
        for model in models([field.annotation]):
            yield ELSEWHERE.get(model, table), model


def keys(model: type[BaseModel]) -> set[str]:
    return {field.alias or name for name, field in model.model_fields.items()}


@pytest.mark.parametrize(
    "table, model", sorted(set(tables()), key=str), ids=lambda value: value if isinstance(value, str) else value.__name__
)
def test_the_section_of_a_table_names_every_key(table: str, model: type[BaseModel]) -> None:
    assert keys(model) - ANY_ROW - words(about(table)) == set()


def test_every_model_of_a_rulebook_is_looked_at() -> None:
    assert {model for _, model in tables()} == models([Outline]) - {Outline}


def test_what_every_row_may_carry_is_said_at_the_head_of_the_page() -> None:
    assert words(prose("reference/rulebook.md").partition("## ")[0]) >= ANY_ROW


def test_the_rulebook_page_names_every_table_as_a_heading() -> None:
    headings = "\n".join(sections("reference/rulebook.md"))
    for table in Outline.model_fields:
        assert re.search(rf"`\[+{table}(\.NAME)?\]+`", headings), table


@pytest.mark.parametrize("table", sorted(set(Outline.model_fields) - LABELS))
def test_a_section_names_no_key_that_its_table_has_not(table: str) -> None:
    """Rows of keys, ``| `id` | …``, hold nothing that a rulebook would be refused for."""
    field = Outline.model_fields[table]
    inside = models([field.annotation]) | {model for model, place in ELSEWHERE.items() if place == table}
    known = {key for model in inside for key in keys(model)}
    rows = [
        row
        for block in re.findall(r"^\| key \|.*\n\|[-|]+\|\n((?:\|.*\n)+)", about(table), re.MULTILINE)
        for row in block.splitlines()
    ]
    named = {word for row in rows for word in words(row.split(" | ")[0].replace(" = true", ""))}
    assert named - known == set()


def test_the_section_on_conditions_names_every_name() -> None:
    assert set(NAMES) - words(sections("reference/rulebook.md")["Conditions"]) == set()


def test_the_section_on_the_register_has_a_row_for_each_table_that_names_every_key() -> None:
    rows = dict(re.findall(r"^\| `\[\[(\w+)\]\]` \| (.*) \|$", sections("reference/rulebook.md")["The register"], re.MULTILINE))
    many = {name: get_args(kind)[0] for name, kind in _hints(Register).items() if get_args(kind)}
    assert set(rows) == set(many)
    for table, kind in many.items():
        wanted = set(kind.__struct_fields__)
        assert wanted - words(rows[table]) == set(), table


def _hints(kind: type[Any]) -> dict[str, Any]:
    from typing import get_type_hints

    return get_type_hints(kind)


def test_the_section_on_rungs_names_everything_that_a_rung_can_stand_on_and_do() -> None:
    text = about("rung")
    assert set(escalation.EFFECTS) - words(text) == set()
    assert set(escalation.COUNTS) - words(text) == set()
    for kind in ("due", "late", "unanswered", "done"):
        assert f'`"{kind}:' in text


def test_the_section_on_orders_names_everything_that_a_template_may_use() -> None:
    assert set(documents.NAMES) - words(about("order")) == set()


def test_the_section_on_approval_names_every_act_that_cannot_wait() -> None:
    [cannot] = re.findall(r"\*\*What cannot wait\*\*(.*)", about("approval"), re.DOTALL)
    assert set(soundness._UNGATED) - words(cannot) == set()
    assert (set(COMMANDS) - set(soundness._UNGATED) - {"extend", "take_up"}) & words(cannot) == set()


def test_the_page_on_counting_names_every_convention() -> None:
    assert keys(Count) - words(prose("reference/conventions.md")) == set()


def test_the_page_on_events_names_every_payload_with_its_version_and_fields_in_order() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \| .* \| (.*) \|$", prose("reference/events.md"), re.MULTILINE)
    listed = {kind: (int(v), tuple(re.findall(r"`(\w+)`", fields))) for kind, v, fields in rows}
    assert listed == {kind: (payload.v, payload.__struct_fields__) for kind, payload in PAYLOADS.items()}


def test_the_page_on_events_says_how_each_older_form_is_read() -> None:
    rows = re.findall(r"^\| `(\w+)` (\d+) \| .+ \|$", sections("reference/events.md")["Older forms"], re.MULTILINE)
    assert sorted((kind, int(v)) for kind, v in rows) == sorted(journal.UPCASTS)


def test_the_page_on_events_names_every_field_of_the_envelope_and_every_fact() -> None:
    parts = sections("reference/events.md")
    assert set(Event.__struct_fields__) - words(parts["The envelope"]) == set()
    assert set(facts._FACT_KINDS.values()) - words(parts["Facts"]) == set()


def test_the_page_on_the_lifecycle_shows_the_states_the_actions_and_the_diagram_of_the_code() -> None:
    text, life = (DOCS / "reference/lifecycle.md").read_text("utf-8"), standard_lifecycle()
    states = re.findall(r"^\| `(\w+)` \| (\S+) \| (open|waiting|closed|final) \| (.*) \|$", text, re.MULTILINE)
    assert states == [(state.name, state.zh, state.kind, state.meaning) for state in life.states.values()]
    actions = re.findall(r"^\| `(\w+)` \| (\S+) \| ((?:stays in|`)[^|]*) \| (.*) \|$", text, re.MULTILINE)
    assert actions == [(action, ACTIONS[action].zh, arrows(life, action), ACTIONS[action].meaning) for action in life.actions]
    assert life.mermaid(lang="en").rstrip() in text


def arrows(life: Lifecycle, action: str) -> str:
    """Return from where an action leads to where, as the page puts it."""
    moves: dict[str, list[str]] = {}
    stays: list[str] = []
    for state in life.states:
        if life.can(state, action):
            dest = life.next(state, action)
            (stays if dest == state else moves.setdefault(dest, [])).append(state)
    parts = [f"{', '.join(f'`{state}`' for state in sources)} → `{dest}`" for dest, sources in moves.items()]
    kinds = {state.name: state.kind for state in life.states.values()}
    together = {
        "every state": list(kinds),
        "every state that is not final": [name for name, kind in kinds.items() if kind != "final"],
        "every state that is not done": [name for name, kind in kinds.items() if kind in ("open", "waiting")],
    }
    if stays:
        each = ", ".join(f"`{state}`" for state in stays)
        parts.append("stays in " + next((name for name, states in together.items() if states == stays), each))
    return "; ".join(parts)


def test_the_page_on_the_lifecycle_names_the_actions_that_have_no_command() -> None:
    after = prose("reference/lifecycle.md").partition("Which role may take an action")[2].partition("## ")[0]
    assert words(after) == set(standard_lifecycle().actions) - set(COMMANDS)


# --- words and rooms --------------------------------------------------------------------------------------------------


def test_the_glossary_has_one_word_for_one_thing() -> None:
    rows = re.findall(r"^\| (.+?) \| (.+?) \| (.+) \|$", prose("reference/glossary.md"), re.MULTILINE)[2:]
    english = [word.strip() for words_en, _, _ in rows for word in words_en.split(", ")]
    chinese = [word.strip() for _, words_zh, _ in rows for word in words_zh.removesuffix(" …").split("、")]
    assert len(english) == len(set(english)) > 60
    assert len(chinese) == len(set(chinese)) > 60


def test_the_glossary_has_a_word_for_every_command() -> None:
    text = prose("reference/glossary.md")
    assert [action for action in COMMANDS if ACTIONS[action].zh not in text] == []


def test_the_floor_plan_stands_on_the_layers() -> None:
    layers = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"][0]["layers"]
    floors = re.findall(r"^\| [^|]+ \| (`[^|]+`) \| [^|]+ \|$", prose("explanation/house.md"), re.MULTILINE)
    assert [sorted(re.findall(r"`(\w+)`", floor)) for floor in floors] == [sorted(layer.split(" | ")) for layer in layers]


def test_the_plan_of_the_offices_names_every_one() -> None:
    handling = {path.stem for path in (ROOT / "src/casework/handling").glob("*.py")} - {"__init__"}
    offices = prose("explanation/house.md").partition("The offices, in `handling`")[2].partition("## ")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", offices, re.MULTILINE)) == handling
