"""JSON Schemas of the documents that people write, for editors: rulebook and register.

They are made from the models, so editors know a key as soon as it is there, and take each key's line from `keys`. A schema sees the
document as it is written: over a base, a table may leave out what its base says. What holds between two tables (that a name is
declared, that a condition can be read) no schema can say; ``casework rulebook check`` says it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from functools import cache
from typing import Any, Final
from zoneinfo import available_timezones

import msgspec

from .errors import InputError
from .escalation import COUNTS, DO, ON
from .facts import COUNTED, LATE_COUNTS, RATES, RESTS
from .hours import WEEKDAYS
from .intake import GIVEN
from .keys import NAME, meaning
from .limits import WRITTEN
from .messages import Sender
from .outline import RECEIVE, Outline
from .rulebook import shipped_names
from .states import ANYWHERE, STAYS, standard_lifecycle
from .units import Register

Schema = dict[str, Any]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_NAMES: Final = "^[a-z][a-z0-9_]*$"
_FORMATS: Final = {  # an editor gives a TOML day or time as a text; the formats of JSON Schema ask for a zone
    "time": r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?$",
    "date": r"^\d{4}-\d{2}-\d{2}$",
}
_TITLES: Final = {"rulebook": "casework: rulebook · 办理规则", "register": "casework: register of units · 承办单位名册"}


def schema(document: str) -> Schema:
    """Return the JSON Schema (draft 2020-12) of "rulebook" or "register", with each key described in Chinese and English."""
    if document not in _TITLES:
        raise InputError(f"there is no document {document!r}; known: {', '.join(_TITLES)}", value=document)
    made = Outline.model_json_schema() if document == "rulebook" else msgspec.json.schema(Register)
    missing: list[tuple[tuple[str, ...], list[str]]] = []
    whole = _told(_inlined(made, made["$defs"]), (), document, missing if document == "rulebook" else None)
    head = {"$schema": DIALECT, "title": _TITLES[document], **whole}
    # Some parts are kept for the next one, and whoever has this one may change it.
    return deepcopy(head | _unless_over_a_base(missing) if missing else head)


def _inlined(part: Any, parts: Mapping[str, Any]) -> Any:
    """Return a schema without references: what an editor shows of a key stands beside it."""
    if isinstance(part, dict):
        if "$ref" in part:
            beside = {key: value for key, value in part.items() if key not in ("$ref", "$defs")}
            return _inlined(parts[part["$ref"].rpartition("/")[2]] | beside, parts)
        return {key: _inlined(value, parts) for key, value in part.items() if key != "$defs"}
    return [_inlined(value, parts) for value in part] if isinstance(part, list) else part


def _told(part: Schema, path: tuple[str, ...], document: str, missing: list[tuple[tuple[str, ...], list[str]]] | None) -> Schema:
    """Return the schema of what stands at *path* in the words of `keys`, with the names that may stand there.

    What a table that is no row must have is taken off and added to *missing*, where that is given: its base may have it.
    """
    found = {
        key: value for key, value in part.items() if key not in ("title", "description") and value not in (None, {}, [], (), "")
    }
    if choices := [choice for choice in part.get("anyOf", ()) if choice != {"type": "null"}]:
        if len(choices) == 1:
            del found["anyOf"]
            return _told(choices[0] | found, path, document, missing)
        found["anyOf"] = choices
    if "format" in found:
        found["pattern"] = _FORMATS[found.pop("format")]
    if "propertyNames" in found and "format" in found["propertyNames"]:
        found["propertyNames"] = {"pattern": _FORMATS[found["propertyNames"]["format"]]}
    if isinstance(part.get("additionalProperties"), dict):
        found["additionalProperties"] = _told(part["additionalProperties"], (*path, NAME), document, missing)
    if "properties" in part:
        found["properties"] = {
            key: _described(_told(value, (*path, key), document, missing), (*path, key), document)
            for key, value in part["properties"].items()
        }
        if missing is not None and path and "required" in found:
            missing.append((path, found.pop("required")))
    if "items" in part:
        found["items"] = _told(part["items"], path, document, None)
    return _with_names(found, path) if document == "rulebook" else found


def _described(part: Schema, path: tuple[str, ...], document: str) -> Schema:
    said = meaning(document, path)
    if said is None:
        return part
    return {"description": f"{said.zh}\n\n{said.en}", **part} | ({"examples": list(said.examples)} if said.examples else {})


def _unless_over_a_base(missing: Iterable[tuple[tuple[str, ...], list[str]]]) -> Schema:
    """Return what a rulebook must have that is laid over none."""
    based = {"required": ["base"], "properties": {"base": {"type": "string", "minLength": 1}}}
    whole: Schema = {}
    for path, keys in missing:
        at = whole
        for name in path:
            at = at.setdefault("additionalProperties", {}) if name == NAME else at.setdefault("properties", {}).setdefault(name, {})
        at["required"] = keys
    return {"if": {"required": ["rulebook"], "properties": {"rulebook": based}}, "then": {}, "else": whole}


# --- names that the standard lifecycle and the machine know -----------------------------------------------------------


def _with_names(part: Schema, path: tuple[str, ...]) -> Schema:
    """Return a schema with what may stand at its path, of a list: in it."""
    known = _names().get(".".join(path))
    if known is None:
        return part
    if part.get("type") == "array" and not any("items" in choice for choice in known.get("anyOf", ())):
        return part | {"items": known}
    return {key: value for key, value in part.items() if key in ("default", "description")} | known


def _suggested(names: Iterable[str], pattern: str = "") -> Schema:
    """Return a schema that offers names and takes others too."""
    return {"anyOf": [{"enum": list(names)}, {"type": "string", **({"pattern": pattern} if pattern else {})}]}


def _one_or_more(row: Schema, least: int) -> Schema:
    return {"anyOf": [*row["anyOf"], {"type": "array", "items": row, "minItems": least}]}


@cache
def _names() -> Mapping[str, Schema]:
    life = standard_lifecycle()
    happenings = _suggested((RECEIVE, *life.actions, *life.states), _NAMES)
    limit: Schema = {"type": "string", "pattern": f"^{WRITTEN}$"}
    return {
        "rulebook.base": {"enum": ["", *shipped_names()]},
        "rulebook.zone": {"enum": sorted(available_timezones())},
        "roles.NAME.may": _suggested(life.actions, _NAMES),
        "roles.NAME.sees": _suggested(("sender.*", *(f"sender.{name}" for name in Sender.model_fields))),
        "lifecycle.drop_states": {"enum": list(life.states)},
        "lifecycle.drop_actions": {"enum": list(life.actions)},
        "lifecycle.state.name": {"type": "string", "pattern": _NAMES},
        "lifecycle.transition.action": _suggested(life.actions, _NAMES),
        "lifecycle.transition.source": _suggested((ANYWHERE, *life.states), _NAMES),
        "lifecycle.transition.dest": _suggested((STAYS, *life.states), _NAMES),
        "intake.checks.given": {"enum": list(GIVEN)},
        "intake.status.NAME": _suggested(life.states, _NAMES),
        "clock.starts_on": _one_or_more(happenings, 1),
        "clock.stops_on": _one_or_more(happenings, 1),
        "clock.pauses_on": _one_or_more(_suggested(life.states, _NAMES), 0),
        "clock.extend.ask_before": {"anyOf": [{"const": "due"}, limit]},
        "approval.on": _suggested(life.actions, _NAMES),
        "notify.on": _suggested((RECEIVE, *life.actions), _NAMES),
        "notify.to": _suggested(("sender",)),
        "order.to": _suggested(("lead", "units", "parent")),
        "order.document.series": {
            "type": "string",
            "allOf": [{"pattern": r"^([^{}]|\{year\}|\{n(:0\d)?\})*$"}, {"pattern": r"\{n(:0\d)?\}"}],
        },
        "rung.on": _suggested((*COUNTS, *(f"done:{action}" for action in (RECEIVE, *life.actions))), f"^({ON.pattern})$"),
        "rung.do": _suggested(("reopen", "return", "consult", "withdraw"), f"^({DO.pattern})$"),
        "rung.at": {"anyOf": [{"type": "string", "pattern": f"^-?{WRITTEN}$"}, {"type": "integer"}]},
        "rung.repeat.every": {"anyOf": [limit, {"type": "integer", "minimum": 1}]},
        "figures.NAME.of": {"enum": [*COUNTED, *RESTS, *LATE_COUNTS]},
        "figures.NAME.base": {"enum": [*COUNTED, *RESTS, *LATE_COUNTS]},
        "schedule.figures": _suggested((*COUNTED, *RESTS, *LATE_COUNTS, *RATES)),
        "schedule.as_of": {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 28}, {"enum": list(WEEKDAYS)}]},
        "schedule.at": {"type": "string", "pattern": r"^(([01]\d|2[0-3]):[0-5]\d|24:00)?$"},
    }
