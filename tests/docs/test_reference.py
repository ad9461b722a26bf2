"""The reference pages name everything that there is: what is added without its line of documentation fails here."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from casework.conditions import NAMES
from casework.events import PAYLOADS, Event
from casework.rulebook import Outline
from casework.sla import Count
from casework.states import ACTIONS, standard_lifecycle
from casework.units import Declared, Group, Unit

DOCS = Path(__file__).parents[2] / "docs" / "reference"


def words(page: str) -> set[str]:
    """Return every word of a page that is set as code."""
    text = (DOCS / page).read_text("utf-8")
    return {word for code in re.findall(r"`([^`]+)`", text) for word in re.findall(r"\w+", code)}


def models(model: type[BaseModel]) -> set[type[BaseModel]]:
    """Return a model and every model inside it."""
    found = {model}
    for field in model.model_fields.values():
        inside = [field.annotation]
        while inside:
            kind = inside.pop()
            inside += get_args(kind)
            if isinstance(kind, type) and issubclass(kind, BaseModel) and kind not in found:
                found |= models(kind)
    return found


@pytest.mark.parametrize("model", sorted(models(Outline), key=lambda model: model.__name__), ids=lambda model: model.__name__)
def test_the_rulebook_page_names_every_key(model: type[BaseModel]) -> None:
    keys = {field.alias or name for name, field in model.model_fields.items()}
    assert (
        keys - words("rulebook.md") - {"rulebook", "route", "clock", "approval", "reply", "order", "rung", "notify", "schedule"}
        == set()
    )


def test_the_rulebook_page_names_every_table_as_a_heading() -> None:
    text = (DOCS / "rulebook.md").read_text("utf-8")
    for table in Outline.model_fields:
        assert re.search(rf"^## .*`\[+{table}(\.NAME)?\]+`", text, re.MULTILINE), table


def test_the_rulebook_page_names_every_condition_and_every_key_of_a_register() -> None:
    known = words("rulebook.md")
    assert set(NAMES) - known == set()
    assert {name for kind in (Group, Unit, Declared) for name in kind.__struct_fields__} - known == set()


def test_the_page_on_counting_names_every_convention() -> None:
    assert set(Count.model_fields) - words("conventions.md") == set()


def test_the_page_on_events_names_every_payload_with_its_version_and_fields_in_order() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \| .* \| (.*) \|$", (DOCS / "events.md").read_text("utf-8"), re.MULTILINE)
    listed = {kind: (int(v), tuple(re.findall(r"`(\w+)`", fields))) for kind, v, fields in rows}
    assert listed == {kind: (payload.v, payload.__struct_fields__) for kind, payload in PAYLOADS.items()}


def test_the_page_on_events_names_every_field_of_the_envelope() -> None:
    assert set(Event.__struct_fields__) - words("events.md") == set()


def test_the_page_on_the_lifecycle_shows_the_states_the_actions_and_the_diagram_of_the_code() -> None:
    text, life = (DOCS / "lifecycle.md").read_text("utf-8"), standard_lifecycle()
    states = re.findall(r"^\| `(\w+)` \| (\S+) \| (open|waiting|closed|final) \| (.*) \|$", text, re.MULTILINE)
    assert states == [(state.name, state.zh, state.kind, state.meaning) for state in life.states.values()]
    actions = re.findall(r"^\| `(\w+)` \| (\S+) \| (?:stays in|`)[^|]* \| (.*) \|$", text, re.MULTILINE)
    assert actions == [(action, ACTIONS[action].zh, ACTIONS[action].meaning) for action in life.actions]
    assert life.mermaid(lang="en").rstrip() in text
