"""The auditor holds a printed percentage against the counts beside it, and names only a mistake that it can work out."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from casework.errors import InputError
from casework.reports.audit import check_change, check_rate
from casework.reports.statistics import change, percent, rounded, show_percent

counts = st.integers(min_value=1, max_value=5000)
places = st.integers(min_value=0, max_value=3)


def test_the_fall_that_yunxi_printed_was_worked_out_on_the_wrong_base() -> None:
    audit = check_change(139, 109, "27.5%")
    assert not audit.holds
    assert (audit.correct, audit.working) == ("−21.6%", "(109 − 139) ÷ 139")
    first = audit.mistakes[0]
    assert first.working == "30 ÷ 109 = 27.5%"
    assert first.zh == "基数用错：除以了本期数，应除以上期数"
    assert str(audit) == (
        "27.5% does not hold: (109 − 139) ÷ 139 = −21.6%; what was printed is 30 ÷ 109 = 27.5% "
        "(wrong base: the later count in place of the earlier)"
    )


@pytest.mark.parametrize("claimed", ["21.6%", "−21.6%", "-21.6 %", "21.58%", "22%", "２１．６％", " 21.6% "])
def test_the_right_fall_holds_at_the_precision_that_it_was_printed_with(claimed: str) -> None:
    assert check_change(139, 109, claimed).holds


@pytest.mark.parametrize(
    "part, whole, claimed",
    [(291, 297, "97.98%"), (829, 836, "99.2%"), (1245, 1274, "97.72%"), (395, 401, "98.5%"), (104, 104, "100%"), (0, 4, "0%")],
)
def test_published_rates_that_follow_from_their_counts_hold(part: int, whole: int, claimed: str) -> None:
    audit = check_rate(part, whole, claimed)
    assert audit.holds
    assert str(audit) == f"{claimed} holds: {part} ÷ {whole} = {claimed}"


@pytest.mark.parametrize(
    "part, whole, claimed, en",
    [
        (291, 297, "97.97%", "cut off, not rounded"),
        (1245, 1274, "97.73%", "rounded up, not to the nearest"),
        (1, 4, "400%", "part and whole exchanged"),
        (1, 4, "75%", "the rest's part"),
        (3, 7, "233%", "part and whole exchanged"),
        (7, 11, "36.3%", "the rest's part; and cut off"),
    ],
)
def test_a_rate_that_does_not_hold_is_explained(part: int, whole: int, claimed: str, en: str) -> None:
    audit = check_rate(part, whole, claimed)
    assert not audit.holds
    assert audit.mistakes[0].en == en
    assert audit.mistakes[0].working.endswith(f"= {claimed}")


@pytest.mark.parametrize(
    "before, after, claimed, en, working",
    [
        (139, 109, "21.5%", "cut off, not rounded", "(109 − 139) ÷ 139 = 21.5%"),
        (139, 109, "+21.6%", "reversed sign", "(139 − 109) ÷ 139 = 21.6%"),
        (139, 109, "-27.5%", "wrong base: the later count in place of the earlier", "(109 − 139) ÷ 109 = −27.5%"),
        (139, 109, "78.4%", "the later count as a part of the earlier, not the change", "109 ÷ 139 = 78.4%"),
        (109, 139, "−27.5%", "reversed sign", "(109 − 139) ÷ 109 = −27.5%"),
        (109, 139, "21.5%", "wrong base: the later count in place of the earlier; and cut off", "30 ÷ 139 = 21.5%"),
    ],
)
def test_a_change_that_does_not_hold_is_explained(before: int, after: int, claimed: str, en: str, working: str) -> None:
    audit = check_change(before, after, claimed)
    assert not audit.holds
    assert (audit.mistakes[0].en, audit.mistakes[0].working) == (en, working)


def test_a_figure_that_no_formula_gives_is_not_explained() -> None:
    audit = check_change(139, 109, "33.3%")
    assert audit.mistakes == ()
    assert str(audit) == "33.3% does not hold: (109 − 139) ÷ 139 = −21.6%"


def test_nothing_follows_from_a_part_of_nothing() -> None:
    assert str(check_change(0, 5, "100%")) == "100% does not hold: (5 − 0) ÷ 0 has no value"
    assert str(check_rate(0, 0, "100%")) == "100% does not hold: 0 ÷ 0 has no value"


def test_a_fall_to_nothing_and_a_part_of_none_can_be_judged() -> None:
    assert check_change(5, 0, "−100%").holds
    assert check_rate(0, 5, "100%").mistakes[0].en == "the rest's part"


@given(counts, st.integers(min_value=0, max_value=5000), places)
def test_what_the_bulletin_prints_always_holds(before: int, after: int, digits: int) -> None:
    moved = percent(change(after, before), places=digits)
    assert check_change(before, after, moved).holds
    assert check_change(before, after, moved.lstrip("−")).holds
    assert check_rate(after, before, show_percent(rounded(Fraction(100 * after, before), digits))).holds


@given(counts, counts, st.decimals(min_value=0, max_value=300, places=1))
def test_every_mistake_gives_exactly_the_printed_figure(first: int, second: int, number: object) -> None:
    for audit in (check_change(first, second, f"{number}%"), check_rate(first, second, f"{number}%")):
        assert all(each.working.endswith(f" = {number}%") for each in audit.mistakes)
        assert not (audit.holds and audit.mistakes)


@given(counts, counts)
def test_the_wrong_base_is_always_found(before: int, after: int) -> None:
    wrong = percent(change(before, after))
    assume(not check_change(before, after, wrong.lstrip("−")).holds)
    assert check_change(before, after, wrong.lstrip("−")).mistakes[0].en.startswith("wrong base")


@pytest.mark.parametrize("claimed", ["27.5", "about 27%", "", "27,5%", "%", "--3%"])
def test_a_claim_that_is_no_percentage_is_refused(claimed: str) -> None:
    with pytest.raises(InputError, match=r"cannot read the percentage .*; accepted: 27\.5%, −21\.6%, 100 %"):
        check_rate(1, 2, claimed)


def test_a_negative_count_is_refused() -> None:
    with pytest.raises(InputError, match="a count is not negative; after is -1"):
        check_change(3, -1, "5%")
    with pytest.raises(InputError, match="a count is not negative; part is -2"):
        check_rate(-2, 3, "5%")
