"""The documents of orders: templates that can read and never act, found out on loading or refused on issuing."""

from __future__ import annotations

import pytest

from casework.actions import IssueOrder
from casework.errors import InputError, RulebookInvalid
from tests.unit.steps import climbing, refused
from tests.unit.town import CLERK


def form(template: str, answer: str = "") -> str:
    return f"[[order]]\nid = \"paper\"\ndocument = {{ series = \"文{{n}}\", template = '''{template}''' }}\n{answer}"


def test_a_template_may_use_every_name_it_is_given() -> None:
    every = "{{ number }}|{{ to }}|{{ day }}|{{ text }}|{{ answer_by }}|{{ case }}"
    every += "|{{ message_number }}|{{ subject }}|{{ lead }}|{{ due }}"
    desk = climbing(form(every + "|{{ counts.declined }}", "answer = { limit = [{ is = '2 working days' }] }"))
    desk.do(IssueOrder(form="paper", text="请办"), by=CLERK)
    body = desk.desk.store.texts("c1")[desk.desk.get("c1").orders[-1].document or ""]
    assert body == "文1|['夹河镇']|2020-07-01|请办|2020-07-03|c1|c1|路灯不亮|夹河镇|2020-07-08|0"


def test_a_template_knows_no_day_where_the_form_has_no_limit() -> None:
    desk = climbing(form("{% if answer_by %}限{{ answer_by }}{% else %}不限{% endif %}"))
    desk.do(IssueOrder(form="paper"), by=CLERK)
    assert desk.desk.store.texts("c1")[desk.desk.get("c1").orders[-1].document or ""] == "不限"


@pytest.mark.parametrize(
    "template, says",
    [
        ("{{ to.append('x') }}", "the template cannot be filled: "),
        ("{{ number.__class__.__mro__[1].__subclasses__() }}", "the template cannot be filled: "),
        ("{{ text.nothing }}", "has no attribute 'nothing'"),
        ("{{ day - 1 }}", "the template cannot be filled: TypeError"),
        ("{% for n in range(10000000) %}x{% endfor %}", "the template cannot be filled: OverflowError"),
    ],
)
def test_a_template_reads_and_never_acts(template: str, says: str) -> None:
    with pytest.raises(RulebookInvalid) as refusal:
        climbing(form(template))
    (problem,) = refusal.value.problems
    assert says in problem.message
    assert problem.path.endswith("].document.template")


def test_a_template_that_works_for_most_cases_fails_clearly_for_the_others() -> None:
    template = "{{ 1 // (0 if subject != 'x' else 1) }}"
    desk = climbing(form(template))
    error = refused(desk, IssueOrder(form="paper"), CLERK, InputError)
    assert isinstance(error, InputError)
    assert (error.value, str(error)) == (template, "the template cannot be filled: ZeroDivisionError")


@pytest.mark.parametrize(
    "template, says",
    [
        ("{{ sender }}", "the template names 'sender', which is not known"),
        ("{{ anser_by }}", "did you mean 'answer_by'?"),
        ("{{ number", "the template cannot be read: "),
    ],
)
def test_a_template_that_cannot_work_is_found_on_loading(template: str, says: str) -> None:
    with pytest.raises(RulebookInvalid) as caught:
        climbing(form(template))
    (problem,) = caught.value.problems
    assert says in problem.message
    assert problem.path.endswith("document.template")


def test_an_order_without_a_template_keeps_its_text_and_one_without_text_keeps_nothing() -> None:
    desk = climbing()
    desk.do(IssueOrder(form="reminder", text="请抓紧办理"), IssueOrder(form="reminder"), by=CLERK)
    first, second = desk.desk.get("c1").orders
    assert (desk.desk.store.texts("c1")[first.document or ""], second.document) == ("请抓紧办理", None)
