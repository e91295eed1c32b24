"""AWS Systems Manager: which instances its agent knows, their patches, and what commands wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from moto.ssm.responses import SimpleSystemManagerResponse as Responses

from console.demo.services.shapes import Request, add

if TYPE_CHECKING:
    from console.demo.world import World

ADDS = ("ssm: describe_instance_information, describe_instance_patch_states, list_command_invocations",)

_OUTPUT: Final = "Patch Summary for {instance}\nInstalledCount : 311\nMissingCount : {missing}\nFailedCount : 0\n"


def install(world: World) -> None:
    """Add what the agents tell."""

    def running(request: Request) -> list[Any]:
        reservations = world.backend("ec2", request.region, request.account).reservations.values()
        found = [instance for reservation in reservations for instance in reservation.instances]
        return [instance for instance in found if instance.state == "running"]

    def describe_instance_information(request: Request) -> dict[str, Any]:
        return {
            "InstanceInformationList": [
                {
                    "InstanceId": instance.id,
                    "PingStatus": "Online",
                    "LastPingDateTime": world.now(),
                    "AgentVersion": "3.3.2299.0",
                    "IsLatestVersion": True,
                    "PlatformType": "Linux",
                    "PlatformName": "Amazon Linux",
                    "PlatformVersion": "2023",
                    "ResourceType": "EC2Instance",
                    "IPAddress": instance.private_ip,
                    "ComputerName": instance.private_dns_name,
                }
                for instance in running(request)
            ]
        }

    def describe_instance_patch_states(request: Request) -> dict[str, Any]:
        asked = request.params["InstanceIds"]
        return {
            "InstancePatchStates": [
                {
                    "InstanceId": instance.id,
                    "PatchGroup": "",
                    "BaselineId": "pb-0123456789abcdef0",
                    "OperationStartTime": world.ago(hours=20),
                    "OperationEndTime": world.ago(hours=19.9),
                    "Operation": "Scan",
                    "InstalledCount": 311,
                    "MissingCount": missing(instance),
                    "FailedCount": 0,
                }
                for instance in running(request)
                if instance.id in asked
            ]
        }

    def list_command_invocations(request: Request) -> dict[str, Any]:
        ssm = world.backend("ssm", request.region, request.account)
        wanted, instance = request.params.get("CommandId"), request.params.get("InstanceId")
        names = {one.id: one for one in running(request)}
        return {
            "CommandInvocations": [
                {
                    "CommandId": command.command_id,
                    "InstanceId": target,
                    "DocumentName": command.document_name,
                    "Comment": command.comment or "",
                    "RequestedDateTime": command.requested_date_time,
                    "Status": "Success",
                    "StatusDetails": "Success",
                    "CommandPlugins": [
                        {
                            "Name": "PatchLinux",
                            "Status": "Success",
                            "ResponseCode": 0,
                            "Output": _OUTPUT.format(instance=target, missing=missing(names.get(target))),
                        }
                    ],
                }
                for command in ssm._commands
                if wanted in (None, command.command_id)
                for target in command.instance_ids
                if instance in (None, target)
            ]
        }

    add(Responses, "DescribeInstanceInformation", describe_instance_information)
    add(Responses, "DescribeInstancePatchStates", describe_instance_patch_states)
    add(Responses, "ListCommandInvocations", list_command_invocations)


def missing(instance: Any) -> int:
    """How many patches an instance lacks; always the same for the same one."""
    return int(instance.id[-1], 16) % 5 if instance else 0
