"""The steps of a plan. Each shows itself as a shell command and runs itself: what is shown is what is run."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from console.operations.complete_answers import told_whole
from console.operations.preview import Shell, call_words, quote
from console.operations.secret import Secret
from console.operations.step_context import Changed, Done, StepFailed, Work
from console.operations.step_values import Blob, Result, parts_of
from console.problems import Failure, ProblemKind
from console.text import Clean, clean

RESEND_AFTER: Final = (0.5, 1.0, 2.0, 4.0)
"""Seconds before a call is sent again of which it is proved that it did not run."""

_PASSES: Final = frozenset({ProblemKind.NETWORK, ProblemKind.THROTTLED, ProblemKind.SUSPECT})
"""Problems that a wait sits out."""

_BLIND: Final = frozenset({ProblemKind.LOGIN, ProblemKind.REFUSED, ProblemKind.DENIED, ProblemKind.SKEW})
"""Problems of whoever looks, which say nothing of what is looked at."""


@dataclass(frozen=True, kw_only=True)
class Step(ABC):
    """One step. `name` is what a `Result` and `happened` know it by; `title` is for people.

    `kind` says in a word what sort of step it is, `changes` whether it changes something.
    """

    name: str = ""
    title: str = ""
    kind: ClassVar[str]
    changes: ClassVar[bool] = True

    @property
    def id(self) -> str:
        """Its name, or what it is."""
        return self.name or self.kind

    @abstractmethod
    def preview(self, shell: Shell) -> tuple[str, ...]:
        """The shell commands that would do the same."""

    @abstractmethod
    async def run(self, work: Work) -> Done:
        """Do it. Raises `StepFailed`."""

    def needs(self) -> tuple[Result, ...]:
        """The results of earlier steps that it uses."""
        return ()

    def makes_secret(self) -> bool:
        """Whether someone must be shown something that it makes."""
        return False


@dataclass(frozen=True)
class Call(Step):
    """One AWS call that changes something. `service` and `operation` are boto3's names.

    `expect` is the key that a true answer always has; `secrets` are parts of the answer that are handed over
    once and never kept, JMESPath by name. `begins` is the JMESPath of the id of what the call begins, such as a
    deployment: it is kept in the journal, so that a `Wait` judges that one and no other.
    """

    service: str
    operation: str
    params: Mapping[str, Any]
    expect: str | None = None
    region: str | None = None
    secrets: Mapping[str, str] = field(default_factory=dict)
    begins: str = ""
    kind: ClassVar[str] = "call"

    @property
    def id(self) -> str:
        """Its name, or the API operation that it calls."""
        return self.name or self.operation

    def needs(self) -> tuple[Result, ...]:
        """The results of earlier steps that it uses."""
        return tuple(part for part in parts_of(self.params) if isinstance(part, Result))

    def makes_secret(self) -> bool:
        """Whether someone must be shown something that it makes."""
        made = (part for part in parts_of(self.params) if isinstance(part, Secret) and part.is_made)
        return bool(self.secrets) or any(made)

    def preview(self, shell: Shell, variables: tuple[Result, ...] = ()) -> tuple[str, ...]:
        """The aws command; with `variables` it keeps what later steps need of its answer."""
        words = call_words(self.service, self.operation, self.params)
        if not variables:
            return (shell.aws(self.service, words, self.region),)
        query = ", ".join(result.path for result in variables)
        command = shell.aws(self.service, [*words, "--query", quote(f"[{query}]"), "--output text"], self.region)
        return (f"read -r {' '.join(result.variable for result in variables)} < <({command})",)

    async def run(self, work: Work) -> Done:
        """Send it once; again only on proof that nothing ran."""
        try:
            params = resolved(self.params, work)
        except (OSError, LookupError) as error:
            raise StepFailed(clean(error)) from error
        answer = await self._send(params, work)
        work.answers[self.id] = answer
        work.secrets |= {name: str(search(path, answer)) for name, path in self.secrets.items()}
        begun = clean(search(self.begins, answer) or "") if self.begins else Clean("")
        if begun:
            work.begun[self.id] = begun
        return Done(clean(answer["ResponseMetadata"]["RequestId"]), begun=begun)

    async def _send(self, params: dict[str, Any], work: Work) -> dict[str, Any]:
        from console.aws.proof import Proof, proof_of

        waits = iter(RESEND_AFTER)
        while True:
            try:
                return await work.writes.call(
                    self.service, self.operation, expect=self.expect, region=self.region, **params
                )
            except Failure as failure:
                proof, wait = proof_of(failure), next(waits, None)
                if proof is not Proof.NOTHING_RAN or wait is None:
                    changed = Changed.PERHAPS if proof is Proof.NONE else Changed.NOTHING
                    raise StepFailed(str(failure), changed) from failure
                work.tell(f"{failure.problem.what} It did not run and is sent again in {wait:g} s.", None)
            await work.sleep(wait)
            if why := await work.moved(None):
                raise StepFailed(why)


@dataclass(frozen=True, slots=True)
class Waited:
    """What a look at a wait's progress showed. `failed` says why it will never end well."""

    done: bool
    text: Clean
    fraction: float | None = None
    failed: Clean = Clean("")


