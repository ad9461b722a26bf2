"""Diagrams: lifecycles and flows drawn as mermaid text, which documentation sites and code hosts show as a picture."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal, NamedTuple

from .languages import Lang, chinese

# Words that mermaid reads as its own where a state should stand, and the ids that it gives its own markers.
_WORDS: Final = frozenset(
    {"accdescr", "acctitle", "class", "classdef", "click", "default", "direction", "end", "href", "note"}
    | {"root_end", "root_start", "scale", "state", "statediagram", "style"}
)
_SIGNS: Final = str.maketrans({sign: f"#{ord(sign)};" for sign in '#";:%<>{}'})
_ROW: Final = 6
_TITLES: Final = {  # in English and in Chinese
    "all": ("in every state", "各状态"),
    "not final": ("in every state that is not final", "各未终结状态"),
    "not done": ("in every state that is not done", "各未办结状态"),
    "here": ("here", "本状态"),
}


def lifecycle_diagram(
    table: Mapping[tuple[str, str], str],
    *,
    initial: str,
    kinds: Mapping[str, str],
    states: Mapping[str, str],
    actions: Mapping[str, str],
    lang: Lang,
) -> str:
    """Return a lifecycle as mermaid text (``stateDiagram-v2``), the same text for the same arguments.

    *table* has the next state for each state and action. *states* and *actions* are their labels in *lang*, the states in the order
    in which they are drawn; *kinds* are the kinds of the states: ``open``, ``waiting``, ``closed`` or ``final``.
    """
    ids = {name: _id(name) for name in states}
    allowed = {name: sorted(action for state, action in table if state == name) for name in states}
    lines = ["stateDiagram-v2"]
    lines += [f'    state "{_text(label)}" as {ids[name]}' for name, label in states.items()]
    lines.append(f"    [*] --> {ids[initial]}")
    for source in states:
        for dest in states:
            moving = [actions[action] for action in allowed[source] if source != dest and table[source, action] == dest]
            if moving:
                lines.append(f"    {ids[source]} --> {ids[dest]} : {_listed(moving, lang)}")
    lines += [f"    {ids[name]} --> [*]" for name in states if kinds[name] == "final"]
    staying = {name: {action for action in allowed[name] if table[name, action] == name} for name in states}
    for name, note in _notes(staying, initial, kinds, actions, lang).items():
        lines += [f"    note right of {ids[name]}", *(f"        {line}" for line in note), "    end note"]
    return "\n".join(lines) + "\n"


class Node(NamedTuple):
    """What stands in a flow: its shape, and the lines in it."""

    shape: Literal["plain", "round", "double"]
    lines: Sequence[str]


_SHAPES: Final = {"plain": '["{}"]', "round": '(["{}"])', "double": '[["{}"]]'}


def flow_diagram(nodes: Mapping[str, Node], edges: Iterable[tuple[str, str, str, bool]]) -> str:
    """Return a flow from left to right as mermaid text (``flowchart``), the same text for the same arguments.

    An edge leads from one node to another with a label, "" for none, and is dotted or not. Nodes may be called anything.
    """
    ids = {name: f"n{at}" for at, name in enumerate(nodes, 1)}
    lines = ["flowchart LR"]
    for name, node in nodes.items():
        lines.append(f"    {ids[name]}{_SHAPES[node.shape].format('<br/>'.join(map(_text, node.lines)))}")
    for source, dest, label, dotted in edges:
        said = f'|"{_text(label)}"|' if label else ""
        lines.append(f"    {ids[source]} {'-.->' if dotted else '-->'}{said} {ids[dest]}")
    return "\n".join(lines) + "\n"


def _notes(
    staying: Mapping[str, set[str]], initial: str, kinds: Mapping[str, str], actions: Mapping[str, str], lang: Lang
) -> dict[str, list[str]]:
    """Return the lines of each state's note: the actions that stay in it, those that many states share with the initial one."""
    own = {name: set(stay) for name, stay in staying.items()}
    groups = (
        ("all", list(own)),
        ("not final", [name for name in own if kinds[name] != "final"]),
        ("not done", [name for name in own if kinds[name] in ("open", "waiting")]),
    )
    notes: dict[str, list[str]] = {}
    for title, members in groups:
        shared = set.intersection(*(own[name] for name in members)) if len(members) > 1 else set()
        for name in members:
            own[name] -= shared
        if shared:
            notes.setdefault(initial, []).extend(_rows(title, shared, actions, lang))
    for name, left in own.items():
        if left:
            notes.setdefault(name, []).extend(_rows("here", left, actions, lang))
    return notes


def _rows(title: str, staying: Iterable[str], actions: Mapping[str, str], lang: Lang) -> list[str]:
    """Return a titled list of actions in rows short enough to read, every row but the last ending in a comma."""
    labels = [actions[action] for action in sorted(staying)]
    rows = [_listed(labels[at : at + _ROW], lang) for at in range(0, len(labels), _ROW)]
    comma, colon = ("、", "\N{FULLWIDTH COLON}") if chinese(lang) else (",", ": ")
    rows[:-1] = [f"{row}{comma}" for row in rows[:-1]]
    return [f"{_TITLES[title][chinese(lang)]}{colon}{rows[0]}", *rows[1:]]


def _listed(labels: Iterable[str], lang: Lang) -> str:
    return ("、" if chinese(lang) else ", ").join(map(_text, labels))


def _id(name: str) -> str:
    return f"{name}_" if name in _WORDS else name  # no name of a state ends in an underscore, so this one is free


def _text(label: str) -> str:
    return " ".join(label.split()).translate(_SIGNS)
