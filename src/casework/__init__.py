"""casework: the handling of citizens' messages, with every deadline counted in real working days.

A rulebook is data, a case is its events, a desk applies the one to the other, adapters touch the world.

    from casework import Actor, Desk, MemoryStore, Message, Rulebook
    from casework.actions import Assign, Review

The names below are loaded when they are first used, so ``import casework`` itself costs next to nothing; the commands are in
`casework.actions`, the errors in `casework.errors`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .adapters.memory import MemoryStore as MemoryStore
    from .adapters.sql import SqlStore as SqlStore
    from .calendars import WorkCalendar as WorkCalendar
    from .cases import Case as Case
    from .desk import CaseView as CaseView
    from .desk import Desk as Desk
    from .errors import CaseworkError as CaseworkError
    from .events import Event as Event
    from .limits import Deadline as Deadline
    from .limits import Limit as Limit
    from .messages import Attachment as Attachment
    from .messages import Message as Message
    from .messages import Sender as Sender
    from .notices import Notice as Notice
    from .ports import CaseStore as CaseStore
    from .ports import Notification as Notification
    from .ports import Notifier as Notifier
    from .routing import Route as Route
    from .rulebook import Rulebook as Rulebook
    from .sla import Timekeeper as Timekeeper
    from .states import Lifecycle as Lifecycle
    from .units import Actor as Actor
    from .units import Register as Register

__version__ = "0.1.0"

_HOMES = {
    "Actor": ".units",
    "Attachment": ".messages",
    "Case": ".cases",
    "CaseStore": ".ports",
    "CaseView": ".desk",
    "CaseworkError": ".errors",
    "Deadline": ".limits",
    "Desk": ".desk",
    "Event": ".events",
    "Lifecycle": ".states",
    "Limit": ".limits",
    "MemoryStore": ".adapters.memory",
    "Message": ".messages",
    "Notice": ".notices",
    "Notification": ".ports",
    "Notifier": ".ports",
    "Register": ".units",
    "Route": ".routing",
    "Rulebook": ".rulebook",
    "Sender": ".messages",
    "SqlStore": ".adapters.sql",
    "Timekeeper": ".sla",
    "WorkCalendar": ".calendars",
}

__all__ = [
    "Actor",
    "Attachment",
    "Case",
    "CaseStore",
    "CaseView",
    "CaseworkError",
    "Deadline",
    "Desk",
    "Event",
    "Lifecycle",
    "Limit",
    "MemoryStore",
    "Message",
    "Notice",
    "Notification",
    "Notifier",
    "Register",
    "Route",
    "Rulebook",
    "Sender",
    "SqlStore",
    "Timekeeper",
    "WorkCalendar",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name], __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
