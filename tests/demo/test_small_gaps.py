"""Smaller things that moto lacks or gets wrong."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tests.deadlines import until

if TYPE_CHECKING:
    from tests.conftest import DemoServer


def test_an_app_monitor_lives_and_goes(demo: DemoServer) -> None:
    rum = demo.client("rum")
    settings = {"AllowCookies": True, "SessionSampleRate": 1.0, "Telemetries": ["errors"]}
    rum.create_app_monitor(Name="monitor", Domain="example.com", AppMonitorConfiguration=settings)
    assert rum.get_app_monitor(Name="monitor")["AppMonitor"]["AppMonitorConfiguration"] == settings
    assert [one["Name"] for one in rum.list_app_monitors()["AppMonitorSummaries"]] == ["monitor"]
    rum.delete_app_monitor(Name="monitor")
    assert rum.list_app_monitors()["AppMonitorSummaries"] == []


def test_a_lifecycle_policy_lives_and_goes(demo: DemoServer) -> None:
    dlm = demo.client("dlm", "operations")
    role = "arn:aws:iam::123456789012:role/dlm"
    details = {"ResourceTypes": ["VOLUME"], "TargetTags": [{"Key": "Backup", "Value": "true"}]}
    made = dlm.create_lifecycle_policy(
        ExecutionRoleArn=role, Description="nightly", State="ENABLED", PolicyDetails=details
    )["PolicyId"]
    dlm.update_lifecycle_policy(PolicyId=made, State="DISABLED")
    found = dlm.get_lifecycle_policy(PolicyId=made)["Policy"]
    assert (found["State"], found["PolicyDetails"]) == ("DISABLED", details)
    dlm.delete_lifecycle_policy(PolicyId=made)
    assert dlm.get_lifecycle_policies()["Policies"] == []


def test_a_threat_intel_set_lives_and_goes(demo: DemoServer) -> None:
    guard = demo.client("guardduty", "operations")
    (detector,) = guard.list_detectors()["DetectorIds"]
    made = guard.create_threat_intel_set(
        DetectorId=detector, Name="custom", Format="TXT", Location="s3://bucket/list.txt", Activate=True
    )["ThreatIntelSetId"]
    assert guard.get_threat_intel_set(DetectorId=detector, ThreatIntelSetId=made)["Status"] == "ACTIVE"
    guard.delete_threat_intel_set(DetectorId=detector, ThreatIntelSetId=made)
    assert guard.list_threat_intel_sets(DetectorId=detector)["ThreatIntelSetIds"] == []


def test_performance_insights_tells_the_load_by_statement(demo: DemoServer) -> None:
    (database,) = demo.client("rds", "operations").describe_db_instances(DBInstanceIdentifier="prod-database")[
        "DBInstances"
    ]
    answer = demo.client("pi", "operations").get_resource_metrics(
        ServiceType="RDS",
        Identifier=database["DbiResourceId"],
        StartTime=demo.now() - timedelta(hours=1),
        EndTime=demo.now(),
        PeriodInSeconds=60,
        MetricQueries=[{"Metric": "db.load.avg", "GroupBy": {"Group": "db.sql_tokenized"}}],
    )
    whole, *statements = answer["MetricList"]
    assert len(whole["DataPoints"]) == 60
    assert "orders" in statements[0]["Key"]["Dimensions"]["db.sql_tokenized.statement"]


def test_intelligent_tiering_is_kept_and_makes_no_bucket(demo: DemoServer) -> None:
    s3, name = demo.client("s3"), "mra-mines-map-input-staging"
    tiering = {"Id": "whole", "Status": "Enabled", "Tierings": [{"Days": 180, "AccessTier": "DEEP_ARCHIVE_ACCESS"}]}
    s3.put_bucket_intelligent_tiering_configuration(Bucket=name, Id="whole", IntelligentTieringConfiguration=tiering)
    found = s3.get_bucket_intelligent_tiering_configuration(Bucket=name, Id="whole")
    assert found["IntelligentTieringConfiguration"] == tiering
    listed = s3.list_bucket_intelligent_tiering_configurations(Bucket=name)
    assert listed["IntelligentTieringConfigurationList"] == [tiering]
    s3.delete_bucket_intelligent_tiering_configuration(Bucket=name, Id="whole")


def test_deleted_untagged_images_are_named(demo: DemoServer) -> None:
    ecr, name = demo.client("ecr"), "mra-mines-frontend-staging"
    images = ecr.describe_images(repositoryName=name, filter={"tagStatus": "UNTAGGED"})["imageDetails"]
    wanted = [{"imageDigest": image["imageDigest"]} for image in images[:2]]
    assert ecr.batch_delete_image(repositoryName=name, imageIds=wanted)["imageIds"] == wanted


def test_a_subscription_waits_to_be_confirmed(demo: DemoServer) -> None:
    sns, topic = demo.client("sns"), "arn:aws:sns:eu-west-1:123456789012:mra-mines-alerts-staging"
    made = sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="new@example.com", ReturnSubscriptionArn=False)
    assert made["SubscriptionArn"] == "PendingConfirmation"

    def arn() -> str:
        found = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
        return str(next(one["SubscriptionArn"] for one in found if one["Endpoint"] == "new@example.com"))

    until(lambda: arn().startswith("arn:"))
    sns.unsubscribe(SubscriptionArn=arn())


def test_reserved_instances_are_purchased(demo: DemoServer) -> None:
    ec2 = demo.client("ec2", "operations")
    offer = ec2.describe_reserved_instances_offerings()["ReservedInstancesOfferings"][0]
    made = ec2.purchase_reserved_instances_offering(
        ReservedInstancesOfferingId=offer["ReservedInstancesOfferingId"], InstanceCount=2
    )["ReservedInstancesId"]
    (found,) = ec2.describe_reserved_instances()["ReservedInstances"]
    assert (found["ReservedInstancesId"], found["InstanceCount"]) == (made, 2)
    assert found["InstanceType"] == offer["InstanceType"]


def test_a_cluster_of_eks_tells_its_health(demo: DemoServer) -> None:
    assert demo.client("eks", "operations").describe_cluster(name="prod-eks-cluster")["cluster"]["health"] == {
        "issues": []
    }
