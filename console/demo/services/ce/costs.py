"""What the stacks of the demo cost: a bill for each day, made of prices that are near AWS's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from console.demo.credentials import GIFT_ACCOUNT
from console.demo.shapes import seed_of, unit_noise
from console.demo.world import ACCOUNT

RISE_DAYS: Final = 5
"""For how many days data transfer of CloudFront has cost four times as much: what a high bill is made of."""


@dataclass(frozen=True, slots=True)
class BillLine:
    """One line of the bill: what a service costs a day for a project, and how much is used."""

    account: str
    project: str
    service: str
    usage: str
    region: str
    dollars: float
    amount: float


_BILL: Final = """
mra-mines; Amazon Elastic Container Service; EUW1-Fargate-vCPU-Hours:perCPU; eu-west-1; 1.42; 24
mra-mines; AWS Lambda; EUW1-Lambda-GB-Second; eu-west-1; 0.61; 36000
mra-mines; Amazon DynamoDB; EUW1-ReadRequestUnits; eu-west-1; 0.48; 1700000
mra-mines; Amazon CloudFront; EU-DataTransfer-Out-Bytes; global; 1.93; 22
mra-mines; Amazon Simple Storage Service; EUW1-TimedStorage-ByteHrs; eu-west-1; 0.17; 7
personal-journal; Amazon Elastic Container Service; USE1-Fargate-vCPU-Hours:perCPU; us-east-1; 3.90; 96
personal-journal; Amazon DocumentDB (with MongoDB compatibility); InstanceUsage:db.t3.medium; us-east-1; 3.74; 48
personal-journal; Amazon Elastic Load Balancing; LoadBalancerUsage; us-east-1; 0.61; 24
gift-tracker; Amazon API Gateway; USE1-ApiGatewayRequest; us-east-1; 0.66; 190000
gift-tracker; AWS Lambda; Lambda-GB-Second; us-east-1; 0.34; 20000
gift-tracker; Amazon DynamoDB; TimedStorage-ByteHrs; us-east-1; 0.29; 3
expo-project; Amazon Elastic Compute Cloud - Compute; APS3-BoxUsage:t3.small; ap-south-1; 1.08; 48
expo-project; Amazon Relational Database Service; APS3-InstanceUsage:db.t3.micro; ap-south-1; 0.50; 24
operations; Amazon Elastic Container Service for Kubernetes; AmazonEKS-Hours:perCluster; us-east-1; 2.40; 24
operations; Amazon Elastic Compute Cloud - Compute; BoxUsage:m5.large; us-east-1; 18.40; 192
operations; Amazon Relational Database Service; Multi-AZUsage:db.t3.medium; us-east-1; 3.26; 24
operations; AmazonCloudWatch; CW:MetricMonitorUsage; us-east-1; 1.12; 3.7
"""
"""Project; service; usage type; region; US dollars a day; amount used a day."""


def _line(text: str) -> BillLine:
    project, service, usage, region, dollars, amount = text.split("; ")
    account = GIFT_ACCOUNT if project == "gift-tracker" else ACCOUNT
    return BillLine(account, project, service, usage, region, float(dollars), float(amount))


_LINES: Final = tuple(_line(text) for text in _BILL.strip().splitlines())

GROUPS: Final[Mapping[str, Callable[[BillLine], str]]] = {
    "SERVICE": lambda line: line.service,
    "USAGE_TYPE": lambda line: line.usage,
    "REGION": lambda line: line.region,
    "LINKED_ACCOUNT": lambda line: line.account,
}
"""Dimensions by which costs can be grouped and filtered here."""


def lines(account: str, day: date, today: date) -> Iterator[BillLine]:
    """The bill of one day, which wavers a little; nothing is billed for the future."""
    for line in _LINES if day <= today else ():
        if line.account == account:
            waver = 0.94 + 0.12 * unit_noise(seed_of(line.usage + line.project), day.toordinal())
            rise = 4.0 if line.service == "Amazon CloudFront" and day > today - timedelta(days=RISE_DAYS) else 1.0
            quiet = 0.8 if day.weekday() >= 5 and "Request" in line.usage else 1.0
            factor = waver * rise * quiet
            yield replace(line, dollars=line.dollars * factor, amount=line.amount * factor)


def total(account: str, day: date, today: date) -> float:
    """What an account cost on a day, in US dollars."""
    return sum(line.dollars for line in lines(account, day, today))