@dataclass(frozen=True)
class Wait(Step):
    """Waits until AWS has done what was asked, looking every so many seconds (sooner at first), for at most so many.

    `read` and `params` are the call to look with, `judge` reads its answer; `waiter` is the aws command line's
    own name for this wait, where it has one. `of` is the step whose `begins` it waits for: `judge` is given that id,
    too, where it is known.
    """

    service: str
    read: str
    params: Mapping[str, Any]
    expect: str
    judge: Callable[..., Waited]
    waiter: str = ""
    of: str = ""
    region: str | None = None
    every: float = 5.0
    at_most: float = 1800.0
    kind: ClassVar[str] = "wait"
    changes: ClassVar[bool] = False

    def preview(self, shell: Shell) -> tuple[str, ...]:
        """The aws command line's wait, or the call that is made again and again."""
        words = call_words(self.service, self.waiter or self.read, self.params)
        if self.waiter:
            return (shell.aws(self.service, ["wait", *words], self.region),)
        return (f"# every {self.every:g} s: {self.title}", shell.aws(self.service, words, self.region))

    async def run(self, work: Work) -> Done:
        """Look until it is done. A look that fails for a while is sat out."""
        waited, pause = 0.0, min(1.0, self.every)
        while True:
            if (found := await self._look(work)).done:
                return Done(what=found.text)
            if waited >= self.at_most:
                what = f"It is not done after {self.at_most / 60:.0f} min ({found.text}), and AWS goes on with it."
                raise StepFailed(f"{what} Next: look at it.", unsettled=True)
            await work.sleep(pause)
            waited += pause
            pause = min(2 * pause, self.every)

    async def _look(self, work: Work) -> Waited:
        try:
            answer = await work.reads.call(
                self.service, self.read, expect=self.expect, region=self.region, **self.params
            )
            with told_whole():
                found = self.judge(answer, *([work.begun[self.of]] if self.of in work.begun else []))
        except Failure as failure:
            if failure.problem.kind not in _PASSES:
                raise StepFailed(str(failure), unsettled=failure.problem.kind in _BLIND) from failure
            found = Waited(done=False, text=failure.problem.what)
        if found.failed:
            raise StepFailed(found.failed)
        work.tell(found.text, found.fraction)
        return found


def search(path: str, answer: Mapping[str, Any]) -> Any:
    """What a JMESPath expression finds in an answer."""
    import jmespath

    return jmespath.search(path, answer)


def resolved(value: Any, work: Work) -> Any:
    """A parameter with everything in it known. Raises OSError and LookupError."""
    if isinstance(value, Secret):
        return work.reveal(value)
    if isinstance(value, Result):
        found = search(value.path, work.answers.get(value.step, {}))
        if found is None:
            raise LookupError(f"Step {value.step} did not answer {value.path}, which this step needs.")
        return found
    if isinstance(value, Blob):
        return value.read()
    if isinstance(value, Mapping):
        return {key: resolved(item, work) for key, item in value.items()}
    return [resolved(item, work) for item in value] if isinstance(value, (list, tuple)) else value
