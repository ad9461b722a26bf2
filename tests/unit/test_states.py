"""The lifecycle of a case: what it allows, what it refuses to be built from, how it is drawn."""

from __future__ import annotations

import copy
import pickle
import re

import pytest
from transitions import Machine

from casework.errors import InputError, LifecycleInvalid, NotAllowed
from casework.languages import Lang
from casework.states import ACTIONS, Kind, Lifecycle, State, Transition, action_label, standard_lifecycle

STANDARD = standard_lifecycle()
FINAL = ("rejected", "merged", "transferred", "withdrawn")
UNDONE = ("received", "reviewed", "assigned", "consultation", "awaiting_citizen", "replied", "returned", "published")
BOTH: tuple[Lang, ...] = ("en", "zh")


def state(name: str, *, kind: Kind = "open", en: str | None = None, zh: str | None = None) -> State:
    return State(name=name, en=name.title() if en is None else en, zh="态" if zh is None else zh, kind=kind)


START, MIDDLE, DONE, GONE = state("start"), state("middle"), state("done", kind="closed"), state("gone", kind="final")
GO, FINISH, LEAVE = (
    Transition("go", "start", "middle"),
    Transition("finish", "middle", "done"),
    Transition("leave", "start", "gone"),
)


def small(*more: Transition, states: tuple[State, ...] = ()) -> Lifecycle:
    return Lifecycle("small", (START, MIDDLE, DONE, GONE, *states), (GO, FINISH, LEAVE, *more), initial="start")


def problems(
    states: tuple[State, ...], transitions: tuple[Transition, ...], *, initial: str = "start", name: str = "small"
) -> list[str]:
    with pytest.raises(LifecycleInvalid) as caught:
        Lifecycle(name, states, transitions, initial=initial)
    assert caught.value.name == name
    return [str(problem) for problem in caught.value.problems]


def problems_of(*more: Transition, states: tuple[State, ...] = ()) -> list[str]:
    return problems((START, MIDDLE, DONE, GONE, *states), (GO, FINISH, LEAVE, *more))


# --- the standard lifecycle -------------------------------------------------------------------------------------------


def test_the_standard_lifecycle_has_the_states_of_the_design_in_its_order() -> None:
    assert [(each.name, each.zh, each.kind) for each in STANDARD.states.values()] == [
        ("received", "已接收", "open"),
        ("reviewed", "已登记受理", "open"),
        ("assigned", "办理中", "open"),
        ("consultation", "会商", "open"),
        ("awaiting_citizen", "待补充", "waiting"),
        ("replied", "待审核", "open"),
        ("returned", "已退回", "open"),
        ("published", "已答复", "open"),
        ("closed", "已办结", "closed"),
        ("rejected", "不予受理", "final"),
        ("merged", "并件", "final"),
        ("transferred", "移送", "final"),
        ("withdrawn", "撤回", "final"),
    ]
    assert STANDARD.initial == "received"
    assert STANDARD.name == "standard"


def test_there_is_one_standard_lifecycle() -> None:
    assert standard_lifecycle() is STANDARD


MOVING = {
    "review": ("received", "reviewed"),
    "reject": ("received reviewed", "rejected"),
    "transfer": ("received reviewed assigned", "transferred"),
    "merge": ("received reviewed assigned awaiting_citizen", "merged"),
    "withdraw": ("received reviewed assigned awaiting_citizen consultation replied returned", "withdrawn"),
    "submit": ("assigned returned published", "replied"),
    "return": ("replied published", "returned"),
    "publish": ("replied", "published"),
    "close": ("published", "closed"),
    "reopen": ("closed", "assigned"),
    "consult": ("reviewed assigned returned", "consultation"),
    "conclude": ("consultation", "assigned"),
    "ask": ("assigned returned", "awaiting_citizen"),
    "supplement": ("awaiting_citizen", "assigned"),
}
STAYING = {
    "accept decline promise": ("assigned",),
    "contact": ("assigned", "awaiting_citizen", "returned"),
    "contribute": ("assigned", "returned"),
    "return_part": ("assigned", "replied", "returned"),
    "step_back": ("replied",),
    "opine": ("consultation",),
    "rate revisit": ("published", "closed"),
    "extend refuse_extension reclassify attach keep_apart": UNDONE,
    "take_up dismiss": (*UNDONE, "closed"),
    "issue answer clear instruct praise absorb recalculate move": (*UNDONE, "closed"),
    "note disclose erase view request approve refuse": (*UNDONE, "closed", *FINAL),
}


