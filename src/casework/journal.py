"""How events are kept for good: canonical text, a hash chain for each case, and the reading of older forms.

The stored form is canonical JSON; the bytes that were hashed are the bytes that are stored, and they never change. Older forms of a
payload are read by upcasters, which work on decoded payloads.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from .cases import Case
from .errors import CaseworkError, ChainBroken
from .events import PAYLOADS, Event, Payload, StoredEvent
from .folding import fold
from .sla import SlaClock

FORM = 2
"""The form of the envelope and of what every event shares (clocks, deadlines).

Form 1, which was written without its number, had no extensions in its clocks and no bounds in its deadlines: it is read as it is.
"""
_FIRST_FORM = 1


class _Envelope(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    form: int = _FIRST_FORM
    case: str
    seq: int
    kind: str
    v: int
    occurred_at: datetime
    recorded_at: datetime
    actor: str
    role: str
    action: str
    state: str
    data: msgspec.Raw
    clocks: tuple[SlaClock, ...]


class _Written(_Envelope, frozen=True, kw_only=True, omit_defaults=True):
    """An envelope on its way out: its payload is encoded with it."""

    data: Payload  # type: ignore[assignment]  # never decoded


Upcast = Callable[[dict[str, Any]], dict[str, Any]]


def _assigned_1_to_2(data: dict[str, Any]) -> dict[str, Any]:
    return {"lead": data["unit"], "assisting": [], "instead_of": None, "rule": data["rule"], "note": data["note"]}


def _submitted_1_to_2(data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "gates": [""] * data["gates"]}


def _received_1_to_2(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name != "place"}


UPCASTS: Mapping[tuple[str, int], Upcast] = {
    ("approval_requested", 1): dict,
    ("assigned", 1): _assigned_1_to_2,
    ("attached", 1): dict,
    ("declined", 1): dict,
    ("order_issued", 1): dict,
    ("received", 1): _received_1_to_2,
    ("rulebook_moved", 1): dict,
    ("rung_fired", 1): dict,
    ("submitted", 1): _submitted_1_to_2,
}
"""From (kind, version) to the next version's form; they work on decoded payloads and never touch stored bytes."""

_encoder = msgspec.json.Encoder(order="deterministic")
_envelope = msgspec.json.Decoder(_Envelope)
_payload = {kind: msgspec.json.Decoder(payload) for kind, payload in PAYLOADS.items()}


def encode(event: Event) -> str:
    """Return the event's canonical text."""
    data = event.data
    return _encoder.encode(
        _Written(
            form=FORM,
            case=event.case,
            seq=event.seq,
            kind=data.kind,
            v=data.v,
            occurred_at=event.occurred_at,
            recorded_at=event.recorded_at,
            actor=event.actor,
            role=event.role,
            action=event.action,
            state=event.state,
            data=data,
            clocks=event.clocks,
        )
    ).decode()


def decode(text: str, *, case: str = "?", seq: int = 0) -> Event:
    """Read an event of any version back; text that is no event is a `ChainBroken` at *case* and *seq*."""
    try:
        raw = _envelope.decode(text)
        if not _FIRST_FORM <= raw.form <= FORM:
            forms = f"forms {_FIRST_FORM} to {FORM}"
            raise ChainBroken(case, seq, f"it is of form {raw.form}, this casework reads {forms}; install a newer casework")
        payload = PAYLOADS[raw.kind]
        if raw.v == payload.v:
            data = _payload[raw.kind].decode(raw.data)
        else:
            data = msgspec.convert(_upcast(raw.kind, raw.v, msgspec.json.decode(raw.data, type=dict)), payload)
    except ChainBroken:
        raise
    except (msgspec.MsgspecError, CaseworkError, KeyError) as error:
        raise ChainBroken(case, seq, f"its text is not an event that this casework can read: {error}") from error
    return Event(
        case=raw.case,
        seq=raw.seq,
        occurred_at=raw.occurred_at,
        recorded_at=raw.recorded_at,
        actor=raw.actor,
        role=raw.role,
        action=raw.action,
        state=raw.state,
        data=data,
        clocks=raw.clocks,
    )


def _upcast(kind: str, version: int, data: dict[str, Any]) -> dict[str, Any]:
    while version < PAYLOADS[kind].v:
        data = UPCASTS[kind, version](data)
        version += 1
    if version != PAYLOADS[kind].v:
        raise KeyError(f"{kind} version {version}")
    return data


def chain(head: str, text: str) -> str:
    """Return the hash of an event's text in the chain whose head is *head* ("" before the first event)."""
    return hashlib.sha256(f"{head}\n{text}".encode()).hexdigest()


def replay(stored: Sequence[StoredEvent]) -> Case:
    """Fold stored events into the case as it was after the last of them."""
    return fold(decode(row.text, case=row.case, seq=row.seq) for row in stored)


def verify(case: str, stored: Sequence[StoredEvent], *, head: str | None = None) -> None:
    """Check a case's history: gapless order, every hash, and the head in the case row; otherwise `ChainBroken` names the place.

    The chain shows that stored events were changed, left out or reordered *without* recomputing everything after them and the
    head. Whoever can rewrite the whole database can rewrite the chain; keep a copy of heads elsewhere to prove more.
    """
    last = ""
    for number, row in enumerate(stored, start=1):
        if row.seq != number:
            raise ChainBroken(case, number, f"event {number} is missing or out of order (found {row.seq})")
        if chain(last, row.text) != row.hash:
            raise ChainBroken(case, number, "its text is not the text that was hashed")
        event = decode(row.text, case=case, seq=number)
        if event.case != case or event.seq != number:
            raise ChainBroken(case, number, f"its text belongs to event {event.seq} of case {event.case}")
        last = row.hash
    if head is not None and last != head:
        raise ChainBroken(case, len(stored), "the case row's head is not the last event's hash: events are missing at the end")
