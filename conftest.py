"""What every test run shares: how hypothesis searches, and that the pages of the documentation are tests."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tests.docs.pages import is_page, sybil

if TYPE_CHECKING:
    from sybil.integration.pytest import SybilFile
    from xdist.remote import Producer
    from xdist.scheduler import LoadScopeScheduling

# No test is timed: a slow machine is not a broken law. Hence no deadline, and no complaint about slow examples.
settings.register_profile("casework", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
# The same examples in every run, so that a red run can be repeated. Chosen where CI is set and by .ci/run.
settings.register_profile("ci", settings.get_profile("casework"), derandomize=True, print_blob=True)
# For a night: --hypothesis-profile=long
settings.register_profile("long", settings.get_profile("casework"), max_examples=2000)
settings.load_profile("ci" if os.environ.get("CI") else "casework")

_collect_page = sybil.pytest()


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> SybilFile | None:
    """Collect a page: each of its blocks is a test."""
    return _collect_page(file_path, parent) if is_page(file_path) else None


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling | None:
    """Keep the blocks of one page in one worker, since each builds on those above it; any other test goes wherever there is room.

    pytest-xdist has a mark for this, which pytest 9.2 passes over in silence (pytest-xdist issue 1386).
    """
    from xdist.scheduler import LoadScopeScheduling

    class PageScheduling(LoadScopeScheduling):  # type: ignore[misc]  # pytest-xdist publishes no types
        def _split_scope(self, nodeid: str) -> str:
            file, _, _ = nodeid.partition("::")
            return file if is_page(config.rootpath / file) else nodeid

    return PageScheduling(config, log) if config.getoption("dist") == "load" else None