@pytest.mark.parametrize("action", MOVING)
def test_a_moving_action_of_the_standard_lifecycle_leads_from_these_states_only(action: str) -> None:
    sources, dest = MOVING[action]
    assert {name: STANDARD.next(name, action) for name in STANDARD.states if STANDARD.can(name, action)} == dict.fromkeys(
        sources.split(), dest
    )


@pytest.mark.parametrize("actions", STAYING)
def test_an_action_that_leaves_the_case_where_it_is_stands_in_these_states_only(actions: str) -> None:
    states = STAYING[actions]
    for action in actions.split():
        assert {name: STANDARD.next(name, action) for name in STANDARD.states if STANDARD.can(name, action)} == dict(
            zip(states, states, strict=True)
        )


def test_no_action_of_the_standard_lifecycle_is_left_out_above() -> None:
    staying = [action for actions in STAYING for action in actions.split()]
    assert sorted((*MOVING, *staying, "assign")) == sorted(STANDARD.actions)


def test_assigning_moves_a_reviewed_case_and_can_be_repeated_after_a_decline() -> None:
    assert STANDARD.next("reviewed", "assign") == "assigned"
    assert STANDARD.next("assigned", "assign") == "assigned"


def test_nothing_leads_out_of_a_final_state() -> None:
    assert {dest for (source, _), dest in STANDARD.table.items() if source in FINAL} == set(FINAL)
    assert all(dest == source for (source, _), dest in STANDARD.table.items() if source in FINAL)


def test_every_standard_action_is_labelled_and_explained_and_every_label_is_an_action() -> None:
    assert set(ACTIONS) == set(STANDARD.actions)
    for action, label in ACTIONS.items():
        assert label.en.strip(), action
        assert label.en.isascii(), action
        assert label.zh.strip(), action
        assert not label.zh.isascii(), action
        assert re.fullmatch(r"[A-Z].*[a-z]\.", label.meaning), action


def test_every_standard_state_has_a_meaning_in_one_sentence() -> None:
    assert all(re.fullmatch(r"[A-Z].*[a-z]\.", each.meaning) for each in STANDARD.states.values())


def test_labels_are_told_apart_within_each_language() -> None:
    for lang in BOTH:
        assert len({STANDARD.label(name, lang=lang) for name in STANDARD.states}) == len(STANDARD.states)
        assert len({action_label(name, lang=lang) for name in STANDARD.actions}) == len(STANDARD.actions)


def test_the_published_labels_of_actions_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        ACTIONS["review"] = ACTIONS["note"]  # type: ignore[index]


# --- asking -----------------------------------------------------------------------------------------------------------


def test_next_refuses_an_action_that_the_state_does_not_have_and_says_what_would_work() -> None:
    with pytest.raises(NotAllowed) as caught:
        STANDARD.next("withdrawn", "publish", case="7f3a")
    able = "approve, disclose, erase, note, refuse, request, view"
    assert str(caught.value) == f"cannot publish case 7f3a in state 'withdrawn' (allowed: {able})"
    assert (caught.value.tried, caught.value.state, caught.value.case) == ("publish", "withdrawn", "7f3a")
    assert (
        caught.value.allowed
        == STANDARD.allowed("withdrawn")
        == (
            "approve",
            "disclose",
            "erase",
            "note",
            "refuse",
            "request",
            "view",
        )
    )


def test_next_refuses_an_unknown_action_like_one_that_is_not_allowed() -> None:
    with pytest.raises(NotAllowed, match=r"^cannot finnish state 'middle'; did you mean 'finish'\? \(allowed: finish\)$") as caught:
        small().next("middle", "finnish")
    assert caught.value.case is None


@pytest.mark.parametrize("ask", ["next", "allowed", "can", "is_open", "label"])
def test_an_unknown_state_is_named_together_with_the_states_that_there_are(ask: str) -> None:
    arguments = ("midle", "go") if ask in ("next", "can") else ("midle",)
    with pytest.raises(InputError) as caught:
        getattr(small(), ask)(*arguments)
    assert str(caught.value) == "lifecycle 'small' has no state 'midle'; did you mean 'middle'? (states: start, middle, done, gone)"
    assert caught.value.value == "midle"


