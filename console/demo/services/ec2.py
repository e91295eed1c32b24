"""Amazon EC2: reserved instances can be purchased; in the demo they cost nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from moto.core.responses import ActionResult
from moto.ec2.responses.reserved_instances import ReservedInstances

from console.demo.services.shapes import refuse, replace

if TYPE_CHECKING:
    from console.demo.world import World

ADDS = ("ec2: purchase_reserved_instances_offering, describe_reserved_instances",)

KIND: Final = "ec2.reserved"
_OFFERED: Final = "reserved_instances_offering_id"
_FIELDS: Final = ("instance_type", "product_description", "offering_type", "duration")


def install(world: World) -> None:
    """Keep what was purchased."""

    def purchase(self: ReservedInstances) -> ActionResult:
        self.error_on_dryrun()
        wanted, count = self._get_param("ReservedInstancesOfferingId"), self._get_int_param("InstanceCount", 1)
        offers = self.ec2_backend.describe_reserved_instances_offerings({})
        offer = next((one for one in offers if _of(one, _OFFERED) == wanted), None)
        if offer is None:
            raise refuse("InvalidReservedInstancesOfferingId", f"The offering {wanted} does not exist.")
        identity = f"{world.random.getrandbits(128):032x}"
        made: dict[str, Any] = {"ReservedInstancesId": identity, "InstanceCount": count, "State": "active"}
        made |= {"".join(part.title() for part in name.split("_")): _of(offer, name) for name in _FIELDS}
        world.things[KIND, self.current_account, self.region].append(made | {"Start": world.now()})
        return ActionResult({"ReservedInstancesId": identity})

    def describe(self: ReservedInstances) -> ActionResult:
        return ActionResult({"ReservedInstances": world.things[KIND, self.current_account, self.region]})

    replace(ReservedInstances, "purchase_reserved_instances_offering", purchase)
    replace(ReservedInstances, "describe_reserved_instances", describe)


def _of(offer: Any, name: str) -> Any:
    if isinstance(offer, dict):
        return offer.get("".join(part.title() for part in name.split("_")))
    return getattr(offer, name, None)
