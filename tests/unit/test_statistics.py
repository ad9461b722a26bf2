"""Figures are exact, defined, and no more than the cases behind them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy.dialects import sqlite

from casework.actions import Assign, Decline, Reopen
from casework.adapters.memory import MemoryStore
from casework.adapters.sql import SqlStore
from casework.adapters.sql.executor import Statement
from casework.adapters.sql.statements import cohort, tally
from casework.desk import Desk
from casework.errors import InputError, NaiveDatetime
from casework.ports import CaseStore
from casework.reports.statistics import (
    COUNTS,
    RATES,
    RESTS,
    Counts,
    Figure,
    Selection,
    Statistics,
    cases_behind,
    change,
    count,
    percent,
    rate,
    rounded,
    show_percent,
    shown,
)
from casework.units import Actor
from tests.unit.test_bulletin import CLERK, REGISTER, STEPS, YUNXI, closed, fill, filled, july, message

SINCE, UNTIL, AS_OF = (
    datetime(2020, 6, 30, 16, tzinfo=UTC),
    datetime(2020, 7, 31, 16, tzinfo=UTC),
    datetime(2020, 8, 10, 16, tzinfo=UTC),
)


def counted(store: CaseStore, *, as_of: datetime = AS_OF) -> Statistics:
    return count(store, REGISTER, since=SINCE, until=UNTIL, as_of=as_of, clock="handle")


def figure(value: int | Fraction | None, **more: int) -> Figure:
    return Figure(name="completion", value=value, zh="办结率", en="rate", formula_zh="", formula_en="", **more)


# --- showing ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value, places, text",
    [
        (Fraction(109, 109), 2, "100.00%"),
        (Fraction(291, 297), 2, "97.98%"),
        (Fraction(829, 836), 1, "99.2%"),
        (Fraction(1, 800), 2, "0.13%"),  # 0.125: a half goes up
        (Fraction(-1, 800), 2, "−0.13%"),  # and, below nothing, down
        (Fraction(1, 200), 0, "1%"),
        (Fraction(-30, 139), 1, "−21.6%"),
        (Fraction(-1, 10_000), 1, "0.0%"),  # no minus before nothing
        (Fraction(2, 3), 30, f"66.{'6' * 29}7%"),
        (Fraction(0), 2, "0.00%"),
        (None, 2, ""),
    ],
)
def test_a_rate_is_shown_rounded_half_up(value: Fraction | None, places: int, text: str) -> None:
    assert percent(figure(value), places=places) == text


@given(st.fractions(), st.integers(min_value=0, max_value=12))
def test_rounding_is_that_of_exact_decimals(value: Fraction, places: int) -> None:
    with localcontext() as context:
        context.prec = 400
        exact = Decimal(value.numerator) / Decimal(value.denominator)
        assert rounded(value, places) == exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    assert abs(Fraction(rounded(value, places)) - value) <= Fraction(1, 2 * 10**places)


def test_a_figure_keeps_the_places_that_it_is_published_with() -> None:
    assert percent(change(109, 139)) == shown(change(109, 139)) == "−21.6%"
    assert percent(change(109, 139), places=3) == "−21.583%"
    assert shown(figure(12)) == "12"
    assert show_percent(Decimal("-0.50")) == "−0.50%"


def test_a_count_has_no_percentage() -> None:
    with pytest.raises(InputError, match=r"'completion' is a count \(12\), not a rate; it has no percentage"):
        percent(figure(12))


# --- rates and changes ------------------------------------------------------------------------------------------------

counts = st.integers(min_value=0, max_value=10**6)


@given(counts, counts)
def test_a_part_of_nothing_is_blank_and_any_other_exact(part: int, whole: int) -> None:
    found = rate("completion", figure(part, numerator=part), figure(whole, numerator=whole))
    assert found.value == (Fraction(part, whole) if whole else None)
    assert (found.numerator, found.denominator, found.working) == (part, whole, f"{part} ÷ {whole}")
    assert bool(percent(found)) is bool(whole)


@given(counts, counts)
def test_a_change_is_relative_to_the_period_before(now: int, before: int) -> None:
    found = change(now, before)
    if before:
        assert found.value is not None
        assert before * (1 + found.value) == now
    else:
        assert (found.value, percent(found)) == (None, "")


def test_a_change_shows_how_it_is_worked_out() -> None:
    found = change(109, 139)
    assert (found.value, found.working, found.numerator, found.denominator) == (Fraction(-30, 139), "(109 − 139) ÷ 139", -30, 139)
    assert found.formula("zh") == "（本期来件数 − 上期来件数）÷ 上期来件数"
    assert found.label("en") == "change on the period before"


def test_a_change_on_what_nobody_knows_is_blank() -> None:
    assert (change(109, None).value, change(109, None).working) == (None, "")


def test_every_figure_is_defined_in_both_languages() -> None:
    definitions = [*COUNTS.values(), *(row for row, _ in RESTS.values()), *(row for row, _ in RATES.values())]
    assert all(all(definition) for definition in definitions)
    assert "签收" in RATES["acceptance"][0].formula_zh  # not the office's 登记受理


# --- counting ---------------------------------------------------------------------------------------------------------


def test_units_stand_in_the_registers_order_those_without_a_case_included() -> None:
    found = counted(filled([closed("扶贫办")]))
    assert [row.unit for group in found.groups for row in group.units] == list(REGISTER.names)
    assert [row.unit for group in found.groups for row in group.units if row.counts.received] == ["扶贫办"]
    assert [group.zero_list for group in found.groups] == [True, False]


def test_registering_and_accepting_are_two_acts() -> None:
    office = message("夹河镇", 登记时间="2020-07-06 10:00", 交办时间="2020-07-06 11:00")
    unit = office | {"编号": "X-2", "签收时间": "2020-07-07 10:00"}
    total = counted(filled([office, unit])).total
    assert (total.received, total.registered, total.accepted) == (2, 2, 1)


def test_each_step_of_a_case_is_counted_once_it_is_done() -> None:
    fields = ("registered", "accepted", "replied", "published", "closed")
    steps = ("登记时间", "签收时间", "答复时间", "公开时间", "办结时间")
    whole = closed("夹河镇")
    for done in range(len(STEPS) + 1):
        row = whole | {column: "" for column, _ in STEPS[done:]}
        total = counted(filled([row])).total
        assert [getattr(total, field) for field in fields] == [int(bool(row[step])) for step in steps]


def test_a_reopened_case_is_not_closed_any_more() -> None:
    store = MemoryStore()
    desk = fill(store, [closed("夹河镇")])
    moment = datetime(2020, 7, 20, tzinfo=UTC)
    with desk.importing() as door:
        door.act("case-0001", Reopen(reason="未解决"), by=CLERK, at=moment)
    assert [counted(store, as_of=at).total.closed for at in (moment, AS_OF)] == [1, 0]


def test_a_case_counts_for_the_unit_that_has_it_at_the_snapshot() -> None:
    store = MemoryStore()
    desk = fill(store, [message("夹河镇", 登记时间="2020-07-06 10:00", 交办时间="2020-07-06 11:00")])
    moment = datetime(2020, 7, 20, tzinfo=UTC)
    with desk.importing() as door:
        handler = Actor(id="li", role="handler", unit="夹河镇")
        door.act("case-0001", Decline(reason="不属本辖区"), by=handler, at=moment)
        door.act("case-0001", Assign(lead="马安镇"), by=CLERK, at=moment)
    assert [[row.unit for row in counted(store, as_of=at).rows if row.counts.received] for at in (moment, AS_OF)] == [
        ["夹河镇"],
        ["马安镇"],
    ]


def test_strangers_and_unassigned_cases_are_kept_and_named() -> None:
    store = filled([closed("公安局", number="1"), closed("人社局", number="2"), message("", number="3")])
    townships = replace(REGISTER, unit=REGISTER.members("townships"))
    found = count(store, townships, since=SINCE, until=UNTIL, as_of=AS_OF)
    assert [row.unit for row in found.strangers] == ["人社局", "公安局"]
    assert found.unassigned.counts == Counts(received=1, valid=1)
    assert found.total.received == 3


units = st.sampled_from(["", "夹河镇", "马安镇", "关防乡", "人社局", "扶贫办"])


@given(st.lists(st.tuples(units, st.integers(min_value=0, max_value=len(STEPS))), max_size=7), st.integers(6, 13))
def test_sums_are_sums_and_every_count_is_its_cases(drawn: list[tuple[str, int]], day: int) -> None:
    store = filled(
        closed(unit, number=str(n)) | {column: "" for column, _ in STEPS[steps if unit else 0 :]}
        for n, (unit, steps) in enumerate(drawn)
    )
    found = counted(store, as_of=datetime(2020, 7, day, 3, tzinfo=UTC))
    assert found.total == sum((group.counts for group in found.groups), found.unassigned.counts)
    assert found.total.received == len(drawn)
    for row in found.rows:
        kinds = found.figures(row.counts, *COUNTS, *RESTS, *RATES, of=":x", zh="某", en=" of x", units=row.names)
        assert set(kinds) == {*COUNTS, *RESTS, *RATES}
        for it in kinds.values():
            assert it.name.endswith(":x")
            assert it.label("zh").startswith("某")
            if it.selection:
                assert len(cases_behind(store, it.selection)) == it.value
        assert kinds["open"].value == row.counts.received - row.counts.closed


def test_a_database_counts_as_the_memory_does(tmp_path: Path) -> None:
    rows = july()
    database = SqlStore(f"sqlite:///{tmp_path / 'cases.sqlite'}")
    fill(database, rows)
    memory = filled(rows)
    for as_of in (datetime(2020, 7, 3, tzinfo=UTC), datetime(2020, 7, 31, tzinfo=UTC), AS_OF):
        assert counted(database, as_of=as_of) == counted(memory, as_of=as_of)
    everything = Selection(cohort=counted(memory).cohort, what="late")
    assert cases_behind(database, everything) == cases_behind(memory, everything)
    database.close()


@pytest.mark.parametrize("statement", [tally(0, 0), cohort(0, 0), cohort(2, 1)], ids=str)
def test_a_database_reads_no_case_s_facts_for_another_case(tmp_path: Path, statement: Statement) -> None:
    """Each case's facts are found by its id: by their kind, those of all cases would be read for each of them."""
    file = tmp_path / "cases.sqlite"
    SqlStore.at(file).close()
    compiled = statement.core.compile(dialect=sqlite.dialect(), compile_kwargs={"render_postcompile": True})
    with closing(sqlite3.connect(file)) as connection:
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {compiled}", [""] * str(compiled).count("?"))]
    facts = [step for step in plan if step.split()[1] in ("later", "casework_fact")]  # "received" is the cohort itself
    assert len(facts) > 5
    assert [step for step in facts if "(case_id=?" not in step] == []


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(InputError, match=r"the period ends .* before it begins"):
        count(MemoryStore(), REGISTER, since=UNTIL, until=SINCE, as_of=AS_OF)


def test_moments_need_an_offset() -> None:
    with pytest.raises(NaiveDatetime, match="as_of 2020-08-10 00:00:00 has no UTC offset"):
        count(MemoryStore(), REGISTER, since=SINCE, until=UNTIL, as_of=datetime(2020, 8, 10))


def test_what_is_not_counted_cannot_be_traced() -> None:
    with pytest.raises(InputError, match="nothing counts 'clsed'; did you mean 'closed'"):
        cases_behind(MemoryStore(), Selection(cohort=counted(MemoryStore()).cohort, what="clsed"))  # type: ignore[arg-type]


def test_the_desk_and_the_store_agree_on_what_is_late() -> None:
    late = closed("夹河镇") | {"公开时间": "2020-07-14 00:00:00", "办结时间": ""}
    store = filled([late, closed("夹河镇", number="X-2")])
    found = cases_behind(store, Selection(cohort=counted(store).cohort, what="late"))
    desk = Desk(YUNXI, store=store)
    assert [case for case in store.ids() if desk.get(case).clock("handle").met is False] == list(found) == ["case-0001"]
