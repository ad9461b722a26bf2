"""Both stores keep the contract of a store; what the one in a database promises beyond it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import event

from casework import Actor, Desk, Message, Rulebook
from casework.actions import AddNote
from casework.adapters.memory import MemoryStore
from casework.adapters.sql import SqlStore
from casework.errors import SchemaMismatch, StaleVersion, StoreError
from casework.testing import CaseStoreContract


class TestMemoryStore(CaseStoreContract):
    @pytest.fixture
    def store(self) -> MemoryStore:
        return MemoryStore()


class TestSqlStoreOnSqlite(CaseStoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[SqlStore]:
        with closing(SqlStore(url(tmp_path / "cases.sqlite"))) as store:
            yield store


def url(path: Path) -> str:
    return f"sqlite:///{path}"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file that holds one case."""
    place = tmp_path / "cases.sqlite"
    with closing(SqlStore(url(place))) as store:
        desk = Desk(Rulebook.shipped("standard"), store=store, new_id=lambda: "c1")
        desk.receive(Message(subject="路灯不亮"))
    return place


def run(file: Path, *statements: str, given: tuple[int, ...] = ()) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        for statement in statements:
            connection.execute(statement, given)


# --- opening ----------------------------------------------------------------------------------------------------------


def test_a_file_is_opened_again_with_all_that_is_in_it(file: Path) -> None:
    with closing(SqlStore(url(file))) as store:
        assert store.ids() == ["c1"]
        Desk(Rulebook.shipped("standard"), store=store).verify("c1")


@pytest.mark.parametrize(
    "found, advice",
    [(3, "install a newer casework"), (0, "export the cases with the older casework and import them into a new file")],
)
def test_tables_of_another_version_are_refused(file: Path, found: int, advice: str) -> None:
    run(file, "UPDATE casework_version SET version = ?", given=(found,))
    with pytest.raises(SchemaMismatch) as error:
        SqlStore(url(file))
    assert str(error.value) == (
        f"the casework tables in {url(file)} are of version {found}, this casework needs version 2; {advice}"
    )
    assert (error.value.found, error.value.expected) == (found, 2)


def test_tables_of_version_1_get_what_is_new_when_they_are_opened_for_writing(file: Path) -> None:
    for statement in ("DROP TABLE casework_find", "DROP TABLE casework_issue", "UPDATE casework_version SET version = 1"):
        run(file, statement)
    with pytest.raises(SchemaMismatch, match=r"of version 1, .* open it once with create=True, which adds the tables"):
        SqlStore(url(file), create=False)
    with closing(SqlStore(url(file))) as store:
        assert (store.ids(), store.find("code", "x"), store.issues()) == (["c1"], [], [])
        Desk(Rulebook.shipped("standard"), store=store).verify("c1")
    with closing(SqlStore(url(file), create=False)) as store:
        assert store.ids() == ["c1"]


def test_tables_without_a_version_are_not_taken_for_casework_s(tmp_path: Path) -> None:
    place = tmp_path / "other.sqlite"
    run(place, "CREATE TABLE casework_case (id TEXT)")
    with pytest.raises(StoreError) as error:
        SqlStore(url(place))
    assert str(error.value) == f"{url(place)} holds casework tables and no version; it was not made by casework"


def test_an_empty_version_table_is_refused(file: Path) -> None:
    run(file, "DELETE FROM casework_version")
    with pytest.raises(StoreError, match=r"^cannot open the database 'sqlite:///.*No row was found"):
        SqlStore(url(file))


def test_a_host_s_own_tables_are_let_be(tmp_path: Path) -> None:
    place = tmp_path / "portal.sqlite"
    run(place, "CREATE TABLE portal_user (id TEXT)", "INSERT INTO portal_user VALUES ('u-1')")
    with closing(SqlStore(url(place))) as store:
        assert store.ids() == []
    with closing(sqlite3.connect(place)) as connection:
        assert connection.execute("SELECT id FROM portal_user").fetchall() == [("u-1",)]


def test_a_path_that_cannot_be_opened_is_a_store_error(tmp_path: Path) -> None:
    with pytest.raises(
        StoreError, match=r"^cannot open the database 'sqlite:///.*no-such-folder.*': unable to open database file$"
    ):
        SqlStore(url(tmp_path / "no-such-folder" / "cases.sqlite"))


