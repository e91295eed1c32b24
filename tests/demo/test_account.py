"""What watches over the accounts of the demo: CloudTrail, GuardDuty, load balancers, identities."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.conftest import DemoServer


def test_each_change_is_found_in_cloudtrail(demo: DemoServer) -> None:
    logs, trail = demo.client("logs"), demo.client("cloudtrail")
    logs.create_log_group(logGroupName="/test/trail")
    logs.describe_log_groups()
    by_name = [{"AttributeKey": "EventName", "AttributeValue": "CreateLogGroup"}]
    event = trail.lookup_events(LookupAttributes=by_name)["Events"][0]
    assert (event["Username"], event["EventSource"]) == ("operator", "logs.amazonaws.com")
    assert {"ResourceType": "logGroupName", "ResourceName": "/test/trail"} in event["Resources"]
    reads = [{"AttributeKey": "EventName", "AttributeValue": "DescribeLogGroups"}]
    assert trail.lookup_events(LookupAttributes=reads)["Events"] == []
    logs.delete_log_group(logGroupName="/test/trail")


def test_no_secret_reaches_cloudtrail(demo: DemoServer) -> None:
    cognito, trail = demo.client("cognito-idp"), demo.client("cloudtrail")
    pool, name = "eu-west-1_Xk4mRa7Qz", "trail-test@example.com"
    cognito.admin_create_user(UserPoolId=pool, Username=name, MessageAction="SUPPRESS")
    cognito.admin_set_user_password(UserPoolId=pool, Username=name, Password="Sentinel-4711", Permanent=True)
    assert "Sentinel" not in str(trail.lookup_events()["Events"])
    cognito.admin_delete_user(UserPoolId=pool, Username=name)


def test_findings_are_chosen_by_severity_and_archived(demo: DemoServer) -> None:
    guard = demo.client("guardduty", "personal-journal")
    (detector,) = guard.list_detectors()["DetectorIds"]
    grave = {"Criterion": {"severity": {"Gte": 7}, "service.archived": {"Eq": ["false"]}}}
    (identity,) = guard.list_findings(DetectorId=detector, FindingCriteria=grave)["FindingIds"]
    (finding,) = guard.get_findings(DetectorId=detector, FindingIds=[identity])["Findings"]
    assert finding["Type"] == "UnauthorizedAccess:IAMUser/MaliciousIPCaller.Custom"
    guard.archive_findings(DetectorId=detector, FindingIds=[identity])
    assert guard.list_findings(DetectorId=detector, FindingCriteria=grave)["FindingIds"] == []
    guard.unarchive_findings(DetectorId=detector, FindingIds=[identity])


def test_the_last_page_of_findings_has_an_empty_token(demo: DemoServer) -> None:
    guard = demo.client("guardduty", "personal-journal")
    (detector,) = guard.list_detectors()["DetectorIds"]
    first = guard.list_findings(DetectorId=detector, MaxResults=1)
    assert first["NextToken"]
    assert guard.list_findings(DetectorId=detector)["NextToken"] == ""
    elsewhere = {"Criterion": {"accountId": {"Equals": ["999999999999"]}}}
    assert guard.list_findings(DetectorId=detector, FindingCriteria=elsewhere)["FindingIds"] == []
    pages = guard.get_paginator("list_findings").paginate(DetectorId=detector, PaginationConfig={"PageSize": 1})
    assert [len(page["FindingIds"]) for page in pages] == [1] * len(
        guard.list_findings(DetectorId=detector)["FindingIds"]
    )


def test_a_deployment_cures_the_sick_target(demo: DemoServer) -> None:
    ecs, balancer = demo.client("ecs", "personal-journal"), demo.client("elbv2", "personal-journal")
    (group,) = balancer.describe_target_groups(Names=["personal-journal-backend-tg"])["TargetGroups"]

    def states() -> list[str]:
        found = balancer.describe_target_health(TargetGroupArn=group["TargetGroupArn"])["TargetHealthDescriptions"]
        return sorted(target["TargetHealth"]["State"] for target in found)

    assert states() == ["healthy", "unhealthy"]
    where = {"cluster": "personal-journal-cluster", "service": "personal-journal-backend-service"}
    ecs.update_service(forceNewDeployment=True, **where)
    waiter = balancer.get_waiter("target_in_service")
    ecs.get_waiter("services_stable").wait(
        cluster=where["cluster"], services=[where["service"]], WaiterConfig={"Delay": 0.1, "MaxAttempts": 100}
    )
    waiter.wait(TargetGroupArn=group["TargetGroupArn"], WaiterConfig={"Delay": 0.1, "MaxAttempts": 100})
    assert states() == ["healthy", "healthy"]


def test_gift_tracker_is_entered_by_an_assumed_role(demo: DemoServer) -> None:
    arn = demo.client("sts", "gift-tracker").get_caller_identity()["Arn"]
    assert arn == "arn:aws:sts::147997144209:assumed-role/operator/operator"
    assert demo.client("sts").get_caller_identity()["Arn"] == "arn:aws:iam::123456789012:user/operator"
    assert not demo.client("lambda", "operations").list_functions()["Functions"][0]["FunctionArn"].count("147997144209")