def test_an_unknown_state_of_a_long_lifecycle_is_answered_with_every_state() -> None:
    with pytest.raises(InputError) as caught:
        STANDARD.allowed("nowhere")
    assert all(name in str(caught.value) for name in STANDARD.states)


def test_allowed_is_sorted_and_says_the_same_as_can_and_the_table() -> None:
    for name in STANDARD.states:
        allowed = STANDARD.allowed(name)
        assert list(allowed) == sorted(allowed)
        assert set(allowed) == {action for action in STANDARD.actions if STANDARD.can(name, action)}
        assert set(allowed) == {action for source, action in STANDARD.table if source == name}
    assert not STANDARD.can("received", "fly")


def test_a_state_without_actions_allows_nothing() -> None:
    assert small().allowed("gone") == ()
    with pytest.raises(NotAllowed, match=r"\(allowed: nothing\)$"):
        small().next("gone", "go")


def test_a_case_is_open_until_it_is_done() -> None:
    assert [name for name in STANDARD.states if STANDARD.is_open(name)] == list(UNDONE)


def test_labels_come_in_both_languages_and_in_no_other() -> None:
    assert STANDARD.label("awaiting_citizen") == STANDARD.label("awaiting_citizen", lang="zh") == "待补充"
    assert STANDARD.label("awaiting_citizen", lang="en") == "Awaiting citizen"
    assert action_label("submit") == action_label("submit", lang="zh") == "答复"
    assert action_label("submit", lang="en") == "Submit reply"
    for ask in (STANDARD.label, action_label):
        with pytest.raises(InputError, match=r"^there is no language 'fr'; known: zh, en$"):
            ask("published", lang="fr")  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"^there is no language 'fr'; known: zh, en$"):
        STANDARD.mermaid(lang="fr")  # type: ignore[arg-type]


def test_an_action_of_a_rulebooks_own_is_called_by_its_name() -> None:
    assert action_label("site_visit") == action_label("site_visit", lang="en") == "site_visit"


# --- a value ----------------------------------------------------------------------------------------------------------


def test_a_lifecycle_cannot_be_changed() -> None:
    with pytest.raises(AttributeError, match=r"^cannot set 'initial': a lifecycle never changes; extend\(\) returns a new one$"):
        STANDARD.initial = "closed"
    with pytest.raises(AttributeError, match=r"^cannot delete 'table': a lifecycle never changes"):
        del STANDARD.table
    with pytest.raises(TypeError):
        STANDARD.table["closed", "publish"] = "published"  # type: ignore[index]
    with pytest.raises(TypeError):
        del STANDARD.states["closed"]  # type: ignore[attr-defined]
    assert STANDARD.initial == "received"


def test_changing_what_a_lifecycle_was_built_from_does_not_change_it() -> None:
    states, transitions = [START, MIDDLE, DONE, GONE], [GO, FINISH, LEAVE]
    lifecycle = Lifecycle("small", states, transitions, initial="start")
    states.clear()
    transitions.clear()
    assert lifecycle == small()
    assert lifecycle.next("start", "go") == "middle"


def test_lifecycles_with_the_same_content_are_equal_and_hash_alike() -> None:
    assert small() == small()
    assert hash(small()) == hash(small())
    assert small() is not small()
    in_reverse = Lifecycle("small", (START, MIDDLE, DONE, GONE), (LEAVE, FINISH, GO), initial="start")
    assert in_reverse == small()
    assert hash(in_reverse) == hash(small())
    assert small(Transition("wait", "start", "start")) == small(Transition("wait", "start", "="))


def test_lifecycles_that_differ_anywhere_are_not_equal() -> None:
    note = Transition("note", "start", "=")
    every = [
        small(),
        small(note),
        small(Transition("note", "*", "=")),
        Lifecycle("other", (START, MIDDLE, DONE, GONE), (GO, FINISH, LEAVE), initial="start"),
        Lifecycle("small", (START, MIDDLE, GONE, DONE), (GO, FINISH, LEAVE), initial="start"),
        Lifecycle("small", (START, state("middle", zh="中"), DONE, GONE), (GO, FINISH, LEAVE), initial="start"),
        Lifecycle(
            "small", (START, MIDDLE, DONE, GONE), (GO, FINISH, LEAVE, Transition("back", "middle", "start")), initial="start"
        ),
        Lifecycle(
            "small", (START, MIDDLE, DONE, GONE), (GO, FINISH, LEAVE, Transition("back", "middle", "start")), initial="middle"
        ),
    ]
    assert len(set(every)) == len(every)
    assert small() != "small"


