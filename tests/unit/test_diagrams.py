"""A diagram is drawn from plain values; what many states share is said once, beside the state where cases begin."""

from __future__ import annotations

import pytest

from casework.diagrams import lifecycle_diagram
from casework.errors import InputError
from casework.languages import Lang

KINDS = {"new": "open", "asked": "waiting", "done": "closed", "gone": "final"}
TABLE = {
    **{(state, "view"): state for state in KINDS},
    **{(state, "note"): state for state in ("new", "asked", "done")},
    **{(state, "extend"): state for state in ("new", "asked")},
    ("asked", "remind"): "asked",
    ("new", "ask"): "asked",
    ("new", "close"): "done",
    ("asked", "close"): "done",
    ("new", "drop"): "gone",
    ("done", "reopen"): "new",
}


def drawn(lang: Lang, table: dict[tuple[str, str], str] = TABLE) -> list[str]:
    actions = {action: {"zh": f"{action}事", "en": action.title()}[lang] for _, action in table}
    states = {state: {"zh": f"{state}态", "en": state.title()}[lang] for state in KINDS}
    return lifecycle_diagram(table, initial="new", kinds=KINDS, states=states, actions=actions, lang=lang).splitlines()


def test_what_many_states_share_is_said_once_beside_the_first() -> None:
    assert drawn("en")[12:] == [
        "    note right of new",
        "        in every state: View",
        "        in every state that is not final: Note",
        "        in every state that is not done: Extend",
        "    end note",
        "    note right of asked",
        "        here: Remind",
        "    end note",
    ]


def test_a_diagram_speaks_chinese() -> None:
    assert drawn("zh") == [
        "stateDiagram-v2",
        '    state "new态" as new',
        '    state "asked态" as asked',
        '    state "done态" as done',
        '    state "gone态" as gone',
        "    [*] --> new",
        "    new --> asked : ask事",
        "    new --> done : close事",
        "    new --> gone : drop事",
        "    asked --> done : close事",
        "    done --> new : reopen事",
        "    gone --> [*]",
        "    note right of new",
        "        各状态\N{FULLWIDTH COLON}view事",
        "        各未终结状态\N{FULLWIDTH COLON}note事",
        "        各未办结状态\N{FULLWIDTH COLON}extend事",
        "    end note",
        "    note right of asked",
        "        本状态\N{FULLWIDTH COLON}remind事",
        "    end note",
    ]


@pytest.mark.parametrize("lang, comma", [("en", ", "), ("zh", "、")])
def test_a_long_list_goes_on_in_the_next_row_and_its_order_is_that_of_the_names(lang: Lang, comma: str) -> None:
    many = TABLE | {("asked", f"act_{at}"): "asked" for at in range(7)}
    rows = [line.strip() for line in drawn(lang, dict(reversed(many.items())))[-3:-1]]
    assert rows[0].endswith(comma.strip())
    assert [len(row.strip(comma).split(comma)) for row in rows] == [6, 2]
    assert rows == [line.strip() for line in drawn(lang, many)[-3:-1]]


def test_another_language_is_refused() -> None:
    actions = {action: action for _, action in TABLE}
    with pytest.raises(InputError, match="there is no language 'fr'; known: zh, en"):
        lifecycle_diagram(TABLE, initial="new", kinds=KINDS, states=KINDS, actions=actions, lang="fr")  # type: ignore[arg-type]
