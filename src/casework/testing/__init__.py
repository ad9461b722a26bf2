"""The test kit: frozen time, a channel that can fail, strategies, contracts for adapters, and machines that try a rulebook out.

It needs pytest and hypothesis (``casework[testing]``); nothing else in casework does.
"""

import pytest

pytest.register_assert_rewrite(
    f"{__name__}.agreement", f"{__name__}.changes", f"{__name__}.cohorts", f"{__name__}.contracts", f"{__name__}.machine"
)  # so that a failed contract shows both sides

from .agreement import stores_agree  # noqa: E402
from .clock import FrozenTime  # noqa: E402
from .contracts import CaseStoreContract  # noqa: E402
from .fakes import RecordingNotifier  # noqa: E402
from .machine import rulebook_machine  # noqa: E402
from .strategies import actors, calendars, commands, messages, moments  # noqa: E402

__all__ = [
    "CaseStoreContract",
    "FrozenTime",
    "RecordingNotifier",
    "actors",
    "calendars",
    "commands",
    "messages",
    "moments",
    "rulebook_machine",
    "stores_agree",
]