def test_a_lifecycle_survives_copying_and_pickling() -> None:
    unpickled = pickle.loads(pickle.dumps(STANDARD))  # noqa: S301 - bytes of our own
    for twin in (copy.copy(STANDARD), copy.deepcopy(STANDARD), unpickled):
        assert twin == STANDARD
        assert twin.table == STANDARD.table
        assert twin.allowed("replied") == STANDARD.allowed("replied")


def test_a_lifecycle_shows_what_it_is() -> None:
    assert repr(small()) == "<Lifecycle 'small': 4 states, 3 actions, starts in 'start'>"
    assert str(GO) == "go: start -> middle"


# --- wildcards --------------------------------------------------------------------------------------------------------


def test_a_star_is_every_state_that_is_not_final() -> None:
    lifecycle = small(Transition("note", "*", "="))
    assert {name for name in lifecycle.states if lifecycle.can(name, "note")} == {"start", "middle", "done"}


def test_a_star_can_lead_to_one_state_from_everywhere() -> None:
    lifecycle = small(Transition("cancel", "*", "gone"))
    assert {lifecycle.next(name, "cancel") for name in ("start", "middle", "done")} == {"gone"}
    assert not lifecycle.can("gone", "cancel")


@pytest.mark.parametrize("first", [True, False])
def test_a_specific_source_beats_the_star_in_either_order(first: bool) -> None:
    star, specific = Transition("skip", "*", "middle"), Transition("skip", "start", "done")
    lifecycle = small(*((specific, star) if first else (star, specific)))
    assert lifecycle.next("start", "skip") == "done"
    assert lifecycle.next("middle", "skip") == lifecycle.next("done", "skip") == "middle"


def test_a_final_state_may_be_named_for_an_action_that_stays_there() -> None:
    lifecycle = small(Transition("note", "*", "="), Transition("note", "gone", "="))
    assert lifecycle.next("gone", "note") == "gone"


# --- problems ---------------------------------------------------------------------------------------------------------


def test_an_unknown_source_is_reported_with_the_nearest_state() -> None:
    assert problems_of(Transition("back", "midle", "start")) == [
        "unknown source 'midle' of 'back'; did you mean 'middle'? @ transitions[3].source"
    ]


def test_an_unknown_destination_is_reported_with_the_nearest_state() -> None:
    assert problems_of(Transition("back", "middle", "strat")) == [
        "unknown destination 'strat' of 'back'; did you mean 'start'? @ transitions[3].dest"
    ]


def test_the_signs_for_everywhere_and_staying_cannot_change_places() -> None:
    assert problems_of(Transition("back", "=", "*")) == [
        "unknown source '=' of 'back' @ transitions[3].source",
        "unknown destination '*' of 'back' @ transitions[3].dest",
    ]


def test_a_state_declared_twice_is_reported() -> None:
    assert problems_of(states=(state("start", zh="始"),)) == ["state 'start' is already declared at states[0] @ states[4]"]


def test_an_action_that_leads_from_one_state_to_two_is_reported() -> None:
    assert problems_of(Transition("go", "start", "done")) == [
        "'go' from 'start' leads to 'done' here, to 'middle' at transitions[0] @ transitions[3]"
    ]
    assert problems_of(Transition("note", "*", "="), Transition("note", "*", "done")) == [
        "'note' from '*' leads to 'done' here, to '=' at transitions[3] @ transitions[4]"
    ]


@pytest.mark.parametrize("again", [GO, Transition("go", "start", "middle")])
def test_a_transition_declared_twice_is_reported(again: Transition) -> None:
    assert problems_of(again) == ["'go: start -> middle' is already declared at transitions[0] @ transitions[3]"]


def test_staying_said_in_two_ways_is_still_said_twice() -> None:
    assert problems_of(Transition("wait", "start", "="), Transition("wait", "start", "start")) == [
        "'wait: start -> start' is already declared at transitions[3] @ transitions[4]"
    ]


def test_a_missing_initial_state_is_reported() -> None:
    assert problems((START, MIDDLE, DONE, GONE), (GO, FINISH, LEAVE), initial="") == ["no initial state is named @ initial"]


def test_an_unknown_initial_state_is_reported_and_nothing_is_called_unreachable_for_it() -> None:
    assert problems((START, MIDDLE, DONE, GONE), (GO, FINISH, LEAVE), initial="star") == [
        "unknown initial state 'star'; did you mean 'start'? @ initial"
    ]


