"""How a change happens: plan, confirmation, record, apply, watch, verification, undo. Nothing else changes anything."""
