"""The places that can be played: by the demo, on any store, always alike; and the letters and the stage that they are made of."""

from __future__ import annotations

import re
from collections import Counter
from contextlib import redirect_stdout
from datetime import date, datetime, time, timedelta
from io import StringIO
from pathlib import Path
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

from casework import CaseStore, MemoryStore, Message, Rulebook
from casework.adapters.sql import SqlStore
from casework.cli.demos import demo
from casework.errors import InputError
from casework.places import PLACES, jingxian, place, shenmu
from casework.places.letters import Letters
from casework.places.stage import Life, Stage
from casework.units import Register
from tests.scenarios.story import FAR, cases_of, message_of
from tests.unit.commands import Casework, calling, one_line

casework = pytest.fixture(calling)
CHINA = ZoneInfo("Asia/Shanghai")
HOMES = {"jingxian": "泾川镇", "shenmu": "神木镇", "baiyin": "白银区", "chenzhou": "北湖区"}
SAID = {
    "yunxi": ("109", "58", "51", "100.00%", "−21.6%", "三官洞林区"),
    "jingxian": ("836件", "829件", "99.16%", "逾期办结清单（23件）", "逾期未办清单（3件）", "JX2015-0765"),
    "shenmu": ("85件", "访问量10491", "回复率100.00%", "办结率100.00%"),
    "baiyin": (
        "来件 826，登记受理 401，办结 395",
        "98.5%",
        "97.98%",
        "有效留言 1274，办结 1245",
        "97.72%",
        "3季36次",
        "各栏目留言办理情况",
    ),
    "chenzhou": (
        "抽样286件",
        "《问政湖南》210件，回复率96.67%",
        "逾期办结8件",
        "逾期未办3件",
        "满意率95.06%，即77 ÷ 81",
        "2800（申报数）",
    ),
}


# --- the demo ---------------------------------------------------------------------------------------------------------


class Shown(NamedTuple):
    name: str
    db: Path
    out: str