@pytest.mark.parametrize(
    "name", ["Start", "in progress", "in-progress", "_start", "start_", "two__words", "2nd", "办理", "", "*", "a\n"]
)
def test_a_name_that_is_not_lower_snake_is_reported(name: str) -> None:
    found = problems_of(Transition("turn", "middle", name), Transition("end", name, "done"), states=(state(name, en="Odd"),))
    assert f"state name {name!r} is not lower_snake, like 'awaiting_citizen' @ states[4].name" in found
    assert problems_of(Transition(name, "start", "="), Transition(name, "middle", "=")) == [
        f"action name {name!r} is not lower_snake, like 'submit' @ transitions[3].action"
    ]


def test_an_action_cannot_take_the_word_under_which_the_state_is_kept() -> None:
    assert problems_of(Transition("state", "start", "="), Transition("state", "middle", "=")) == [
        "no action can be called 'state': that is where the state itself is kept @ transitions[3].action"
    ]


def test_an_exit_from_a_final_state_is_reported() -> None:
    assert problems_of(Transition("revive", "gone", "start")) == [
        "'revive' leads out of 'gone', which is final; let it stay ('=') or make it closed @ transitions[3]"
    ]


def test_a_state_that_no_case_gets_into_is_reported() -> None:
    assert problems_of(Transition("leave_again", "island", "done"), states=(state("island"),)) == [
        "state 'island' cannot be reached from 'start' @ states[4]"
    ]


def test_a_state_reached_only_out_of_a_final_one_is_not_reached() -> None:
    assert "state 'after' cannot be reached from 'start' @ states[4]" in problems_of(
        Transition("revive", "gone", "after"), states=(state("after", kind="closed"),)
    )


def test_a_star_reaches_and_leaves_states_too() -> None:
    lifecycle = Lifecycle("small", (START, DONE), (Transition("finish", "*", "done"),), initial="start")
    assert lifecycle.next("start", "finish") == "done"


@pytest.mark.parametrize("kind", ["open", "waiting"])
def test_a_trap_is_reported_state_by_state(kind: Kind) -> None:
    pit, cave = state("pit", kind=kind), state("cave")
    falls = (Transition("fall", "start", "pit"), Transition("crawl", "pit", "cave"), Transition("creep", "cave", "pit"))
    assert problems_of(*falls, states=(pit, cave)) == [
        "state 'pit' is a trap: no closed or final state can be reached from it @ states[4]",
        "state 'cave' is a trap: no closed or final state can be reached from it @ states[5]",
    ]


def test_a_closed_state_without_a_way_out_is_no_trap() -> None:
    assert small().allowed("done") == ()


@pytest.mark.parametrize("blank", ["", " ", "\u3000"])
def test_a_missing_label_is_reported_in_either_language(blank: str) -> None:
    odd = state("odd", kind="final", en=blank, zh=blank)
    assert problems_of(Transition("turn", "start", "odd"), states=(odd,)) == [
        "state 'odd' has no English label @ states[4].en",
        "state 'odd' has no Chinese label @ states[4].zh",
    ]


def test_an_unknown_kind_is_reported_with_the_nearest_one() -> None:
    assert problems_of(
        Transition("turn", "start", "odd"),
        Transition("finish", "odd", "done"),
        states=(state("odd", kind="wating"),),  # type: ignore[arg-type]
    ) == ["unknown kind 'wating'; did you mean 'waiting'? (kinds: open, waiting, closed, final) @ states[4].kind"]


def test_a_lifecycle_that_never_ends_is_reported_once() -> None:
    assert problems((START, MIDDLE), (GO,)) == ["no state is closed or final: a case could never be done @ states"]


def test_a_lifecycle_without_states_or_name_is_reported() -> None:
    assert problems((), (), name=" ") == [
        "the lifecycle has no name @ name",
        "no state is closed or final: a case could never be done @ states",
        "unknown initial state 'start' @ initial",
    ]


