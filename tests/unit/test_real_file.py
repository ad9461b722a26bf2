"""A thousand real messages, where they are at hand: all go in, and the figures worked out elsewhere come out.

The file is test input only and no part of the project. `test_importing` meets the same oddities in a made-up file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from casework.adapters.cleaning import clean_text, count_glosses
from casework.adapters.importing import ImportReport, import_messages
from casework.adapters.memory import MemoryStore
from casework.adapters.sql import SqlStore
from casework.desk import Desk
from casework.ports import Cohort
from casework.rulebook import Rulebook
from casework.tables import read_table

FILE = Path(__file__).resolve().parents[3] / "shared" / "data" / "messages_with_replies.xlsx"
NOW = datetime(2021, 1, 1, tzinfo=UTC)

# Clock, limit, how it counts, and how many of the messages were answered in time. An acknowledgement counts as an answer.
CLOCKS = [
    ("within-1", "1 working day", "", 98),
    ("within-3", "3 working days", "", 251),
    ("within-5", "5 working days", "", 379),
    ("within-7", "7 working days", "", 485),
    ("within-15", "15 working days", "", 751),
    ("next-day", "5 working days", 'day_zero = "next-working-day", ', 391),
    ("same-time", "5 working days", 'ends = "same-time", ', 359),
    ("calendar", "5 calendar days", "", 286),
]

LOUD = """
[[rung]]
id = "late"
on = "late:within-5"
do = ["notify:clerk"]
repeat = { every = "1 working day", max = 5 }

[[notify]]
on = "publish"
to = ["sender"]
zh = "您的来件已答复"
"""


def rulebook() -> Rulebook:
    """The letterbox with a clock for each way of counting, and with notices and a rung that an import must not set off."""
    clocks = [
        f'[[clock]]\nid = "{name}"\nstarts_on = "receive"\nstops_on = "publish"\nlimit = [{{ is = "{limit}" }}]\n'
        f"count = {{ {how.removesuffix(', ')} }}\n"
        for name, limit, how, _ in CLOCKS
    ]
    return Rulebook.parse('[rulebook]\nid = "counts"\nversion = 1\nbase = "letterbox"\n' + "\n".join([*clocks, LOUD]))


class Done(NamedTuple):
    """An import that was made, and the desk that made it."""

    desk: Desk
    report: ImportReport


@pytest.fixture(scope="module", params=["memory", "sql"])
def done(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Done]:
    if not FILE.is_file():
        pytest.skip("messages_with_replies.xlsx is not at hand: there is no ../shared/data beside the repository")
    file = tmp_path_factory.mktemp("real") / "cases.sqlite"
    store = MemoryStore() if request.param == "memory" else SqlStore(f"sqlite:///{file}")
    desk = Desk(rulebook(), store=store, now=lambda: NOW)
    yield Done(desk, import_messages(desk, FILE))
    if isinstance(store, SqlStore):
        store.close()


def test_every_message_goes_in(done: Done) -> None:
    report = done.report
    assert (report.rows, report.added, report.updated, report.already, report.problems) == (1002, 1002, 0, 0, ())
    cases = [done.desk.get(case) for case in done.desk.store.ids(limit=2000)]
    assert {case.state for case in cases} == {"published"}
    assert len({case.number for case in cases}) == 1002
    assert sum(case.received_at < datetime(2017, 12, 31, 16, tzinfo=UTC) for case in cases) == 396  # before 2018 in Shanghai


def test_the_oddities_are_remarked_on(done: Done) -> None:
    texts = [remark.text for remark in done.report.remarks]
    assert [text for text in texts if "acknowledgement" not in text] == [
        "答复时间 2018-04-24 has no clock time: it counts from the start of that day"
    ]
    assert texts.count("the reply is only an acknowledgement") == len(texts) - 1 > 0


def test_no_message_keeps_the_blanks_of_its_cell(done: Done) -> None:
    cases = done.desk.store.ids(limit=2000)
    assert len(cases) == 1002
    for case in cases:
        for text in done.desk.store.texts(case).values():
            assert text == text.strip()
            assert not any(odd in text for odd in ("_x000D_", "\u3000", "\xa0", "\r", "\t"))


def test_no_bracket_of_a_real_message_is_taken_for_a_gloss(done: Done) -> None:
    texts = ("留言主题", "留言详情", "答复意见")
    rows = [tuple(clean_text(str(row.cells[text] or "")) for text in texts) for row in read_table(FILE).rows()]
    brackets = sum(len(re.findall("[(（]", text)) for row in rows for text in row)
    assert brackets > 1000
    assert sum(count_glosses(text) for row in rows for text in row) == 0
    kept = 0
    for case in done.desk.store.ids(limit=2000):
        message, reply = done.desk.message(case), done.desk.get(case).reply
        assert reply is not None
        answer = done.desk.store.texts(case)[reply.text]
        kept += sum(len(re.findall("[(（]", text)) for text in (message.subject, message.body, answer))
    assert kept == brackets
    assert not any("gloss" in remark.text for remark in done.report.remarks)


@pytest.mark.parametrize("clock, met", [(name, met) for name, _, _, met in CLOCKS])
def test_the_counts_worked_out_elsewhere_come_out(done: Done, clock: str, met: int) -> None:
    whole = Cohort(since=datetime(2000, 1, 1, tzinfo=UTC), until=NOW, as_of=NOW, clock=clock)
    cases = list(done.desk.store.cohort(whole))
    assert len(cases) == 1002
    assert sum(case.published and not case.late for case in cases) == met


def test_without_the_shortest_replies_two_fewer_are_in_time(done: Done) -> None:
    met = 0
    for case in done.desk.store.ids(limit=2000):
        row = done.desk.get(case)
        assert row.reply is not None
        met += bool(row.clock("within-5").met) and len(done.desk.store.texts(case)[row.reply.text]) >= 20
    assert met == 377


def test_every_history_verifies(done: Done) -> None:
    verified = 0
    for case in done.desk.store.ids(limit=2000):
        done.desk.verify(case)
        verified += 1
    assert verified == 1002


def test_the_same_file_again_adds_nothing(done: Done) -> None:
    store = done.desk.store
    before = [store.read(case) for case in store.ids(limit=2000)]
    assert len(before) == 1002
    again = import_messages(done.desk, FILE)
    assert (again.added, again.updated, again.already, again.problems, again.remarks) == (0, 0, 1002, (), ())
    assert [store.read(case) for case in store.ids(limit=2000)] == before


def test_a_sweep_after_it_finds_nothing_to_do(done: Done) -> None:
    sweep = done.desk.sweep()
    assert (sweep.cases, sweep.events, sweep.failures) == (0, 0, ())
    assert done.desk.store.outbox.pending(NOW) == []
