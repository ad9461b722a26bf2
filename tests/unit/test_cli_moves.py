"""The command that moves cases of a database to another version of their rulebook, and what it says of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from casework import SqlStore
from casework.actions import AskCitizen, IssueOrder, Reclassify, Review
from tests.unit.commands import Casework, calling
from tests.unit.test_moves import GATE, ORDER, SMALL_TOWN, SMALLER, clock, version
from tests.unit.town import HANDLE, HANDLER, Office

casework = pytest.fixture(calling)

HEAD = '[rulebook]\nid = "small"\nversion = 2\nbase = "standard"\nlate_by = "handle"\n'
NAMED = 'zh = "办理期限"\nen = "handling"\n'
OLD = HANDLE + NAMED + 'limit = [{ is = "5 working days" }]\n' + clock("tell", "9 working days", more='zh = "告知期限"') + ORDER
NEW = HANDLE + NAMED + 'limit = [{ is = "7 working days" }]\n' + GATE + ORDER
STATUS = '[intake.status]\n{} = ["received"]\nbusy = [{}]\n'


def database(folder: Path, old: str = OLD, new: str = NEW) -> Office:
    """Make a database of three cases, of which c2 is paused and c3 asks for help, and beside it the new version."""
    (folder / "new.toml").write_text(HEAD + new, "utf-8")
    (folder / "new.register.toml").write_text(SMALL_TOWN, "utf-8")
    office = Office(version(old, 1, register=SMALLER), store=SqlStore.at(folder / "cases.sqlite"))
    office.assigned()
    office.receive()
    office.receive()
    for case, command in (("c2", Review()), ("c3", Review(classes={"kind": "help"}))):
        office.do(command, case=case)
    return office


def run(casework: Casework, office: Office, *words: str) -> tuple[int, list[str], str]:
    said = casework("rulebook", "move", "new.toml", *words, "--by", "liu:steward", "--db", "cases.sqlite")
    return said.code, [" ".join(line.split()) for line in said.out.splitlines()], said.err


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_dry_run_lists_what_a_real_one_then_does_and_changes_nothing(casework: Casework, here: Path) -> None:
    office = database(here)
    before = office.everything()
    code, dry, err = run(casework, office, "c1", "--dry-run")
    assert (code, err, office.everything()) == (0, "", before)
    assert dry[0] == "试算：不作任何改动"
    assert dry[2:] == [
        "编号 事项 原来 改后 变动",
        "c1 规则 small 1 small 2",
        "c1 办理期限 2020-07-08 2020-07-10 重新计算",
        "c1 告知期限 2020-07-14 — 规则已取消，计时终止",
        "c1 公开的关口 无 审核人",
        "将改用1件，暂不改用0件",
    ]
    _, wet, _ = run(casework, office, "c1", "--reason", "新办法施行")
    assert wet == [*dry[1:-1], "已改用1件，暂不改用0件"]
    data = office.last().data
    assert office.desk.store.texts("c1")[getattr(data, "reason", "")] == "新办法施行"
    assert run(casework, office, "c1")[1][-1] == "没有须改用的件"
    office.desk.store.close()  # type: ignore[attr-defined]


def test_in_english_a_paused_clock_has_so_much_left_and_a_case_that_stays_is_told_with_the_reason(
    casework: Casework, here: Path
) -> None:
    rest = ", ".join(f'"{state}"' for state in version(OLD).lifecycle.states if state != "received")
    new = NEW + STATUS.format("queued", rest) + '[classes]\nkind = ["consult"]\n'
    office = database(here, OLD + STATUS.format("waiting", rest), new)
    office.receive()
    office.do(AskCitizen(question="在哪条路"), by=HANDLER, at="2020-07-03 09:00")
    code, out, err = run(casework, office, "--lang", "en")
    assert "c1 handling paused, 4 left paused, 6 left counted anew" in out
    assert "c4 what the citizen reads waiting queued" in out
    assert any(line.startswith("not moved: c3: ") and "reclassify the case first" in line for line in out)
    assert out[-1] == "3 moved, 1 stayed where they are"
    assert (code, err) == (1, "error: 1 case cannot be moved yet, for the reasons above\n")
    office.do(Reclassify(axis="kind", value="consult"), case="c3")
    assert run(casework, office)[1][-1] == "已改用1件，暂不改用0件"
    office.desk.store.close()  # type: ignore[attr-defined]


def test_the_clock_of_an_order_is_called_by_the_order_s_number(casework: Casework, here: Path) -> None:
    office = database(here, new=NEW.replace("cleared_by", 'limit = [{ is = "2 working days" }], cleared_by'))
    office.do(IssueOrder(form="supervision"))
    said = run(casework, office, "c1")[1]
    assert "c1 supervision回复期限 督1 — 2020-07-03 依新规则起算" in said
    office.desk.store.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("c9",), "no case has the id or number 'c9'"),
        (("--across",), "only by name"),
        (("--by", "wang:clerk"), "wang (clerk) may not move"),
        (("--by", ""), "say who moves the cases"),
    ],
)
def test_what_cannot_be_done_is_one_line(casework: Casework, here: Path, words: tuple[str, ...], said: str) -> None:
    office = database(here)
    found = casework("rulebook", "move", "new.toml", "--by", "liu:steward", *words, "--db", "cases.sqlite")
    assert found.code == 1
    assert said in found.err
    office.desk.store.close()  # type: ignore[attr-defined]
