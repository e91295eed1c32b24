"""Whether a run can be taken back, and if not, why."""

from __future__ import annotations

from console.journal.reconcile import state_of
from console.journal.records import AT_WORK, RunRecord


def why_not_undone(run: RunRecord) -> str:
    """Why a run cannot be taken back, as sentences; empty where it can. A plan may still find another reason."""
    if "operation" not in run.undo:
        return str(run.undo.get("reason") or "Nothing takes this back.")
    if run.undone_by:
        return f"Run {run.undone_by} has taken it back already."
    if state_of(run) in AT_WORK:
        return "It is still being made. Next: wait for its end, or stop it."
    if run.changed is False:
        return f"Nothing was changed by it: it is {state_of(run)}."
    return ""