def test_all_problems_are_reported_at_once() -> None:
    states = (START, START, state("Pit", zh=""), state("island", kind="final"), DONE)
    transitions = (
        Transition("go", "start", "Pit"),
        Transition("go", "start", "done"),
        Transition("go", "start", "Pit"),
        Transition("Fly", "strat", "dne"),
        Transition("swim", "island", "start"),
    )
    assert problems(states, transitions) == [
        "state 'start' is already declared at states[0] @ states[1]",
        "state name 'Pit' is not lower_snake, like 'awaiting_citizen' @ states[2].name",
        "state 'Pit' has no Chinese label @ states[2].zh",
        "'go' from 'start' leads to 'done' here, to 'Pit' at transitions[0] @ transitions[1]",
        "'go: start -> Pit' is already declared at transitions[0] @ transitions[2]",
        "action name 'Fly' is not lower_snake, like 'submit' @ transitions[3].action",
        "unknown source 'strat' of 'Fly'; did you mean 'start'? @ transitions[3].source",
        "unknown destination 'dne' of 'Fly'; did you mean 'done'? @ transitions[3].dest",
        "'swim' leads out of 'island', which is final; let it stay ('=') or make it closed @ transitions[4]",
        "state 'island' cannot be reached from 'start' @ states[3]",
        "state 'Pit' is a trap: no closed or final state can be reached from it @ states[2]",
    ]


def test_the_error_itself_lists_every_problem() -> None:
    with pytest.raises(LifecycleInvalid) as caught:
        Lifecycle("small", (START, MIDDLE), (GO,), initial="strat")
    assert str(caught.value) == (
        "lifecycle 'small' has 2 problems:"
        "\n  - no state is closed or final: a case could never be done @ states"
        "\n  - unknown initial state 'strat'; did you mean 'start'? @ initial"
    )


# --- extending --------------------------------------------------------------------------------------------------------


def test_a_dropped_state_takes_its_transitions_along() -> None:
    plain = STANDARD.extend(name="plain", drop_states=["consultation"])
    assert plain.name == "plain"
    assert list(plain.states) == [name for name in STANDARD.states if name != "consultation"]
    assert set(STANDARD.actions) - set(plain.actions) == {"consult", "opine", "conclude"}
    assert plain.table == {cell: dest for cell, dest in STANDARD.table.items() if "consultation" not in (cell[0], dest)}
    assert "consultation" in STANDARD.states


def test_an_added_state_takes_part_in_what_holds_everywhere() -> None:
    visit = State(name="site_visit", en="Site visit", zh="现场调研", kind="open")
    longer = STANDARD.extend(
        name="longer",
        add_states=[visit],
        add_transitions=[Transition("visit", "assigned", "site_visit"), Transition("leave", "site_visit", "assigned")],
    )
    assert longer.next("assigned", "visit") == "site_visit"
    assert longer.next("site_visit", "note") == "site_visit"
    assert not longer.can("site_visit", "extend")
    assert list(longer.states)[-1] == "site_visit"
    assert dict(STANDARD.table).items() <= dict(longer.table).items()


def test_a_dropped_transition_is_gone_and_its_action_with_the_last_of_them() -> None:
    final_answer = STANDARD.extend(
        name="final_answer",
        drop_transitions=[Transition("reopen", "closed", "assigned"), Transition("submit", "published", "replied")],
    )
    assert "reopen" not in final_answer.actions
    assert not final_answer.can("published", "submit")
    assert final_answer.can("assigned", "submit")


def test_a_transition_is_replaced_by_dropping_and_adding_it() -> None:
    redirected = small().extend(
        name="r", drop_transitions=[GO], add_transitions=[Transition("go", "start", "done"), Transition("leap", "done", "middle")]
    )
    assert redirected.next("start", "go") == "done"


def test_staying_can_be_dropped_in_either_spelling() -> None:
    lifecycle = small(Transition("wait", "start", "="))
    for dest in ("=", "start"):
        assert lifecycle.extend(name="small", drop_transitions=[Transition("wait", "start", dest)]) == small()


def test_a_star_is_dropped_as_a_whole_or_not_at_all() -> None:
    lifecycle = small(Transition("note", "*", "="))
    assert lifecycle.extend(name="small", drop_transitions=[Transition("note", "*", "=")]) == small()
    with pytest.raises(LifecycleInvalid) as caught:
        lifecycle.extend(name="small", drop_transitions=[Transition("note", "start", "=")])
    assert [str(problem) for problem in caught.value.problems] == [
        "cannot drop 'note: start -> =': lifecycle 'small' has no such transition (it has note: * -> =) @ drop_transitions[0]"
    ]


def test_extending_by_nothing_changes_the_name_only() -> None:
    assert STANDARD.extend(name="standard") == STANDARD
    assert STANDARD.extend(name="other") != STANDARD
    assert STANDARD.extend(name="other").table == STANDARD.table


