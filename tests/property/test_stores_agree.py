"""The store in memory and the one in a database cannot be told apart."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings

from casework import MemoryStore, Rulebook, SqlStore
from casework.errors import InputError
from casework.testing import stores_agree
from tests.property.test_rulebook_machine import TIME


class OnScratchFile(SqlStore):
    """A store in a file of its own, which goes when the store is closed."""

    def __init__(self) -> None:
        self._folder = TemporaryDirectory()
        super().__init__(f"sqlite:///{Path(self._folder.name) / 'cases.sqlite'}")

    def close(self) -> None:
        super().close()
        self._folder.cleanup()


TestStoresAgree = stores_agree(MemoryStore, OnScratchFile).TestCase
TestStoresAgree.settings = settings(max_examples=20, stateful_step_count=25)
TestTheyAgreeOnTime = stores_agree(MemoryStore, OnScratchFile, rulebook=Rulebook.parse(TIME, name="time")).TestCase
TestTheyAgreeOnTime.settings = settings(max_examples=20, stateful_step_count=25)


def test_one_store_has_nobody_to_agree_with() -> None:
    with pytest.raises(InputError, match=r"^there must be two stores or more to agree with each other$"):
        stores_agree(MemoryStore)