def test_a_file_that_is_no_database_is_a_store_error(tmp_path: Path) -> None:
    place = tmp_path / "letter.txt"
    place.write_text("路灯不亮" * 1000, "utf-8")
    with pytest.raises(StoreError, match=r"^cannot open the database '.*': file is not a database$"):
        SqlStore(url(place))


@pytest.mark.parametrize("text", ["not a url", "nosuchdb:///x", "postgresql+nosuchdriver://x/y"])
def test_an_address_that_is_none_is_a_store_error(text: str) -> None:
    with pytest.raises(StoreError, match=r"^cannot open the database '"):
        SqlStore(text)


def test_what_the_database_refuses_comes_out_as_a_store_error(file: Path) -> None:
    with closing(SqlStore(url(file))) as store:
        run(file, "DROP TABLE casework_text")
        with pytest.raises(StoreError, match=r"^the database refused: no such table: casework_text$"):
            store.texts("c1")
        desk = Desk(Rulebook.shipped("standard"), store=store)
        with pytest.raises(StoreError, match=r"^the database refused: no such table: casework_text$"):
            desk.act("c1", AddNote(text="x"), by=Actor(id="wang", role="clerk"))
        assert store.read("c1").case.version == 1


# --- several at once --------------------------------------------------------------------------------------------------


def at_once(count: int, act: Callable[[int], str]) -> list[str]:
    """Run so many acts at the same time and return what they say, sorted."""
    barrier = Barrier(count)

    def start(n: int) -> str:
        barrier.wait()
        return act(n)

    with ThreadPoolExecutor(count) as pool:
        return sorted(pool.map(start, range(count)))


def test_two_stores_on_one_file_lose_no_update(file: Path) -> None:
    book, clerk = Rulebook.shipped("standard"), Actor(id="wang", role="clerk")
    with closing(SqlStore(url(file))) as one, closing(SqlStore(url(file))) as other:
        desks = [Desk(book, store=store) for store in (one, other)]

        def note(n: int) -> str:
            try:
                return f"version {desks[n % 2].act('c1', AddNote(text=f'note {n}'), by=clerk, expect=1).version}"
            except StaleVersion:
                return "stale"

        assert at_once(16, note) == ["stale"] * 15 + ["version 2"]
        assert at_once(16, lambda n: str(desks[n % 2].act("c1", AddNote(text=f"more {n}"), by=clerk).version)) == sorted(
            str(version) for version in range(3, 19)
        )
        desks[0].verify("c1")
        assert len([ref for ref in other.texts("c1") if ref.endswith(".note")]) == 17


def test_one_key_from_many_sides_has_one_effect(file: Path) -> None:
    book, clerk = Rulebook.shipped("standard"), Actor(id="wang", role="clerk")
    with closing(SqlStore(url(file))) as one, closing(SqlStore(url(file))) as other:
        desks = [Desk(book, store=store) for store in (one, other)]
        said = at_once(8, lambda n: str(desks[n % 2].act("c1", AddNote(text="once"), by=clerk, key="k").version))
        assert said == ["2"] * 8
        assert one.read("c1").case.version == 2


def test_two_stores_can_make_one_file_together(tmp_path: Path) -> None:
    place = tmp_path / "new.sqlite"

    def open_it(n: int) -> str:
        with closing(SqlStore(url(place))) as store:
            return str(store.ids())

    assert at_once(6, open_it) == ["[]"] * 6


@pytest.mark.parametrize(("how", "level"), [({}, 2), ({"synced": False}, 0)])
def test_sqlite_waits_for_the_disk_unless_the_database_can_be_made_again(tmp_path: Path, how: dict[str, bool], level: int) -> None:
    seen: list[int] = []
    with closing(SqlStore.at(tmp_path / "cases.sqlite", **how)) as store:
        event.listen(store._engine, "checkin", lambda raw, _: seen.append(raw.execute("PRAGMA synchronous").fetchone()[0]))
        store.ids()
    assert seen == [level]  # SQLite's own numbers: FULL is 2, OFF is 0
