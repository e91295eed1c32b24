"""Arming on the screen: for one stack, account and region, and no longer than all of them stay the same."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest
from textual.pilot import Pilot

from console.desk.shell import HostShell
from console.options import Options
from console.stack.stack import Stack
from screens.modals.arm import ArmModal
from tests.pilot.scripted import LEDGER, MINES, NO_CREDENTIALS, SIZES, ScriptedDesk, console, shows, text, until

UNSAID = Stack(name="shop", environment="staging", region="eu-west-1")
LIKE = Stack(name="expo", environment="prod", production=False, region="eu-west-1")
OTHER_ACCOUNT = "999988887777"


async def arm(pilot: Pilot[int]) -> None:
    """Arm what is open."""
    await shows(pilot, "READ-ONLY", "user/ops")
    await pilot.press("W")
    await until(pilot, lambda: isinstance(pilot.app.screen, ArmModal))
    await shows(pilot, "Only for account 123456789012 in ")
    await pilot.press(*"inc 42", "enter")
    await shows(pilot, "WRITE 29:")


@pytest.mark.parametrize("size", SIZES)
async def test_the_account_and_region_are_named_before_writing_is_armed_for_them(size: tuple[int, int]) -> None:
    async with console(ScriptedDesk(stacks=(LEDGER,)), size) as pilot:
        await pilot.press("W")
        await shows(pilot, "Read-only, since it is marked production.", "Only for account 123456789012 in us-east-1")
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(pilot.app.screen, ArmModal))
        await arm(pilot)


async def test_opening_another_stack_ends_it_for_good() -> None:
    desk = ScriptedDesk(stacks=(LEDGER, MINES))
    async with console(desk) as pilot:
        await shows(pilot, "[S Stacks]")
        desk.choose(LEDGER)
        await arm(pilot)
        desk.choose(LEDGER)
        await shows(pilot, "WRITE 29:")
        desk.choose(MINES)
        await shows(pilot, "mines", "write")
        desk.choose(LEDGER)
        await shows(pilot, "ledger", "READ-ONLY")
        assert "has ended: another stack was opened." in (desk.write_state.refusal(LEDGER) or "")


async def test_credentials_of_another_account_end_it_for_good() -> None:
    desk = ScriptedDesk(stacks=(LEDGER,))
    async with console(desk) as pilot:
        await arm(pilot)
        desk.sign_in_to(OTHER_ACCOUNT)
        await shows(pilot, OTHER_ACCOUNT, "READ-ONLY")
        desk.sign_in_to("123456789012")
        await shows(pilot, "123456789012", "READ-ONLY")
        said = desk.write_state.refusal(LEDGER) or ""
        assert f"it was for account 123456789012, and this is account {OTHER_ACCOUNT}" in said


async def test_a_shell_is_not_opened_in_another_account_than_writing_was_armed_for() -> None:
    """Whose the credentials are is known for certain only when the shell's connection is there."""
    desk = ScriptedDesk(stacks=(LEDGER,))
    async with console(desk) as pilot:
        await arm(pilot)
        desk.whose = OTHER_ACCOUNT
        said = await desk.shell(HostShell("box"), LEDGER)
        assert isinstance(said, str) and f"and this is account {OTHER_ACCOUNT}" in said


@pytest.mark.parametrize("choice", [{"profile": "ops"}, {"region": "us-east-1"}, {}], ids=str)
async def test_choosing_profile_and_region_anew_ends_it(choice: dict[str, str]) -> None:
    desk = ScriptedDesk(stacks=(LEDGER,), options=Options(write=True, reason="inc 42"))
    async with console(desk) as pilot:
        await shows(pilot, "WRITE 29:")
        await desk.reopen(replace(desk.options, **choice))
        await desk.meet(LEDGER)
        await shows(pilot, "user/ops", "READ-ONLY")
        assert "has ended: profile and region were chosen anew." in (desk.write_state.refusal(LEDGER) or "")


async def test_a_file_that_is_loaded_anew_with_another_account_ends_it() -> None:
    desk = ScriptedDesk(stacks=(LEDGER,))
    async with console(desk) as pilot:
        await arm(pilot)
        desk.choose(msgspec.structs.replace(LEDGER, account=OTHER_ACCOUNT))
        await shows(pilot, "READ-ONLY")


async def test_at_the_start_only_what_is_open_first_is_armed() -> None:
    desk = ScriptedDesk(stacks=(LEDGER, UNSAID), options=Options(write=True, reason="inc 42"))
    async with console(desk) as pilot:
        await shows(pilot, "[S Stacks]", "ledger", "shop", "✗1 ▲1 ●1")
        assert desk.write_state.refusal(LEDGER) and desk.write_state.refusal(UNSAID)
        await pilot.press("j", "enter")
        await shows(pilot, "[1 Health]", "shop", "WRITE 29:")
        desk.choose(LEDGER)
        await shows(pilot, "■ PRODUCTION ■", "READ-ONLY")


async def test_nothing_is_armed_while_nobody_knows_whose_account_it_is() -> None:
    desk = ScriptedDesk(stacks=(LEDGER,))
    desk.sign(NO_CREDENTIALS)
    async with console(desk) as pilot:
        await pilot.press("W")
        await until(pilot, lambda: isinstance(pilot.app.screen, ArmModal))
        await shows(pilot, "No AWS credentials were found. Set AWS_PROFILE.")
        await pilot.press(*"inc 42", "enter")
        await shows(pilot, "It is not known yet in whose account stack ledger is.")
        assert isinstance(pilot.app.screen, ArmModal) and desk.write_state.refusal(LEDGER)


@pytest.mark.parametrize(
    ("stack", "header", "why"),
    [
        (UNSAID, "? staging, production not said", "its stack file does not say whether it is production."),
        (LIKE, "? prod, production in doubt", 'production = false, but its environment is named "prod".'),
    ],
    ids=["unsaid", "contradictory"],
)
async def test_what_is_not_said_to_be_harmless_says_why_it_is_read_only(stack: Stack, header: str, why: str) -> None:
    async with console(ScriptedDesk(stacks=(stack,)), (120, 40)) as pilot:
        await shows(pilot, header, "READ-ONLY")
        await pilot.press("W")
        await shows(pilot, why.split(",")[0], "Only for account 123456789012")
        await pilot.press("escape")
        await arm(pilot)


async def test_the_list_of_stacks_tells_them_apart() -> None:
    async with console(ScriptedDesk(stacks=(MINES, LEDGER, UNSAID, LIKE)), (120, 40)) as pilot:
        await shows(pilot, "staging", "■ PRODUCTION", "? not said", "? in doubt")
        assert "PRODUCTION" not in next(line for line in text(pilot).splitlines() if " mines " in line)
