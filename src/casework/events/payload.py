"""What every payload is, and how it refers to texts that are kept apart from the events."""

from __future__ import annotations

from typing import ClassVar

import msgspec

Ref = str
"""Name of a text in the erasable text table, unique within its case: ``"3.reply"`` is event 3's text *reply*."""


class Payload(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all payloads; ``kind`` is its name in the store, ``v`` the version of its form."""

    kind: ClassVar[str]
    v: ClassVar[int] = 1

    @property
    def refs(self) -> tuple[tuple[str, Ref], ...]:
        """The texts that it names, each with its field; those that it says were erased are not among them."""
        fields = [name for name, kind in type(self).__annotations__.items() if kind in ("Ref", "Ref | None")]
        return tuple((name, ref) for name in fields if (ref := getattr(self, name)) is not None)