@pytest.fixture(scope="module", params=list(SAID))
def shown(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Shown:
    """A demo that was run, once for all tests that look at it."""
    into = tmp_path_factory.mktemp(request.param)
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(StringIO()) as out:
        patch.setenv("COLUMNS", "200")  # as the other commands have it here: tables are as wide as the terminal
        demo(into=into, rulebook=request.param, lang="zh")
    return Shown(request.param, into / "demo.sqlite", out.getvalue())


def test_the_demo_prints_a_place_s_figures_and_what_it_names_next_works(casework: Casework, shown: Shown) -> None:
    for words in SAID[shown.name]:
        assert words in shown.out
    following = re.findall(rf"(?:^  |^Next: )\S+ (.+ --db {shown.db})(?:  # .+)?$", shown.out, flags=re.MULTILINE)
    assert len(following) == (1 if shown.name == "yunxi" else 9)
    for line in dict.fromkeys((following[0], *following[-3:])):
        assert casework(*line.split()).code == 0, line


def test_the_demo_s_database_gives_the_same_bulletin_again(casework: Casework, shown: Shown) -> None:
    where = place(shown.name)
    again = casework("bulletin", "--by", where.by, "--period", where.period, "--as-of", f"{where.as_of}", "--db", str(shown.db))
    assert again.code == 0, again.err
    assert again.out.strip() in shown.out


def test_the_demo_speaks_english_too_and_can_be_run_again_in_the_same_folder(casework: Casework) -> None:
    said = [casework("demo", "--rulebook", "shenmu", "--lang", "en") for _ in range(2)]
    assert said[0] == said[1]
    assert said[0].code == 0, said[0].err
    assert "\nNext:\n" in said[0].out and "# a consultation, a hot topic, revisit orders" in said[0].out
    assert "# what may be done now" in said[0].out
    assert "completion rate 100.00%" in said[0].out and "来件" not in said[0].out


def test_a_place_that_is_not_there_is_refused_before_anything_is_written(casework: Casework, tmp_path: Path) -> None:
    message = one_line(casework("demo", "--rulebook", "jingxiang"))
    assert message == f"there is no demo of rulebook 'jingxiang'; did you mean 'jingxian'? (demos: {', '.join(PLACES)})"
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(InputError, match="there is no demo of rulebook 'standard'"):
        place("standard")


# --- always alike -----------------------------------------------------------------------------------------------------


def heads(store: CaseStore) -> list[tuple[str, str]]:
    return [(case, store.read(case).head) for case in store.ids(limit=100_000)]


@pytest.mark.parametrize("shown", list(HOMES), indirect=True)
def test_a_story_is_the_same_every_time_and_on_every_store(shown: Shown) -> None:
    memory, seen = MemoryStore(), Counter[tuple[int, int | None]]()
    story = place(shown.name).play(memory, lambda come, of: seen.update([(come, of)]))
    with SqlStore.at(shown.db, create=False) as sql:
        assert heads(sql) == heads(memory)
    ids = memory.ids(limit=100_000)
    of = len(ids)
    assert seen == {(come, of): 1 for come in range(1, of + 1)}
    for case in ids[::40]:
        story.desk.verify(case)
    assert story.desk.sweep().events == 0  # the morning's sweep has left nothing
    numbers = {case.number: case.id for case in cases_of(memory)}
    assert len({scene.number for scene in story.scenes}) == len(story.scenes) == 5
    assert all(scene.number in numbers and scene.zh and scene.en for scene in story.scenes)
    register = story.desk.rulebook.register
    assert register is not None
    assert story.desk.view(numbers[story.scenes[0].number], by=register.actor(story.actor)).allowed


@pytest.mark.parametrize("seed", [1, 2])
def test_the_figures_do_not_hang_on_the_chance_of_one_story(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    states: dict[str, Counter[str]] = {}
    for module in (jingxian, shenmu):
        monkeypatch.setattr(module, "_SEED", seed)
        store = MemoryStore()
        module.play(store)
        states[module.__name__.rpartition(".")[2]] = Counter(case.state == "closed" for case in cases_of(store))
    assert states == {"jingxian": {True: 829, False: 7}, "shenmu": {True: 85}}


def test_every_place_has_its_rulebook_and_its_figures_day() -> None:
    assert {name: (row.period, row.as_of) for name, row in PLACES.items()} == {
        "yunxi": ("2020-07", date(2020, 8, 10)),
        "jingxian": ("2015-01-01..2015-08-16", date(2015, 8, 16)),
        "shenmu": ("2017-07-01..2017-11-28", date(2017, 11, 28)),
        "baiyin": ("2019-01..2019-09", date(2019, 11, 12)),
        "chenzhou": ("2023-01-01..2023-06-16", date(2023, 6, 16)),
    }
    for name in PLACES:
        assert Rulebook.shipped(name).id == name


# --- letters ----------------------------------------------------------------------------------------------------------


def letters(name: str, *, seed: int = 1) -> tuple[Letters, Rulebook, Register]:
    book = Rulebook.shipped(name)
    assert book.register is not None
    return Letters(name, book.register, Random(seed), home=HOMES[name]), book, book.register


@pytest.mark.parametrize("name", list(HOMES))
def test_a_letter_names_a_unit_and_a_place_of_the_register_and_a_class_of_the_rulebook(name: str) -> None:
    drawn, book, register = letters(name)
    for number in range(600):
        letter = drawn.draw(number % 12 + 1)
        assert letter.unit in register.names
        assert letter.kind in book.outline.classes["kind"] and letter.outcome in book.outline.classes["outcome"]
        if letter.place:
            local = register.answers_for(letter.place)
            assert local is not None, letter.place
            # A township's matters lie in the township; streets and compounds in the county town.
            assert letter.unit == local.name or register.find(letter.unit).group == "departments"
            assert local.name == HOMES[name] or not re.search(r"[路街]|小区|[苑园]$", letter.place)
        for text in (letter.subject, letter.body, letter.reply):
            assert text == text.strip() and not re.search(r"[{}]|。。|，，|[,;:!?]|。，", text), text


@pytest.mark.parametrize("name", list(HOMES))
def test_answers_that_do_pass_every_check_and_those_that_will_not_do_pass_what_blocks(name: str) -> None:
    drawn, book, register = letters(name)
    for number in range(300):
        letter = drawn.draw(number % 12 + 1)
        unit = register.find(letter.unit)
        text = f"{letter.reply}\n泾县{unit.name}\n2015年3月9日"
        found = book.outline.reply.findings(text, unit=unit.name, names=unit.aliases, day=date(2015, 3, 9))
        assert not found, (text, found)
    for reason in drawn.reasons:
        assert reason in book.outline.reply.return_reasons
        for _ in range(6):
            text = f"{drawn.poor(reason)}\n泾县公安局\n2015年3月9日"
            assert not [row for row in book.outline.reply.findings(text, unit="公安局") if row.level == "block"], text


@pytest.mark.parametrize("name", list(HOMES))
def test_no_letter_comes_twice_and_a_thread_that_was_asked_for_does_not_come_again(name: str) -> None:
    drawn, _, _ = letters(name)
    bodies = Counter(drawn.draw(8).body for _ in range(85))
    assert max(bodies.values()) == 1
    if name == "shenmu":
        wanted = drawn.draw(8, subject="红碱淖规划什么时候公布")
        assert wanted.unit == "红碱淖景区管委会"
        assert all("规划到底怎么定" not in drawn.draw(8).body for _ in range(120))


def test_some_things_are_written_of_in_their_months_only() -> None:
    def written(month: int) -> Counter[tuple[str, str]]:
        drawn, _, _ = letters("jingxian")
        return Counter((letter.topic, letter.unit) for letter in (drawn.draw(month) for _ in range(300)))

    january, june = written(1), written(6)
    assert ("噪声", "城管执法局") not in january and ("噪声", "城管执法局") in june  # of a matter
    subjects = {letters("jingxian", seed=seed)[0].draw(1, topics=["客运"]).subject for seed in range(40)}
    assert not {"高铁站黑车拉客", "泾县站出站口黑车围着人"} & subjects  # of a thread: the station opened in June


def test_who_comes_from_the_county_town_does_not_ask_for_a_bus_to_it() -> None:
    for seed in range(60):
        letter = letters("jingxian", seed=seed)[0].draw(5, topics=["公交"])
        assert "泾川镇" not in letter.subject


def test_a_letter_may_be_asked_of_one_town_and_then_names_no_street_of_another() -> None:
    drawn, _, register = letters("baiyin")
    for number in range(300):
        letter = drawn.draw(number % 12 + 1, town="会宁县")
        assert letter.place is None or register.answers_for(letter.place) == register.find("会宁县")
        assert not re.search("铜城花园|水岸家园|人民路|北京路|红星街", letter.subject + letter.body), letter.subject
    assert any(re.search("人民路|铜城花园", drawn.draw(6, town="白银区").body) for _ in range(100))


def test_a_letter_that_no_thread_can_be_is_refused() -> None:
    with pytest.raises(LookupError, match="no thread fits month 1 and has the subject '小区供热不暖'"):
        letters("shenmu")[0].draw(1, subject="小区供热不暖")


# --- the stage --------------------------------------------------------------------------------------------------------


def stage(store: CaseStore | None = None) -> Stage:
    """A stage that opens on Thursday 1 January 2015; working days are the 4th (for the holiday), the 5th and so on."""
    book = Rulebook.shipped("jingxian")
    return Stage(book, store or MemoryStore(), opens=date(2015, 1, 1), hours="08:00-12:00, 14:30-17:30", letters="c", seed=1)


def test_lives_go_on_side_by_side_in_the_order_of_their_moments() -> None:
    here, seen = stage(), list[str]()

    def life(name: str, *hours: int) -> Life:
        for hour in hours:
            yield here.at(date(2015, 1, 5), time(hour))
            seen.append(f"{name}{hour}")

    here.enter(life("a", 8, 11))
    here.enter(life("b", 9, 10, 23))
    here.run(here.at(date(2015, 1, 5), time(12)))
    assert seen == ["a8", "b9", "b10", "a11"]
    assert here.now == here.at(date(2015, 1, 5), time(12))


def test_a_life_that_goes_back_in_time_is_an_error() -> None:
    here = stage()

    def life() -> Life:
        yield here.at(date(2015, 1, 6))
        yield here.at(date(2015, 1, 5))

    here.enter(life())
    with pytest.raises(ValueError, match=r"goes on at 2015-01-05T00:00:00\+08:00, which is before 2015-01-06"):
        here.run(here.at(date(2015, 1, 7)))


@pytest.mark.parametrize(
    ("since", "minutes", "reached"),
    [
        ("2015-01-05 08:00:00", 60, "2015-01-05 09:00:01"),
        ("2015-01-05 07:00:00", 60, "2015-01-05 09:00:01"),
        ("2015-01-05 11:30:00", 60, "2015-01-05 15:00:01"),  # over noon
        ("2015-01-05 17:00:00", 60, "2015-01-06 08:30:01"),  # over night
        ("2015-01-05 23:00:00", 420, "2015-01-07 08:00:01"),  # a whole day
        ("2015-01-09 17:30:00", 30, "2015-01-12 08:30:01"),  # over a weekend
        ("2015-01-02 10:00:00", 30, "2015-01-04 08:30:01"),  # over a holiday to a Sunday that was worked
    ],
)
def test_work_is_done_in_office_hours_on_working_days(since: str, minutes: int, reached: str) -> None:
    moment = datetime.fromisoformat(since).replace(tzinfo=CHINA)
    assert stage().after(minutes, minutes, since=moment) == datetime.fromisoformat(reached).replace(tzinfo=CHINA)


def test_every_morning_the_desk_sweeps() -> None:
    store, seen = MemoryStore(), list[list[str]]()
    here = stage(store)

    def life() -> Life:
        yield here.at(date(2015, 1, 5), time(10))
        case = here.receive(Message(subject="路灯不亮", body="村口路灯坏了。")).id
        yield here.at(date(2015, 1, 13), time(7))  # late since midnight, and nobody has looked yet
        seen.append([event.action for event in here.desk.history(case)])
        yield here.at(date(2015, 1, 13), time(8))
        seen.append([event.action for event in here.desk.history(case)])

    here.enter(life())
    here.run(here.at(date(2015, 1, 14)))
    assert here.received == 1
    # Swept the day before, when it was due the next day; not yet when the limit had passed; and the next morning.
    assert [actions.count("sweep") for actions in seen] == [1, 2]
    assert [row.notification.to for row in store.outbox.pending(FAR, limit=10)] == []  # it is with nobody yet


def test_people_act_by_the_register() -> None:
    here = stage()
    assert here.acting_for("水务局", "chief") == "water-chief"
    with pytest.raises(InputError, match="the register has no person 'nobody'"):
        here.act("c00001", Message, by="nobody")  # type: ignore[arg-type]


def test_nobody_writes_or_signs_with_a_real_name() -> None:
    memory = MemoryStore()
    place("shenmu").play(memory, None)
    for case in cases_of(memory):
        sender = memory.texts(case.id)[case.sender or ""]
        assert re.search(r'"name":"网友\d{3}","phone":"100-0000-\d{4}"', sender)
        assert message_of(memory, case).number == case.number
    assert timedelta(0) < max(case.updated_at for case in cases_of(memory)) - min(case.received_at for case in cases_of(memory))
