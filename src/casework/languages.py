"""The two languages that casework speaks, and what hangs on them alone: names of days and months, and how wide a text is."""

from __future__ import annotations

import unicodedata
from typing import Literal

from .errors import InputError

Lang = Literal["zh", "en"]

WEEKDAYS_ZH = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS_EN = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def chinese(lang: Lang) -> bool:
    """Return whether *lang* is Chinese; an `InputError` for a language that there is not."""
    if lang not in ("zh", "en"):
        raise InputError(f"there is no language {lang!r}; known: zh, en", value=lang)
    return lang == "zh"


def display_width(text: str) -> int:
    """Return how many columns of a monospaced view *text* takes; ambiguous characters count one, as terminals have it."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.category(char) in ("Mn", "Me", "Cf") else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )
