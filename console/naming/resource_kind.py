"""What a kind of resource is: what people call it, how its resources are named, and what name an ARN stands for.

Names, not ARNs, make the ids and dimensions that are asked for: ``service/CLUSTER/NAME``, ``TableName``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from console.naming import arn
from console.naming.arn import Arn
from console.naming.partitions import partition_of


@dataclass(frozen=True, slots=True, eq=False)
class ResourceKind:
    """A kind of resource, made once, in its service's room; whatever concerns the kind names this object.

    `name` is what people call one of it, as AWS writes it (``ECS service``), `many` several of them, and `noun` is the
    word for it beside its name (``service``). `service` and `resource` are those parts of its ARN; `resource` is a
    regular expression: its group ``name`` is the name, other groups are what the key or parameter of that name beside
    it must say. `form` is that part for people. An ARN without region or account has False for `regional` or `owned`.
    `pattern` is what a name may be. `short` are forms without ``arn:`` that AWS takes too; `whole` says that the ARN
    itself is the name; `prefix` goes before the name that an ARN stands for.

    `parent` is the kind in which it is, and without which AWS does not find it. `log_group` is the log group that AWS
    writes for it, with ``{}`` for its name; where it ends with a slash, all that begin so. `hint` is a regular
    expression of words by which people tell it from others (``orders_table``). The names of an `opaque` kind are ids,
    which tell people nothing.

    A kind that has no ARN of its own, or none that anybody would give, has a `name` alone.
    """

    name: str
    service: str = ""
    resource: str = ""
    form: str = ""
    pattern: str = ""
    many: str = ""
    noun: str = ""
    regional: bool = True
    owned: bool = True
    whole: bool = False
    short: str = ""
    prefix: str = ""
    parent: ResourceKind | None = None
    log_group: str = ""
    hint: str = ""
    opaque: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "many", self.many or f"{self.name}s")
        object.__setattr__(self, "noun", self.noun or self.name.rpartition(" ")[2])

    @property
    def example(self) -> str:
        """What its ARN looks like."""
        region, account = "REGION" if self.regional else "", "ACCOUNT" if self.owned else ""
        return f"arn:aws:{self.service}:{region}:{account}:{self.form}"

    @property
    def wanted(self) -> str:
        """What to give, as a sentence."""
        either = "" if self.whole else "its name, or "
        return f"Next: give the {self.name} by {either}its ARN: {self.example}."


@dataclass(frozen=True, slots=True)
class Name:
    """A name that was read; `arn` is what it was read from, `beside` what that says of the keys beside it."""

    text: str
    arn: Arn | None = None
    beside: Mapping[str, str] = field(default_factory=dict)


def read(text: str, kind: ResourceKind) -> Name:
    """The name that a text gives, be it a name or an ARN. Raises `ValueError`, whose sentence lacks its subject.

    Whether account and region fit is for `contradiction`.
    """
    if arn.is_arn(text):
        return _from_arn(text, kind)
    if kind.short and ":" in text and (found := re.fullmatch(kind.short, text)):
        region, account = found["region"] or "", found["account"] or ""
        partition = partition_of(region) if region else ""
        return _name(found, Arn(partition, kind.service, region, account, text), kind)
    if kind.whole or not re.fullmatch(kind.pattern, text):
        why = "has spaces around it" if text != text.strip() else f"is no name of the kind {kind.name}"
        raise ValueError(f"{why}. {kind.wanted}")
    return Name(text)


def _from_arn(text: str, kind: ResourceKind) -> Name:
    try:
        parts = arn.read(text)
    except ValueError as error:
        raise ValueError(f"{error}. {kind.wanted}") from None
    found = re.fullmatch(kind.resource, parts.resource) if parts.service == kind.service else None
    if found is None:
        raise ValueError(f"is the ARN of something else. {kind.wanted}")
    if (bool(parts.region), bool(parts.account)) != (kind.regional, kind.owned):
        raise ValueError(f"has a region or an account too many or too few. {kind.wanted}")
    return Name(text, parts) if kind.whole else _name(found, parts, kind)


def _name(found: re.Match[str], parts: Arn, kind: ResourceKind) -> Name:
    groups = {key: value for key, value in found.groupdict().items() if value and key not in ("region", "account")}
    if "qualifier" in groups:
        raise ValueError(f"names one version or alias of it. {kind.wanted}")
    return Name(f"{kind.prefix}{groups.pop('name')}", parts, groups)


def contradiction(there: Arn, *, account: str | None = None, region: str | None = None) -> str:
    """How an ARN contradicts the account and the region that it should be in, as the end of a sentence.

    Empty where it does not, as far as it and they tell.
    """
    if account and there.account not in ("", account):
        return f"is an ARN of account {there.account}, not {account}"
    if region and there.region not in ("", region):
        return f"is an ARN in {there.region}, not {region}"
    if region and there.partition not in ("", partition_of(region)):
        return f"is an ARN in {there.partition}, not {partition_of(region)}, where {region} is"
    return ""
