"""How long ``import casework`` takes, next to the libraries that it cannot do without.

Every round starts one fresh interpreter for each row, in turning order, so that what slows the machine for a moment slows all rows
alike. Inside it the import alone is timed; the whole process is timed from outside. A ratio is the median of the rounds' own
ratios: it can be compared between machines, the milliseconds cannot.

    python benchmarks/bench_import.py [rounds]
"""

from __future__ import annotations

import subprocess
import sys
import time
from statistics import median

FLOOR = "from pydantic import BaseModel; import transitions"
ROWS = {
    "floor": FLOOR,
    "A": "import casework",
    "B": "from casework import Actor, Desk, MemoryStore, Message, Rulebook",
}
GOAL = 1.25  # of the floor, for row A
TIMED = "from time import perf_counter as clock; start = clock(); {}; print(clock() - start)"


def once(statement: str) -> tuple[float, float]:
    """Seconds of the import alone and of the whole process, in a fresh interpreter.

    Raises subprocess.CalledProcessError where the import fails.
    """
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", TIMED.format(statement)], check=True, stdout=subprocess.PIPE, text=True)
    return float(done.stdout), time.perf_counter() - start


def measure(rounds: int) -> dict[str, list[tuple[float, float]]]:
    """The times of each row, round by round, after one round that only warms the bytecode and the disk."""
    names = list(ROWS)
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
    for number in range(rounds + 1):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            taken = once(ROWS[name])
            if number:
                times[name].append(taken)
    return times


def main(rounds: int) -> None:
    """Measure and print."""
    times = measure(rounds)
    print(f"{rounds} rounds, Python {sys.version.split()[0]}; medians, ratios to the floor of the same round\n")
    print(f"{'':6} {'import':>9} {'ratio':>6}   {'process':>9} {'ratio':>6}   statement")
    ratios: dict[str, float] = {}
    for name, statement in ROWS.items():
        cells: list[str] = []
        for column in (0, 1):
            ratio = median(own[column] / floor[column] for own, floor in zip(times[name], times["floor"], strict=True))
            if column == 0:
                ratios[name] = ratio
            cells.append(f"{1000 * median(own[column] for own in times[name]):6.1f} ms {ratio:6.2f}")
        print(f"{name:6} {cells[0]}   {cells[1]}   {statement}")
    verdict = "met" if ratios["A"] <= GOAL else "NOT met"
    print(f"\ngoal: the import of A takes at most {GOAL} of the floor: {ratios['A']:.2f}, {verdict}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