def test_adding_back_what_was_dropped_restores_the_lifecycle() -> None:
    gone = [each for each in STANDARD.transitions if "withdrawn" in (each.source, each.dest)]
    without = STANDARD.extend(name="standard", drop_states=["withdrawn"])
    assert without.extend(name="standard", add_states=[STANDARD.states["withdrawn"]], add_transitions=gone) == STANDARD


def test_all_problems_of_an_extension_are_reported_together_each_at_its_own_place() -> None:
    with pytest.raises(LifecycleInvalid) as caught:
        small().extend(
            name="broken",
            drop_states=["done", "midle"],
            add_states=[state("start")],
            drop_transitions=[Transition("go", "middle", "start"), Transition("leav", "start", "gone")],
            add_transitions=[LEAVE, Transition("back", "middle", "done")],
        )
    assert caught.value.name == "broken"
    assert [str(problem) for problem in caught.value.problems] == [
        "cannot drop state 'midle': lifecycle 'small' has none; did you mean 'middle'? @ drop_states[1]",
        "cannot drop 'go: middle -> start': lifecycle 'small' has no such transition (it has go: start -> middle)"
        " @ drop_transitions[0]",
        "cannot drop 'leav: start -> gone': lifecycle 'small' has no such transition; did you mean 'leave'? @ drop_transitions[1]",
        "state 'start' is already declared at small.states[0] @ add_states[0]",
        "'leave: start -> gone' is already declared at small.transitions[2] @ add_transitions[0]",
        "unknown destination 'done' of 'back'; did you mean 'gone'? @ add_transitions[1].dest",
        "state 'middle' is a trap: no closed or final state can be reached from it @ small.states[1]",
    ]


def test_dropping_the_initial_state_is_a_problem() -> None:
    with pytest.raises(LifecycleInvalid, match=r"unknown initial state 'received'.* @ initial"):
        STANDARD.extend(name="headless", drop_states=["received"])


# --- the machine ------------------------------------------------------------------------------------------------------


def test_the_machine_is_built_on_demand_and_kept() -> None:
    lifecycle = small()
    assert "machine" not in vars(lifecycle)
    assert isinstance(lifecycle.machine, Machine)
    assert lifecycle.machine is lifecycle.machine


def test_the_machine_has_no_model_and_no_trigger_that_was_not_declared() -> None:
    machine = STANDARD.machine
    assert machine.models == []
    assert set(machine.events) == set(STANDARD.actions)
    assert set(machine.states) == set(STANDARD.states)
    assert machine.initial == "received"
    assert {name for name, each in machine.states.items() if each.final} == set(FINAL)


# --- mermaid ----------------------------------------------------------------------------------------------------------


def arrows(text: str) -> list[tuple[str, str, str]]:
    return re.findall(r"^    (\S+) --> (\S+)(?: : (.*))?$", text, re.MULTILINE)


@pytest.mark.parametrize("lang", BOTH)
def test_the_diagram_names_each_state_once_with_its_label(lang: Lang) -> None:
    text = STANDARD.mermaid(lang=lang)
    assert text.startswith("stateDiagram-v2\n")
    assert text.endswith("\n")
    named = re.findall(r'^    state "(.+)" as (\w+)$', text, re.MULTILINE)
    assert named == [(STANDARD.label(name, lang=lang), name) for name in STANDARD.states]


@pytest.mark.parametrize("lang", BOTH)
def test_the_diagram_draws_each_pair_of_states_once_with_all_its_actions(lang: Lang) -> None:
    comma = {"en": ", ", "zh": "、"}[lang]
    lifecycle = STANDARD.extend(name="two_ways", add_transitions=[Transition("redo", "closed", "assigned")])
    drawn = [(source, dest, label) for source, dest, label in arrows(lifecycle.mermaid(lang=lang)) if "[*]" not in (source, dest)]
    moving: dict[tuple[str, str], list[str]] = {}
    for (source, action), dest in sorted(lifecycle.table.items()):
        if source != dest:
            moving.setdefault((source, dest), []).append(action_label(action, lang=lang))
    assert {(source, dest): label for source, dest, label in drawn} == {pair: comma.join(labels) for pair, labels in moving.items()}
    assert len(drawn) == len(moving)
    assert {"en": "redo, Reopen", "zh": "redo、重办"}[lang] in {label for _, _, label in drawn}


