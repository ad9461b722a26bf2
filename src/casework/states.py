"""The lifecycle of a case: its states, the arrows between them, and the frozen table that the desk runs.

A lifecycle is declared as data, checked as a whole (every problem is reported, not the first one) and frozen into a table of
(state, action) → next state. The same declaration also builds a model-less ``transitions.Machine``, on demand only: it is the
second opinion that the tests hold the table against. No case is ever attached to it, because ``add_model`` binds dozens of
methods to each object, slows down as objects gather, mistakes equal values for one object, and refuses pydantic models.

Two signs stand in for names: a source of ``"*"`` is every state that is not final, a destination of ``"="`` is the state the case
is in. A specific source beats ``"*"``, whatever the order of declaration. ``transitions`` reads ``"*"`` as every state, final
ones too, so the machine is given the list of states in its place.

Neither gates, limits nor permissions are here: whether an allowed action may be carried out now, by this person and with these
contents is the rulebook's to say.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final, Literal, NamedTuple, NoReturn, final, get_args

import msgspec
from transitions import Machine

from .diagrams import lifecycle_diagram
from .errors import InputError, LifecycleInvalid, NotAllowed, Problem, listed, nearest
from .languages import Lang, chinese

Kind = Literal["open", "waiting", "closed", "final"]

ANYWHERE: Final = "*"
STAYS: Final = "="

_KINDS: Final[tuple[str, ...]] = get_args(Kind)
_DONE: Final = frozenset({"closed", "final"})
_NAME: Final = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")


class State(msgspec.Struct, frozen=True, kw_only=True):
    """A state of a case, with its labels.

    ``kind`` is ``open`` (the administration must act), ``waiting`` (for the citizen), ``closed`` (done, can be reopened) or
    ``final`` (nothing leads out). ``meaning`` is one English sentence.
    """

    name: str
    en: str
    zh: str
    kind: Kind
    meaning: str = ""


class Transition(msgspec.Struct, frozen=True):
    """An arrow: in state ``source`` the ``action`` leads to ``dest``.

    ``source`` may be ``"*"`` (every state that is not final), ``dest`` may be ``"="`` (the case stays where it is).
    """

    action: str
    source: str
    dest: str

    def __str__(self) -> str:
        return f"{self.action}: {self.source} -> {self.dest}"


class ActionLabel(msgspec.Struct, frozen=True):
    """What people call an action, and what it does in one English sentence."""

    en: str
    zh: str
    meaning: str


class _Declaration(NamedTuple):
    """A lifecycle as somebody wrote it; each part comes with the path that a problem is reported under."""

    name: str
    states: Sequence[tuple[str, State]]
    transitions: Sequence[tuple[str, Transition]]
    initial: str


@final
class Lifecycle:
    """States and arrows that hold together; a value: it never changes, and equal declarations are equal lifecycles.

    The order of the states is kept (it is the order of diagrams and lists). The order of the transitions carries no meaning: they
    are kept sorted, with ``"="`` for every one that leads from a state to itself.
    Raises LifecycleInvalid with all problems at once: unknown sources, destinations, kinds or initial state, names that are not
    lower_snake, missing labels, duplicates, an action that leads from one state to two, an exit from a final state, states that
    cannot be reached, traps (open or waiting states from which a case can never be done), and a lifecycle without an end.
    """

    name: str
    states: Mapping[str, State]
    transitions: tuple[Transition, ...]
    initial: str
    actions: tuple[str, ...]
    table: Mapping[tuple[str, str], str]
    _allowed: Mapping[str, tuple[str, ...]]
    _content: tuple[str, tuple[State, ...], tuple[Transition, ...], str]
    _hash: int

    def __init__(self, name: str, states: Iterable[State], transitions: Iterable[Transition], *, initial: str) -> None:
        self._freeze(
            _Declaration(
                name,
                [(f"states[{at}]", state) for at, state in enumerate(states)],
                [(f"transitions[{at}]", transition) for at, transition in enumerate(transitions)],
                initial,
            )
        )

    def _freeze(self, declared: _Declaration, *, earlier: Sequence[Problem] = ()) -> None:
        problems = [*earlier, *_problems(declared)]
        if problems:
            raise LifecycleInvalid(declared.name, problems)
        states = {state.name: state for _, state in declared.states}
        place = {name: at for at, name in enumerate((*states, ANYWHERE))}
        ordered = tuple(
            sorted((_plain(each) for _, each in declared.transitions), key=lambda each: (each.action, place[each.source]))
        )
        table = {(source, action): dest for source, action, dest in _arrows(states, ordered)}
        offered: dict[str, list[str]] = {name: [] for name in states}
        for state, action in table:
            offered[state].append(action)
        content = (declared.name, tuple(states.values()), ordered, declared.initial)
        # Straight into the instance's dictionary: assignment is closed to everyone, this method included.
        self.__dict__.update(
            name=declared.name,
            states=MappingProxyType(states),
            transitions=ordered,
            initial=declared.initial,
            actions=tuple(sorted({each.action for each in ordered})),
            table=MappingProxyType(table),
            _allowed=MappingProxyType({state: tuple(sorted(actions)) for state, actions in offered.items()}),
            _content=content,
            _hash=hash(content),
        )

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"cannot set {name!r}: a lifecycle never changes; extend() returns a new one")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"cannot delete {name!r}: a lifecycle never changes; extend() returns a new one")

    def __eq__(self, other: object) -> bool:
        return self._content == other._content if isinstance(other, Lifecycle) else NotImplemented

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        return f"<Lifecycle {self.name!r}: {len(self.states)} states, {len(self.actions)} actions, starts in {self.initial!r}>"

    def __reduce__(self) -> tuple[object, ...]:
        return _lifecycle, self._content

    def next(self, state: str, action: str, *, case: str | None = None) -> str:
        """Return the state that *action* leads to from *state*.

        Raises NotAllowed, with what would work, where the state has no such action (an unknown action included), and InputError
        for an unknown state. ``case`` is only named in the error.
        """
        dest = self.table.get((state, action))
        if dest is None:
            raise NotAllowed(action, state=state, allowed=self.allowed(state), case=case)
        return dest

    def allowed(self, state: str) -> tuple[str, ...]:
        """Return the actions that *state* has, sorted; InputError for an unknown state."""
        self._known(state)
        return self._allowed[state]

    def can(self, state: str, action: str) -> bool:
        """Return whether *state* has *action*; False for an unknown action, InputError for an unknown state."""
        self._known(state)
        return (state, action) in self.table

    def is_open(self, state: str) -> bool:
        """Return whether a case in *state* is not done yet (kind ``open`` or ``waiting``); InputError for an unknown state."""
        return self._known(state).kind not in _DONE

    def label(self, state: str, *, lang: Lang = "zh") -> str:
        """Return what people call *state*; InputError for an unknown state or language."""
        known = self._known(state)
        return known.zh if chinese(lang) else known.en

    def _known(self, state: str) -> State:
        known = self.states.get(state)
        if known is None:
            every = listed(self.states, most=len(self.states))
            raise InputError(
                f"lifecycle {self.name!r} has no state {state!r}{nearest(state, self.states)} (states: {every})", value=state
            )
        return known

    @functools.cached_property
    def machine(self) -> Machine:
        """The same declaration as a ``transitions`` machine without a model, built on first use, for checks and drawings.

        It is not built from the table, so that the two can disagree. It can be changed, as every machine of ``transitions`` can;
        nothing in casework looks at it while handling cases.
        """
        going = [name for name, state in self.states.items() if state.kind != "final"]
        # The first candidate for a source wins in ``transitions``, so the specific sources go in before the wildcards.
        specific_first = sorted(self.transitions, key=lambda each: each.source == ANYWHERE)
        return Machine(
            model=None,
            name=self.name,
            states=[{"name": name, "final": state.kind == "final"} for name, state in self.states.items()],
            initial=self.initial,
            transitions=[
                {
                    "trigger": each.action,
                    "source": going if each.source == ANYWHERE else each.source,
                    # None is an internal transition: a case that stays put neither leaves its state nor enters it again.
                    "dest": None if each.dest == STAYS else each.dest,
                }
                for each in specific_first
            ],
            auto_transitions=False,
        )

    def mermaid(self, *, lang: Lang = "en") -> str:
        """Return the lifecycle as mermaid text (``stateDiagram-v2``), the same text for equal lifecycles.

        One line for each pair of states, naming every action that leads from the one to the other. Actions that leave the case
        where it is stand in notes; those that all states share are listed once, beside the initial state.
        """
        return lifecycle_diagram(
            self.table,
            initial=self.initial,
            kinds={name: state.kind for name, state in self.states.items()},
            states={name: self.label(name, lang=lang) for name in self.states},
            actions={action: action_label(action, lang=lang) for action in self.actions},
            lang=lang,
        )

    def extend(
        self,
        *,
        name: str,
        add_states: Iterable[State] = (),
        drop_states: Iterable[str] = (),
        add_transitions: Iterable[Transition] = (),
        drop_transitions: Iterable[Transition] = (),
    ) -> Lifecycle:
        """Return a new lifecycle called *name*: this one without what is dropped, and with what is added.

        Dropping comes first, so that a state or an arrow is replaced by dropping and adding it. A dropped state takes every arrow
        that names it along; an arrow is dropped as it was declared (one from ``"*"`` only as a whole). Raises LifecycleInvalid with
        all problems together: what is dropped and is not there, and whatever does not hold together afterwards.
        """
        earlier: list[Problem] = []
        gone: set[str] = set()
        for at, state in enumerate(drop_states):
            if state not in self.states:
                message = f"cannot drop state {state!r}: lifecycle {self.name!r} has none{nearest(state, self.states)}"
                earlier.append(Problem(message, f"drop_states[{at}]"))
            gone.add(state)
        cut: set[Transition] = set()
        for at, transition in enumerate(drop_transitions):
            plain = _plain(transition)
            if plain not in self.transitions:
                same = [str(each) for each in self.transitions if each.action == transition.action]
                hint = f" (it has {listed(same)})" if same else nearest(transition.action, self.actions)
                message = f"cannot drop '{transition}': lifecycle {self.name!r} has no such transition{hint}"
                earlier.append(Problem(message, f"drop_transitions[{at}]"))
            cut.add(plain)
        declared = _Declaration(
            name,
            [
                *((f"{self.name}.states[{at}]", state) for at, state in enumerate(self.states.values()) if state.name not in gone),
                *((f"add_states[{at}]", state) for at, state in enumerate(add_states)),
            ],
            [
                *(
                    (f"{self.name}.transitions[{at}]", each)
                    for at, each in enumerate(self.transitions)
                    if each.source not in gone and each.dest not in gone and each not in cut
                ),
                *((f"add_transitions[{at}]", each) for at, each in enumerate(add_transitions)),
            ],
            self.initial,
        )
        extended = Lifecycle.__new__(Lifecycle)
        extended._freeze(declared, earlier=earlier)
        return extended


def action_label(action: str, *, lang: Lang = "zh") -> str:
    """Return what people call *action*; an action that is not a standard one is called by its name."""
    known = ACTIONS.get(action, ActionLabel(action, action, ""))
    return known.zh if chinese(lang) else known.en


def _lifecycle(name: str, states: tuple[State, ...], transitions: tuple[Transition, ...], initial: str) -> Lifecycle:
    return Lifecycle(name, states, transitions, initial=initial)


def _plain(transition: Transition) -> Transition:
    """Return the arrow with ``"="`` written for its own source, so that two ways of saying one thing compare equal."""
    return Transition(transition.action, transition.source, STAYS) if transition.dest == transition.source else transition


def _arrows(states: Mapping[str, State], transitions: Iterable[Transition]) -> Iterator[tuple[str, str, str]]:
    """Spell out every arrow as (source, action, destination): wildcards expanded where no specific source beats them."""
    every = list(transitions)
    specific = {(each.source, each.action) for each in every}
    for each in every:
        if each.source == ANYWHERE:
            sources = [name for name, state in states.items() if state.kind != "final" and (name, each.action) not in specific]
        else:
            sources = [each.source]
        for source in sources:
            yield source, each.action, source if each.dest == STAYS else each.dest


# --- checks -----------------------------------------------------------------------------------------------------------


def _problems(declared: _Declaration) -> list[Problem]:
    """Return everything that is wrong with a declaration, in the order of its parts."""
    problems = [] if declared.name.strip() else [Problem("the lifecycle has no name", "name")]
    problems += _state_problems(declared)
    states: dict[str, State] = {}
    paths: dict[str, str] = {}
    for path, state in declared.states:
        states.setdefault(state.name, state)
        paths.setdefault(state.name, path)
    if not declared.initial:
        problems.append(Problem("no initial state is named", "initial"))
    elif declared.initial not in states:
        problems.append(Problem(f"unknown initial state {declared.initial!r}{nearest(declared.initial, states)}", "initial"))
    problems += _transition_problems(declared, states)
    problems += _structure_problems(declared, states, paths)
    return problems


def _state_problems(declared: _Declaration) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for path, state in declared.states:
        if not _NAME.fullmatch(state.name):
            yield Problem(f"state name {state.name!r} is not lower_snake, like 'awaiting_citizen'", f"{path}.name")
        if state.name in first:
            yield Problem(f"state {state.name!r} is already declared at {first[state.name]}", path)
        first.setdefault(state.name, path)
        if state.kind not in _KINDS:
            yield Problem(f"unknown kind {state.kind!r}{nearest(state.kind, _KINDS)} (kinds: {listed(_KINDS)})", f"{path}.kind")
        for field, language, label in (("en", "English", state.en), ("zh", "Chinese", state.zh)):
            if not label.strip():
                yield Problem(f"state {state.name!r} has no {language} label", f"{path}.{field}")
    if not any(state.kind in _DONE for _, state in declared.states):
        yield Problem("no state is closed or final: a case could never be done", "states")


def _transition_problems(declared: _Declaration, states: Mapping[str, State]) -> Iterator[Problem]:
    first: dict[tuple[str, str], tuple[str, Transition]] = {}
    named: set[str] = set()
    for path, each in declared.transitions:
        if each.action not in named:
            named.add(each.action)
            if not _NAME.fullmatch(each.action):
                yield Problem(f"action name {each.action!r} is not lower_snake, like 'submit'", f"{path}.action")
            elif each.action == "state":
                # ``transitions`` keeps a model's state under this name and refuses such a trigger.
                yield Problem("no action can be called 'state': that is where the state itself is kept", f"{path}.action")
        if each.source != ANYWHERE and each.source not in states:
            yield Problem(f"unknown source {each.source!r} of {each.action!r}{nearest(each.source, states)}", f"{path}.source")
        if each.dest != STAYS and each.dest not in states:
            yield Problem(f"unknown destination {each.dest!r} of {each.action!r}{nearest(each.dest, states)}", f"{path}.dest")
        if _is_exit(each, states):
            yield Problem(
                f"{each.action!r} leads out of {each.source!r}, which is final; let it stay ('=') or make it closed", path
            )
        plain = _plain(each)
        where, other = first.setdefault((each.source, each.action), (path, plain))
        if where != path:
            if other.dest == plain.dest:
                yield Problem(f"'{each}' is already declared at {where}", path)
            else:
                yield Problem(
                    f"{each.action!r} from {each.source!r} leads to {each.dest!r} here, to {other.dest!r} at {where}", path
                )


def _is_exit(transition: Transition, states: Mapping[str, State]) -> bool:
    source = states.get(transition.source)
    return source is not None and source.kind == "final" and transition.dest not in (STAYS, transition.source)


def _structure_problems(declared: _Declaration, states: Mapping[str, State], paths: Mapping[str, str]) -> Iterator[Problem]:
    """Yield the states that no case gets into, and those that it never gets out of, going by the arrows that are sound."""
    sources, dests = {*states, ANYWHERE}, {*states, STAYS}
    sound = [
        each for _, each in declared.transitions if each.source in sources and each.dest in dests and not _is_exit(each, states)
    ]
    onward: dict[str, set[str]] = {name: set() for name in states}
    backward: dict[str, set[str]] = {name: set() for name in states}
    for source, _, dest in _arrows(states, sound):
        onward[source].add(dest)
        backward[dest].add(source)
    if declared.initial in states:
        reached = _spread([declared.initial], onward)
        for name in states:
            if name not in reached:
                yield Problem(f"state {name!r} cannot be reached from {declared.initial!r}", paths[name])
    done = [name for name, state in states.items() if state.kind in _DONE]
    if done:  # without any, one problem says so; not every state in turn
        ending = _spread(done, backward)
        for name in states:
            if name not in ending:
                yield Problem(f"state {name!r} is a trap: no closed or final state can be reached from it", paths[name])


def _spread(start: Iterable[str], along: Mapping[str, set[str]]) -> set[str]:
    found = set(start)
    waiting = list(found)
    while waiting:
        for name in along[waiting.pop()] - found:
            found.add(name)
            waiting.append(name)
    return found


# --- the standard lifecycle -------------------------------------------------------------------------------------------

_STATES: Final = (
    State(name="received", en="Received", zh="已接收", kind="open", meaning="The message arrived and has not been screened."),
    State(name="reviewed", en="Reviewed", zh="已登记受理", kind="open", meaning="The office has screened and registered it."),
    State(name="assigned", en="Assigned", zh="办理中", kind="open", meaning="Units are handling it, each by its own assignment."),
    State(name="consultation", en="Consultation", zh="会商", kind="open", meaning="The units concerned sit together on it."),
    State(name="awaiting_citizen", en="Awaiting citizen", zh="待补充", kind="waiting", meaning="The citizen was asked for more."),
    State(name="replied", en="Replied", zh="待审核", kind="open", meaning="A reply was submitted and stands at a gate."),
    State(name="returned", en="Returned", zh="已退回", kind="open", meaning="The reply went back to the unit with reasons."),
    State(
        name="published",
        en="Published",
        zh="已答复",
        kind="open",
        meaning="The reply passed its last gate; the citizen can read it.",
    ),
    State(name="closed", en="Closed", zh="已办结", kind="closed", meaning="Done, with an outcome; it can be reopened."),
    State(name="rejected", en="Rejected", zh="不予受理", kind="final", meaning="The office did not admit it, and said why."),
    State(name="merged", en="Merged", zh="并件", kind="final", meaning="It repeats an earlier case, which carries on for both."),
    State(name="transferred", en="Transferred", zh="移送", kind="final", meaning="It was handed to a body outside this office."),
    State(
        name="withdrawn", en="Withdrawn", zh="撤回", kind="final", meaning="The citizen took it back, or it was taken as given up."
    ),
)

ACTIONS: Final[Mapping[str, ActionLabel]] = MappingProxyType(
    {
        "review": ActionLabel("Review", "登记受理", "The office screens the message, admits it and registers it."),
        "reject": ActionLabel("Reject", "不予受理", "The office does not admit the message and gives the reason."),
        "transfer": ActionLabel("Transfer", "移送", "The office hands the case to a body that it does not direct."),
        "merge": ActionLabel("Merge", "并件", "This case ends because an earlier one carries on for it."),
        "absorb": ActionLabel("Absorb", "并入", "Another case was merged into this one."),
        "keep_apart": ActionLabel("Keep apart", "不并件", "A person decides that this case is no repeat of another."),
        "withdraw": ActionLabel("Withdraw", "撤回", "The citizen takes the message back before it is answered."),
        "assign": ActionLabel(
            "Assign", "交办", "The office gives the case to a lead unit and assisting units, or gives it anew after a decline."
        ),
        "accept": ActionLabel("Accept", "签收", "A unit takes over its assignment."),
        "decline": ActionLabel("Decline", "退件", "A unit hands its assignment back because the matter is not its own."),
        "contact": ActionLabel("Contact citizen", "联系群众", "A unit records that it spoke with the citizen."),
        "promise": ActionLabel("Promise", "承诺", "A unit gives a holding reply with a date and a reason."),
        "contribute": ActionLabel("Contribute", "协办意见", "An assisting unit hands its part to the lead unit."),
        "return_part": ActionLabel("Return contribution", "退回协办意见", "An assisting unit's part goes back to it with reasons."),
        "submit": ActionLabel("Submit reply", "答复", "A unit submits a reply for review, or a further one after publication."),
        "request": ActionLabel("Ask for approval", "报批", "An act waits for approval; its gates decide on it."),
        "approve": ActionLabel("Approve", "审核通过", "A reviewer lets the reply, or another act, pass one gate."),
        "refuse": ActionLabel("Refuse", "不同意", "An act that waits for approval is refused."),
        "step_back": ActionLabel("Return to gate", "退回上一关", "A reviewer sends the reply back to the gate before."),
        "return": ActionLabel("Return", "退回", "A reviewer sends the reply back with reasons, published or not."),
        "publish": ActionLabel("Publish", "公开", "The reply that passed its last gate becomes readable."),
        "close": ActionLabel("Close", "办结", "The office ends the case with an outcome."),
        "reopen": ActionLabel("Reopen", "重办", "A closed case goes back to its units."),
        "consult": ActionLabel("Consult", "会商", "The units concerned are called together."),
        "opine": ActionLabel("Give opinion", "会商意见", "A unit gives its opinion in the consultation."),
        "conclude": ActionLabel("Conclude", "会商结论", "The consultation ends with minutes and a lead unit."),
        "ask": ActionLabel("Ask citizen", "请补充", "The citizen is asked to complete the message."),
        "supplement": ActionLabel(
            "Supplement", "补充", "What the citizen was asked for has arrived, or the case goes on without it."
        ),
        "extend": ActionLabel("Extend", "延期", "A deadline is moved back, within the rulebook's cap, or that is asked for."),
        "refuse_extension": ActionLabel("Refuse extension", "不准延期", "An extension that was asked for is refused."),
        "reclassify": ActionLabel("Reclassify", "改类", "The case is put into another class."),
        "attach": ActionLabel("Attach message", "挂接来件", "One more message about the same matter is put with the case."),
        "issue": ActionLabel("Issue order", "下发督办", "An order is issued about the case, before or after closing."),
        "answer": ActionLabel("Answer order", "回复督办", "The unit addressed answers an order."),
        "clear": ActionLabel("Clear order", "销号", "An answered order is struck off."),
        "take_up": ActionLabel("Take up", "采纳", "A person does what a rung of the ladder proposed."),
        "dismiss": ActionLabel("Dismiss", "不采纳", "A person decides against what a rung of the ladder proposed."),
        "instruct": ActionLabel("Instruct", "批示", "A leader's written instruction is put on the case."),
        "note": ActionLabel("Note", "备注", "Somebody records a remark; a final case can still be remarked on."),
        "praise": ActionLabel("Praise", "好评", "The citizen's thanks are kept with the case."),
        "rate": ActionLabel("Rate", "评价", "The citizen says whether the reply satisfies."),
        "revisit": ActionLabel("Revisit", "回访", "The citizen or the unit is asked, after the reply, how the matter stands."),
        "view": ActionLabel("View", "点击", "Views by the public are counted, whatever became of the case."),
        "disclose": ActionLabel("Change publicity", "公开范围", "The case is opened to the public, or closed to it."),
        "erase": ActionLabel("Erase personal data", "删除个人信息", "Personal data are erased; a final case is no exception."),
        "recalculate": ActionLabel(
            "Recalculate deadlines", "重算期限", "Deadlines are worked out anew after a calendar notice or a new rule."
        ),
        "move": ActionLabel("Move to another version", "改用规则版本", "The case goes over to another version of its rulebook."),
    }
)

_UNDONE: Final = " ".join(state.name for state in _STATES if state.kind not in _DONE)
_FINAL: Final = " ".join(state.name for state in _STATES if state.kind == "final")

# One row for each action and destination; several sources are separated by spaces.
_ARROWS: Final = (
    ("review", "received", "reviewed"),
    ("reject", "received reviewed", "rejected"),
    ("transfer", "received reviewed assigned", "transferred"),
    ("merge", "received reviewed assigned awaiting_citizen", "merged"),
    ("withdraw", "received reviewed assigned consultation awaiting_citizen replied returned", "withdrawn"),
    ("assign", "reviewed", "assigned"),
    ("assign", "assigned", STAYS),
    ("accept", "assigned", STAYS),
    ("decline", "assigned", STAYS),
    ("contact", "assigned awaiting_citizen returned", STAYS),
    ("promise", "assigned", STAYS),
    ("contribute", "assigned returned", STAYS),
    ("return_part", "assigned returned replied", STAYS),
    ("submit", "assigned returned published", "replied"),
    ("step_back", "replied", STAYS),
    ("return", "replied published", "returned"),
    ("publish", "replied", "published"),
    ("close", "published", "closed"),
    ("reopen", "closed", "assigned"),
    ("consult", "reviewed assigned returned", "consultation"),
    ("opine", "consultation", STAYS),
    ("conclude", "consultation", "assigned"),
    ("ask", "assigned returned", "awaiting_citizen"),
    ("supplement", "awaiting_citizen", "assigned"),
    ("rate", "published closed", STAYS),
    ("revisit", "published closed", STAYS),
    # Of no use once a case is closed: reopening comes first.
    ("extend", _UNDONE, STAYS),
    ("refuse_extension", _UNDONE, STAYS),
    ("reclassify", _UNDONE, STAYS),
    ("attach", _UNDONE, STAYS),
    ("keep_apart", _UNDONE, STAYS),
    # Possible after closing too: orders, instructions and remarks outlive the handling of a case, and any act may need approval.
    ("request", ANYWHERE, STAYS),
    ("approve", ANYWHERE, STAYS),
    ("refuse", ANYWHERE, STAYS),
    ("take_up", ANYWHERE, STAYS),
    ("dismiss", ANYWHERE, STAYS),
    ("issue", ANYWHERE, STAYS),
    ("answer", ANYWHERE, STAYS),
    ("clear", ANYWHERE, STAYS),
    ("instruct", ANYWHERE, STAYS),
    ("praise", ANYWHERE, STAYS),
    ("absorb", ANYWHERE, STAYS),
    ("recalculate", ANYWHERE, STAYS),
    ("note", ANYWHERE, STAYS),
    ("move", ANYWHERE, STAYS),
    ("disclose", ANYWHERE, STAYS),
    ("erase", ANYWHERE, STAYS),
    ("view", ANYWHERE, STAYS),
    # Staying put is no exit, so these reach into final states as well.
    ("note", _FINAL, STAYS),
    ("disclose", _FINAL, STAYS),
    # What is still possible may need leave even then.
    ("request", _FINAL, STAYS),
    ("approve", _FINAL, STAYS),
    ("refuse", _FINAL, STAYS),
    ("erase", _FINAL, STAYS),
    ("view", _FINAL, STAYS),
)


@functools.cache
def standard_lifecycle() -> Lifecycle:
    """Return the lifecycle that rulebooks start from; always the same object."""
    transitions = [Transition(action, source, dest) for action, sources, dest in _ARROWS for source in sources.split()]
    return Lifecycle("standard", _STATES, transitions, initial="received")
