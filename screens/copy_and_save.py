"""What leaves the console by hand: names to the clipboard, what is shown to a file."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from textual.app import App
from textual.content import Content

from screens.save import save_text
from widgets.table.layout import plain
from widgets.table.table import Table
from widgets.terminal.clipboard import send


def copy(app: App[Any], text: str) -> None:
    """Send text to the terminal's clipboard, and say no more than is known of it."""
    shown = text if len(text) <= 60 else f"{text[:57]}..."
    app.notify(f"{shown}\n{send(app, text)}", markup=False)


async def save(app: App[Any], name: str, text: str) -> None:
    """Write what is shown to a file in the working folder, and name it."""
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.")[:80]
    try:
        path = await asyncio.to_thread(save_text, f"{stem}.txt", f"{text.rstrip()}\n")
    except OSError as error:
        app.notify(f"It could not be saved: {error.strerror}.", severity="error", markup=False)
        return
    app.notify(f"Saved to {path}", markup=False)


def table_text(table: Table[Any]) -> str:
    """A table as text: every column in full, the rows in the order shown."""
    model = table.model
    lines = [[column.title for column in model.columns]]
    lines += [[plain(column.shown(model.rows[index])) for column in model.columns] for index in model.order]
    widths = [max(len(line[at]) for line in lines) for at in range(len(model.columns))]
    return "\n".join(
        "  ".join(cell.ljust(size) for cell, size in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def lines_text(lines: list[Content]) -> str:
    """Lines of content as text."""
    return "\n".join(line.plain.rstrip() for line in lines)
