"""Answers that lack what they need."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from console.problems import Failure, Suspect, classify


@contextmanager
def told_whole() -> Iterator[None]:
    """Within it what an answer of AWS lacks, and cannot be done without, is a `Failure` that names it."""
    try:
        yield
    except Suspect as error:
        raise Failure(classify(error)) from error
    except KeyError as error:
        raise Failure(classify(Suspect(f"An answer lacks {error}, without which nobody knows how it is."))) from error
    except IndexError as error:
        raise Failure(classify(Suspect("An answer lists nothing where it must: nobody knows how it is."))) from error
