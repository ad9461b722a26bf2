"""The schema and the models agree, as far as a schema can: documents that are almost right are judged by both."""

from __future__ import annotations

import copy
import json
from typing import Any

import jsonschema
from hypothesis import event, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from casework import Rulebook
from casework.errors import RulebookInvalid
from casework.outline import Outline
from casework.rulebook import shipped_names
from casework.schemas import schema

READER = jsonschema.Draft202012Validator(schema("rulebook"))
WHOLE = {name: json.loads(Rulebook.shipped(name).text) for name in shipped_names()}
for document in WHOLE.values():
    document["rulebook"].pop("base", None)  # it is laid over its base already

TEXTS = ["", "oddly", "Oddly put", "5 working days", "-1 working day", "24:00", "publish", "block", "any", "receive"]
ODD = st.one_of(
    st.sampled_from([*TEXTS, -7, 0, 3, 3.5, [], ["oddly"], ["publish"], [["oddly"]], {}, {"oddly": "put"}, [{}]]),
    st.booleans().map(lambda value: {"oddly": value}),
).map(copy.deepcopy)

Place = tuple[str | int, ...]


def places(part: Any, above: Place = ()) -> list[Place]:
    found = [above] if above else []
    items = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    return found + [place for key, value in items for place in places(value, (*above, key))]


def at(part: Any, place: Place) -> Any:
    for key in place:
        part = part[key]
    return part


@st.composite
def almost_right(draw: st.DrawFn) -> dict[str, Any]:
    """A shipped rulebook in which up to three things were changed: a value, a key left out, a key too many, a row twice."""
    made = copy.deepcopy(WHOLE[draw(st.sampled_from(sorted(WHOLE)))])
    for _ in range(draw(st.integers(0, 3))):
        table = draw(st.sampled_from(sorted(made)))  # large tables would else take all changes
        place = draw(st.sampled_from([place for place in places(made) if place[0] == table]))
        inside = at(made, place[:-1])
        how = draw(st.sampled_from(["change", "change", "leave out", "add", "again"]))
        if how == "change" and place[-1] != "cutoff":  # a number of seconds is a time to pydantic
            inside[place[-1]] = draw(ODD)
        elif how == "leave out":
            del inside[place[-1]]
        elif how == "add" and isinstance(inside, dict):
            inside[draw(st.sampled_from(["oddly", "source", "zh", "when", "limit", "id", "count"]))] = draw(ODD)
        elif isinstance(inside, list):
            inside.append(copy.deepcopy(inside[0]))
        if not made:
            break
    return made


@given(almost_right())
@settings(max_examples=150)
def test_the_schema_and_the_models_agree(document: dict[str, Any]) -> None:
    wrong = [tuple(error.absolute_path) for error in READER.iter_errors(document)]
    event("right by the schema" if not wrong else "wrong by the schema")
    try:
        Outline.model_validate(document)
    except ValidationError as error:
        # What a validator of our own says (a name, two keys that do not go together) a schema may be unable to.
        for row in error.errors():
            if row["type"] != "value_error":
                assert any(place == row["loc"][: len(place)] or row["loc"] == place[: len(row["loc"])] for place in wrong), row
    if wrong:
        try:
            Rulebook(document)
        except RulebookInvalid:
            return
        raise AssertionError([error.message for error in READER.iter_errors(document)])
