"""Every line of the scorecard: a module is named here once, each line in it is found."""

from __future__ import annotations

from tests.scorecard import calls, credentials, ends, faults, gate, kills, races, secrets, soak, terminals, texts
from tests.scorecard.card import Line

MODULES = (texts, credentials, faults, ends, soak, secrets, calls, terminals, gate, kills, races)

LINES = {
    found.number: found
    for found in sorted(
        (value for module in MODULES for value in vars(module).values() if isinstance(value, Line)),
        key=lambda each: each.number,
    )
}
