"""How many messages would have been answered in time under other limits: ``python examples/what_if.py`` counts it."""

from datetime import UTC, datetime

from casework import Desk, Limit, MemoryStore, Rulebook, Timekeeper
from casework.adapters.importing import import_messages
from casework.rulebook import shipped_file
from casework.simulation import what_if
from casework.sla import Count

rulebook = Rulebook.shipped("yunxi")
desk = Desk(rulebook, store=MemoryStore(), now=lambda: datetime(2020, 8, 31, tzinfo=UTC))
print(import_messages(desk, shipped_file("yunxi", "messages-2020-07.csv")))

keeper = Timekeeper(rulebook.calendar(), rulebook.zone)
limits = {f"{n} working days": (Limit(n, "working days"), Count()) for n in (1, 3, 5, 7)}
for row in what_if(desk.store, keeper, limits):
    print(f"within {row.name}: {row.met} of {row.cases}")