@pytest.mark.parametrize("lang", BOTH)
def test_the_diagram_marks_the_start_and_every_final_state(lang: Lang) -> None:
    marked = [(source, dest) for source, dest, _ in arrows(STANDARD.mermaid(lang=lang)) if "[*]" in (source, dest)]
    assert marked == [("[*]", "received"), *((name, "[*]") for name in FINAL)]


@pytest.mark.parametrize("lang", BOTH)
def test_the_diagram_lists_every_action_that_stays_and_no_state_shows_one_twice(lang: Lang) -> None:
    text = STANDARD.mermaid(lang=lang)
    notes = dict(re.findall(r"^    note right of (\w+)\n(.*?)\n    end note$", text, re.MULTILINE | re.DOTALL))
    shared = {
        {"en": "in every state: ", "zh": "各状态\N{FULLWIDTH COLON}"}[lang]: set(STANDARD.states),
        {"en": "in every state that is not final: ", "zh": "各未终结状态\N{FULLWIDTH COLON}"}[lang]: {*UNDONE, "closed"},
        {"en": "in every state that is not done: ", "zh": "各未办结状态\N{FULLWIDTH COLON}"}[lang]: set(UNDONE),
    }
    here = {"en": "here: ", "zh": "本状态\N{FULLWIDTH COLON}"}[lang]
    comma = {"en": ", ", "zh": "、"}[lang]
    shown: list[tuple[str, str]] = []
    for name, note in notes.items():
        joined = re.sub(r"[,、]\n +", comma, note).strip()
        for line in joined.splitlines():
            title = next(title for title in (*shared, here) if line.strip().startswith(title))
            actions = line.strip().removeprefix(title).split(comma)
            shown += [(member, action) for member in shared.get(title, {name}) for action in actions]
    staying = [(source, action_label(action, lang=lang)) for (source, action), dest in STANDARD.table.items() if source == dest]
    assert sorted(shown) == sorted(staying)


def test_the_diagram_of_a_small_lifecycle_reads_like_this() -> None:
    lifecycle = small(Transition("note", "*", "="), Transition("flee", "start", "gone"), Transition("wait", "middle", "="))
    assert lifecycle.mermaid() == (
        "stateDiagram-v2\n"
        '    state "Start" as start\n'
        '    state "Middle" as middle\n'
        '    state "Done" as done\n'
        '    state "Gone" as gone\n'
        "    [*] --> start\n"
        "    start --> middle : go\n"
        "    start --> gone : flee, leave\n"
        "    middle --> done : finish\n"
        "    gone --> [*]\n"
        "    note right of start\n"
        "        in every state that is not final: Note\n"
        "    end note\n"
        "    note right of middle\n"
        "        here: wait\n"
        "    end note\n"
    )


@pytest.mark.parametrize("lang", BOTH)
def test_equal_lifecycles_give_the_same_diagram(lang: Lang) -> None:
    again = Lifecycle("standard", STANDARD.states.values(), reversed(STANDARD.transitions), initial="received")
    assert again.mermaid(lang=lang) == STANDARD.mermaid(lang=lang) == STANDARD.mermaid(lang=lang)


def test_the_two_languages_draw_the_same_arrows() -> None:
    english, chinese = (STANDARD.mermaid(lang=lang) for lang in BOTH)
    assert [arrow[:2] for arrow in arrows(english)] == [arrow[:2] for arrow in arrows(chinese)]
    assert english.isascii()
    assert not chinese.isascii()


@pytest.mark.parametrize("word", ["state", "note", "end", "class", "default", "scale", "click", "root_start"])
def test_a_state_named_like_a_word_of_mermaid_gets_another_id(word: str) -> None:
    lifecycle = Lifecycle("odd", (state(word), DONE), (Transition("finish", word, "done"),), initial=word)
    text = lifecycle.mermaid()
    assert arrows(text) == [("[*]", f"{word}_", ""), (f"{word}_", "done", "finish")]
    assert f'state "{word.title()}" as {word}_\n' in text


def test_signs_that_mermaid_would_read_are_written_as_codes() -> None:
    lifecycle = Lifecycle(
        "odd", (state("start", en='a "b": c;\n#d %% <e> {f}'), DONE), (Transition("finish", "start", "done"),), initial="start"
    )
    assert 'state "a #34;b#34;#58; c#59; #35;d #37;#37; #60;e#62; #123;f#125;" as start\n' in lifecycle.mermaid()
