"""A story that was played: the desk as it stands, and the cases that are worth a look."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import msgspec

from ..desk import Desk

Progress: TypeAlias = Callable[[int, int | None], None]
"""Called with the number of messages that have come, and how many will."""


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """A case that is worth a look: the message's number, and what happened, in Chinese and English."""

    number: str
    zh: str
    en: str


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """What was played: ``desk`` has the time at which it ended.

    ``scenes`` are what to look at, ``actor`` is somebody of the register who could act on the first of them, ``told`` is what there
    is to say of it all (``told_en`` in English, where it is said otherwise).
    """

    desk: Desk
    scenes: tuple[Scene, ...]
    actor: str = ""
    told: str = ""
    told_en: str = ""
