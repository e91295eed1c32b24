"""What is not said to be harmless is guarded; names of production are words."""

from __future__ import annotations

import pytest

from console.stack.found_account import Account
from console.stack.stack import Stack
from console.stack.standing import Standing, like_production
from console.stack_files.file import parse

PRODUCTION = [
    *("prod", "production", "prd", "live", "PROD", "Production", "prod-eu", "eu-prod", "eu_prod", "prod1", "prod.2"),
    *("euProd", "ProdEU", "prod eu", "a/prod", "prod-like", "staging-and-prod", "non-prod-prod"),
    *("EUProd", "USProduction", "no-prod", "shop-prodn", "Produktion"),
]
OTHERS = [
    *("staging", "dev", "test", "unknown", "nonprod", "preprod", "non-prod", "Non-Production", "pre_prod", "not-prod"),
    *("product", "products", "reproduction", "delivery", "alive", "liveness", "approd", "demo", "x"),
]


@pytest.mark.parametrize("environment", PRODUCTION)
def test_an_environment_named_like_production(environment: str) -> None:
    assert like_production(environment, "shop") == f'its environment is named "{environment}"'


@pytest.mark.parametrize("environment", OTHERS)
def test_an_environment_named_otherwise(environment: str) -> None:
    assert like_production(environment, "shop") == ""


@pytest.mark.parametrize(
    ("name", "like"), [("shop-prod", True), ("production", True), ("prd.shop", True), ("live-map", False), ("a", False)]
)
def test_a_stack_named_like_production(name: str, like: bool) -> None:
    assert bool(like_production("staging", name)) is like


@pytest.mark.parametrize(
    ("said", "standing", "guarded"),
    [
        ("production = true", Standing.PRODUCTION, True),
        ("", Standing.UNSAID, True),
        ('environment = "staging"', Standing.UNSAID, True),
        ('environment = "prod"', Standing.UNSAID, True),
        ("production = false", Standing.HARMLESS, False),
        ('environment = "staging"\nproduction = false', Standing.HARMLESS, False),
        ('environment = "prod-eu"\nproduction = false', Standing.CONTRADICTORY, True),
        ('environment = "staging"\nproduction = true', Standing.PRODUCTION, True),
    ],
)
def test_only_a_word_that_nothing_contradicts_makes_a_stack_harmless(
    said: str, standing: Standing, guarded: bool
) -> None:
    stack = parse(f'name = "shop"\n{said}\n', "shop.toml")
    assert (stack.standing, stack.guarded, bool(stack.guard)) == (standing, guarded, guarded)


def test_an_account_without_a_stack_file_is_guarded() -> None:
    account = Account(name="account-111111111111")
    assert account.guarded and account.guard == "no stack file says that it is not production"


@pytest.mark.parametrize(
    ("stack", "nature"),
    [
        (Stack(name="a", environment="eu", production=True), "eu, PRODUCTION"),
        (Stack(name="a", environment="eu", production=False), "eu"),
        (Stack(name="a"), "unknown, production not said"),
        (Stack(name="a", environment="prod", production=False), "prod, production in doubt"),
    ],
)
def test_a_stack_says_of_what_nature_it_is(stack: Stack, nature: str) -> None:
    assert stack.nature == nature
