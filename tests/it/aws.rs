//! Live accounts: what is asked, what is understood, and what becomes of refusals.
#![expect(clippy::indexing_slicing, clippy::panic, reason = "a story may end where it fails")]

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use cloudcorrect::aws::{AccountSettings, Accounts, BaseLogin, Limits, Live, Role, RoleArn};
use cloudcorrect::clock::Clock;
use cloudcorrect::fetch::{
    AccountScope, CallStats, FetchRequirement, FilterDecision, Source, execute,
};
use cloudcorrect::recorded;
use cloudcorrect::resource::{
    AccountId, Facet, Inventory, Listing, Operation, Region, Resource, Schema, Value, schemas,
};
use futures::future::join;
use insta::assert_snapshot;
use serde_json::{Value as Json, json};

use super::world::fault_proxy::{Fault, FaultProxy};
use super::world::moto::{ACCOUNT, Moto};

const HOME: &str = "us-east-1";
const AWAY: &str = "eu-west-1";
const BUCKET: &str = "AWS::S3::Bucket";
const GROUP: &str = "AWS::EC2::SecurityGroup";
const INSTANCE: &str = "AWS::EC2::Instance";
const USER: &str = "AWS::IAM::User";

/// Moto behind the proxy.
struct World {
    moto: Moto,
    proxy: FaultProxy,
    limits: Limits,
    clock: Clock,
}

impl World {
    async fn new() -> Self {
        let moto = Moto::start().await;
        let proxy = FaultProxy::before(moto.url()).await;
        let limits = Limits {
            endpoint_url: Some(proxy.url()),
            attempts: 2,
            initial_backoff: Duration::from_millis(1),
            max_backoff: Duration::from_millis(5),
            ..Limits::default()
        };
        Self { moto, proxy, limits, clock: Clock::System }
    }

    /// Access to the account by its own keys.
    fn by_keys(&self, account: &str) -> Accounts {
        self.accounts(account, None)
    }

    fn accounts(&self, account: &str, role: Option<Role>) -> Accounts {
        let settings = Self::settings(account, role);
        Accounts::new([settings], self.limits.clone(), self.clock.clone())
    }

    fn settings(account: &str, role: Option<Role>) -> AccountSettings {
        let account = account.parse().expect("an id");
        let base = BaseLogin::Keys { id: "testing".to_owned(), secret: "testing".into() };
        AccountSettings { account, base, chain: Vec::new(), role }
    }
}

fn schema(name: &str) -> &'static Schema {
    &schemas()[name]
}

fn operations<const N: usize>(names: [&str; N]) -> [Operation; N] {
    names.map(Operation::from)
}

fn regions() -> BTreeSet<Region> {
    [HOME, AWAY].map(|name| name.parse().expect("a region")).into()
}

fn scope(account: &str) -> AccountScope {
    let account: AccountId = account.parse().expect("an id");
    let taken_at = "2026-11-16T08:00:00Z".parse::<DateTime<Utc>>().expect("an instant");
    AccountScope { account, regions: regions(), taken_at }
}

async fn source(accounts: &Accounts, account: &str) -> Live {
    accounts.source(&account.parse().expect("an id"), &regions()).await
}

async fn inventory(
    accounts: &Accounts,
    requirements: &[FetchRequirement<'_>],
) -> (Inventory, CallStats) {
    execute(&source(accounts, ACCOUNT).await, &scope(ACCOUNT), requirements).await
}

fn listing<'a>(inventory: &'a Inventory, type_name: &str, region: &str) -> &'a Listing {
    &inventory.listings[&(type_name.into(), region.parse().expect("a region"))]
}

fn resource<'a>(inventory: &'a Inventory, type_name: &str, id: &str) -> &'a Resource {
    let all = inventory.listings.values().flat_map(Listing::resources);
    let mut named = all.filter(|one| one.type_name.as_str() == type_name && &*one.id == id);
    named.next().unwrap_or_else(|| panic!("no {type_name} {id}"))
}

/// A facet in a line.
fn shown(facet: &Facet) -> String {
    match facet {
        Facet::Read(value) => value.to_json().to_string(),
        Facet::Absent => "absent".to_owned(),
        Facet::Failed(failure) => failure.to_string(),
    }
}

/// All facets of a resource, a line each.
fn facets(resource: &Resource) -> String {
    let lines = resource.facets.iter();
    let lines = lines.map(|(operation, facet)| format!("{operation}: {}", shown(facet)));
    lines.collect::<Vec<_>>().join("\n")
}

/// Instants and made-up ids replaced by what they are.
fn stable(text: &str) -> String {
    let mut text = text.to_owned();
    for (pattern, name) in [
        (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "INSTANT"),
        (r"\b(sg|i|vpc|subnet|eni|vol|ami)-[0-9a-f]{8,17}\b", "$1-ID"),
        (r"\b(ip|ec2)(-\d+){4}\b", "$1-ADDRESS"),
        (r"\b10\.\d+\.\d+\.\d+|\b172\.31\.\d+\.\d+", "PRIVATE"),
        (r#"("(PublicIpAddress|PublicIp)":)"[0-9.]+""#, r#"$1"PUBLIC""#),
        (r#""(AKIA|LKIA)?[A-Z0-9]{16,20}""#, r#""KEY""#),
        (r#""UserId":"[^"]+""#, r#""UserId":"ID""#),
    ] {
        let pattern = regex::Regex::new(pattern).expect("a pattern");
        text = pattern.replace_all(&text, name).into_owned();
    }
    text
}

#[tokio::test]
async fn a_bucket_is_read_with_all_its_facets() {
    let world = World::new().await;
    let policy = json!({ "Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::full/*",
    }});
    world.moto.bucket("bare", HOME).await;
    let full = world.moto.bucket("full", AWAY).await.owned().await;
    let full = full.public_access_block(false).await.policy(&policy).await.versioned().await;
    let full = full.tags(&[("env", "prod")]).await.expiring("logs/", 30).await;
    full.encrypted("alias/x").await.website().await.public().await;

    let (inventory, _) =
        inventory(&world.by_keys(ACCOUNT), &[FetchRequirement::everything(schema(BUCKET))]).await;

    // Moto answers a bucket without notifications with an element of another name than S3 does.
    let full = resource(&inventory, BUCKET, "full");
    assert_eq!(full.region.as_str(), AWAY);
    assert_eq!(full.arn.as_deref(), Some("arn:aws:s3:::full"));
    assert_snapshot!(stable(&facets(full)), @r#"
    s3:GetBucketAcl: {"Acl":{"Grants":[{"Grantee":{"ID":"75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a","Type":"CanonicalUser"},"Permission":"FULL_CONTROL"},{"Grantee":{"Type":"Group","URI":"http://acs.amazonaws.com/groups/global/AllUsers"},"Permission":"READ"}],"Owner":{"ID":"75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a"}}}
    s3:GetBucketCors: absent
    s3:GetBucketEncryption: {"BucketEncryption":{"ServerSideEncryptionConfiguration":[{"BucketKeyEnabled":true,"ServerSideEncryptionByDefault":{"KMSMasterKeyID":"alias/x","SSEAlgorithm":"aws:kms"}}]}}
    s3:GetBucketLifecycleConfiguration: {"LifecycleConfiguration":{"Rules":[{"ExpirationInDays":30,"Id":"expire","Prefix":"logs/","Status":"Enabled","TagFilters":[],"Transitions":[]}]}}
    s3:GetBucketLogging: {}
    s3:GetBucketNotificationConfiguration: service_error: s3:GetBucketNotificationConfiguration: error parsing XML: encountered invalid XML root: expected NotificationConfiguration but got StartEl { name: Name { prefix: "", local: "GetBucketNotificationResponse" }, attributes: [Attr { name: Name { prefix: "", local: "xmlns" }, value: "http://s3.amazonaws.c…
    s3:GetBucketOwnershipControls: {"OwnershipControls":{"Rules":[{"ObjectOwnership":"BucketOwnerEnforced"}]}}
    s3:GetBucketPolicy: {"Policy":{"Statement":{"Action":"s3:GetObject","Effect":"Allow","Principal":"*","Resource":"arn:aws:s3:::full/*"},"Version":"2012-10-17"}}
    s3:GetBucketPolicyStatus: {"PolicyStatus":{"IsPublic":true}}
    s3:GetBucketReplication: absent
    s3:GetBucketTagging: {"Tags":[{"Key":"env","Value":"prod"}]}
    s3:GetBucketVersioning: {"VersioningConfiguration":{"Status":"Enabled"}}
    s3:GetBucketWebsite: {"WebsiteConfiguration":{"IndexDocument":"index.html"}}
    s3:GetObjectLockConfiguration: absent
    s3:GetPublicAccessBlock: {"PublicAccessBlockConfiguration":{"BlockPublicAcls":false,"BlockPublicPolicy":false,"IgnorePublicAcls":false,"RestrictPublicBuckets":false}}
    s3:ListBuckets: {"Arn":"arn:aws:s3:::full","BucketName":"full","BucketRegion":"eu-west-1","CreationDate":"INSTANT"}
    "#);
    assert_eq!(resource(&inventory, BUCKET, "bare").region.as_str(), HOME);
    assert_snapshot!(stable(&facets(resource(&inventory, BUCKET, "bare"))), @r#"
    s3:GetBucketAcl: {"Acl":{"Grants":[{"Grantee":{"ID":"75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a","Type":"CanonicalUser"},"Permission":"FULL_CONTROL"}],"Owner":{"ID":"75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a"}}}
    s3:GetBucketCors: absent
    s3:GetBucketEncryption: absent
    s3:GetBucketLifecycleConfiguration: absent
    s3:GetBucketLogging: {}
    s3:GetBucketNotificationConfiguration: service_error: s3:GetBucketNotificationConfiguration: error parsing XML: encountered invalid XML root: expected NotificationConfiguration but got StartEl { name: Name { prefix: "", local: "GetBucketNotificationResponse" }, attributes: [Attr { name: Name { prefix: "", local: "xmlns" }, value: "http://s3.amazonaws.c…
    s3:GetBucketOwnershipControls: absent
    s3:GetBucketPolicy: absent
    s3:GetBucketPolicyStatus: absent
    s3:GetBucketReplication: absent
    s3:GetBucketTagging: absent
    s3:GetBucketVersioning: {}
    s3:GetBucketWebsite: absent
    s3:GetObjectLockConfiguration: absent
    s3:GetPublicAccessBlock: absent
    s3:ListBuckets: {"Arn":"arn:aws:s3:::bare","BucketName":"bare","BucketRegion":"us-east-1","CreationDate":"INSTANT"}
    "#);
}

#[tokio::test]
async fn groups_and_instances_are_read_in_each_region() {
    let world = World::new().await;
    let group = world.moto.security_group(AWAY, "web").await;
    world.moto.open_port(AWAY, &group, "22", "0.0.0.0/0").await;
    let instance = world.moto.instance(AWAY, "web-1", &group).await;
    let ended = world.moto.instance(AWAY, "web-2", &group).await;
    world.moto.terminate(AWAY, &ended).await;

    let requirements = [
        FetchRequirement::everything(schema(GROUP)),
        FetchRequirement::everything(schema(INSTANCE)),
    ];
    let (inventory, calls) = inventory(&world.by_keys(ACCOUNT), &requirements).await;

    assert_eq!(listing(&inventory, INSTANCE, HOME), &Listing::Complete(vec![]));
    assert_eq!(listing(&inventory, INSTANCE, AWAY).resources().len(), 1, "the ended one is gone");
    let group = resource(&inventory, GROUP, &group);
    let instance = resource(&inventory, INSTANCE, &instance);
    assert_snapshot!(stable(&facets(group)), @r#"ec2:DescribeSecurityGroups: {"Arn":"arn:aws:ec2:eu-west-1:123456789012:security-group/sg-ID","GroupDescription":"of a story","GroupId":"sg-ID","GroupName":"web","OwnerId":"123456789012","SecurityGroupEgress":[{"CidrIp":"0.0.0.0/0","IpProtocol":"-1"}],"SecurityGroupIngress":[{"CidrIp":"0.0.0.0/0","FromPort":22,"IpProtocol":"tcp","ToPort":22}],"Tags":[],"VpcId":"vpc-ID"}"#);
    assert_snapshot!(stable(&facets(instance)), @r#"
    ec2:DescribeInstanceAttribute(disableApiStop): {"DisableApiStop":false}
    ec2:DescribeInstanceAttribute(disableApiTermination): {"DisableApiTermination":false}
    ec2:DescribeInstanceAttribute(instanceInitiatedShutdownBehavior): {"InstanceInitiatedShutdownBehavior":"stop"}
    ec2:DescribeInstanceAttribute(userData): {"UserData":null}
    ec2:DescribeInstanceCreditSpecifications: {"CreditSpecification":{"CPUCredits":"standard"}}
    ec2:DescribeInstanceStatus: {"InstanceStatus":{"Status":"ok"},"SystemStatus":{"Status":"ok"}}
    ec2:DescribeInstances: {"Affinity":null,"Architecture":"x86_64","Arn":"arn:aws:ec2:eu-west-1:123456789012:instance/i-ID","AvailabilityZone":"eu-west-1a","BlockDeviceMappings":[{"DeviceName":"/dev/sda1","Ebs":{"AttachTime":"INSTANT","DeleteOnTermination":true,"Status":"attached","VolumeId":"vol-ID"}}],"BootMode":null,"CapacityReservationId":null,"CpuOptions":null,"CurrentInstanceBootMode":null,"EbsOptimized":false,"EnclaveOptions":null,"HibernationOptions":{},"HostId":null,"ImageId":"ami-ID","InstanceId":"i-ID","InstanceLifecycle":null,"InstanceType":"t3.micro","KernelId":"None","LaunchTime":"INSTANT","LicenseSpecifications":null,"MaintenanceOptions":null,"MetadataOptions":{"HttpEndpoint":"enabled","HttpProtocolIpv6":"disabled","HttpPutResponseHopLimit":1,"HttpTokens":"required","InstanceMetadataTags":"disabled"},"Monitoring":false,"NetworkInterfaces":[{"DeviceIndex":0,"GroupSet":["sg-ID"],"Ipv6Addresses":[],"NetworkInterfaceId":"eni-ID","PrivateIpAddress":"PRIVATE","PrivateIpAddresses":[{"Association":{"PublicIp":"PUBLIC"},"Primary":true,"PrivateIpAddress":"PRIVATE"}],"PublicIp":"PUBLIC","SubnetId":"subnet-ID"}],"OutpostArn":null,"OwnerId":"123456789012","PlacementGroupName":null,"Platform":null,"PlatformDetails":null,"PrivateDnsName":"ip-ADDRESS.eu-west-1.compute.internal","PrivateDnsNameOptions":null,"PrivateIpAddress":"PRIVATE","PublicDnsName":"ec2-ADDRESS.eu-west-1.compute.amazonaws.com","PublicIpAddress":"PUBLIC","RamdiskId":null,"RootDeviceName":"/dev/sda1","RootDeviceType":"ebs","SecurityGroupIds":["sg-ID"],"SourceDestCheck":true,"SpotInstanceRequestId":null,"State":{"Code":16,"Name":"running"},"StateTransitionReason":"","SubnetId":"subnet-ID","Tags":[{"Key":"Name","Value":"web-1"}],"Tenancy":"default","TpmSupport":null,"UsageOperation":null,"VirtualizationType":"paravirtual","VpcId":"vpc-ID"}
    "#);
    assert_snapshot!(
        serde_json::to_string(&calls).expect("plain data"),
        @r#"{"ec2:DescribeInstanceAttribute":4,"ec2:DescribeInstanceCreditSpecifications":1,"ec2:DescribeInstanceStatus":1,"ec2:DescribeInstances":2,"ec2:DescribeSecurityGroups":2,"sts:GetCallerIdentity":1}"#
    );
}

#[tokio::test]
async fn users_are_read_with_few_calls() {
    let world = World::new().await;
    world.moto.user("alice", "platform").await;
    world.moto.user("robot", "ci").await;
    let document = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow",
        "Action": "*", "Resource": "*" }] });
    for form in [
        &[("Action", "CreateLoginProfile"), ("UserName", "alice"), ("Password", "long-enough-1A!")]
            [..],
        &[("Action", "CreateAccessKey"), ("UserName", "robot")],
        &[("Action", "CreateGroup"), ("GroupName", "admins")],
        &[("Action", "AddUserToGroup"), ("GroupName", "admins"), ("UserName", "alice")],
        &[
            ("Action", "PutUserPolicy"),
            ("UserName", "robot"),
            ("PolicyName", "all"),
            ("PolicyDocument", &document.to_string()),
        ],
        &[
            ("Action", "AttachUserPolicy"),
            ("UserName", "alice"),
            ("PolicyArn", "arn:aws:iam::aws:policy/AdministratorAccess"),
        ],
    ] {
        world.moto.iam(form).await;
    }

    let (inventory, calls) =
        inventory(&world.by_keys(ACCOUNT), &[FetchRequirement::everything(schema(USER))]).await;

    assert_snapshot!(stable(&facets(resource(&inventory, USER, "alice"))), @r#"
    iam:GetAccessKeyLastUsed: {"AccessKeyLastUsed":[]}
    iam:GetAccountAuthorizationDetails: {"Groups":["admins"],"ManagedPolicyArns":["arn:aws:iam::aws:policy/AdministratorAccess"],"Policies":[],"Tags":[{"Key":"team","Value":"platform"}]}
    iam:GetLoginProfile: {"LoginProfile":{"CreateDate":"INSTANT","PasswordResetRequired":false}}
    iam:ListAccessKeys: {"AccessKeys":[]}
    iam:ListMFADevices: {"MFADevices":[]}
    iam:ListSSHPublicKeys: {"SSHPublicKeys":[]}
    iam:ListServiceSpecificCredentials: service_error: iam:ListServiceSpecificCredentials: HTTP status 500: an HTML page in place of an answer
    iam:ListSigningCertificates: {"SigningCertificates":[]}
    iam:ListUsers: {"Arn":"arn:aws:iam::123456789012:user/alice","CreateDate":"INSTANT","Path":"/","UserId":"ID","UserName":"alice"}
    "#);
    assert_snapshot!(stable(&facets(resource(&inventory, USER, "robot"))), @r#"
    iam:GetAccessKeyLastUsed: {"AccessKeyLastUsed":[{"AccessKeyId":"KEY","Status":"Active"}]}
    iam:GetAccountAuthorizationDetails: {"Groups":[],"ManagedPolicyArns":[],"Policies":[{"PolicyDocument":{"Statement":[{"Action":"*","Effect":"Allow","Resource":"*"}],"Version":"2012-10-17"},"PolicyName":"all"}],"Tags":[{"Key":"team","Value":"ci"}]}
    iam:GetLoginProfile: absent
    iam:ListAccessKeys: {"AccessKeys":[{"AccessKeyId":"KEY","CreateDate":"INSTANT","Status":"Active"}]}
    iam:ListMFADevices: {"MFADevices":[]}
    iam:ListSSHPublicKeys: {"SSHPublicKeys":[]}
    iam:ListServiceSpecificCredentials: service_error: iam:ListServiceSpecificCredentials: HTTP status 500: an HTML page in place of an answer
    iam:ListSigningCertificates: {"SigningCertificates":[]}
    iam:ListUsers: {"Arn":"arn:aws:iam::123456789012:user/robot","CreateDate":"INSTANT","Path":"/","UserId":"ID","UserName":"robot"}
    "#);
    assert_snapshot!(serde_json::to_string(&calls).expect("plain data"), @r#"{"iam:GetAccessKeyLastUsed":1,"iam:GetAccountAuthorizationDetails":1,"iam:GetLoginProfile":2,"iam:ListAccessKeys":2,"iam:ListMFADevices":2,"iam:ListSSHPublicKeys":2,"iam:ListServiceSpecificCredentials":4,"iam:ListSigningCertificates":2,"iam:ListUsers":1,"sts:GetCallerIdentity":1}"#);
}

#[tokio::test]
async fn only_the_facets_that_checks_read_are_fetched() {
    let world = World::new().await;
    world.moto.bucket("prod", AWAY).await.tags(&[("env", "prod")]).await;
    world.moto.bucket("test", HOME).await.tags(&[("env", "test")]).await;
    world.moto.bucket("far", "ap-south-1").await.tags(&[("env", "prod")]).await;
    let in_production = |bucket: &Resource| {
        let (name, tags) = schema(BUCKET).properties.get_key_value("Tags").expect("a property");
        let Ok(Value::List(tags)) = bucket.property(name, tags) else {
            return FilterDecision::Undecided;
        };
        let prod = |tag: &Value| tag.get("Value").and_then(Value::as_str) == Some("prod");
        if tags.iter().any(prod) { FilterDecision::Keep } else { FilterDecision::Drop }
    };
    let requirement = FetchRequirement::new(schema(BUCKET), operations(["s3:GetBucketAcl"]))
        .only(operations(["s3:GetBucketTagging"]), in_production);

    let (inventory, calls) = inventory(&world.by_keys(ACCOUNT), &[requirement]).await;

    assert_eq!(listing(&inventory, BUCKET, "global").resources().len(), 3);
    assert_eq!(resource(&inventory, BUCKET, "far").region.as_str(), "ap-south-1");
    let requests = world.proxy.requests();
    assert_eq!(calls.total(), requests.len() as u64, "every request is counted");
    // Moto's list lacks the regions, which real S3 tells: hence two filtered lists and a location.
    assert_eq!(
        requests,
        [
            "s3:GetBucketAcl prod",
            "s3:GetBucketLocation far",
            "s3:GetBucketTagging prod",
            "s3:GetBucketTagging test",
            "s3:ListBuckets ",
            "s3:ListBuckets ",
            "s3:ListBuckets ",
            "sts:GetCallerIdentity us-east-1",
        ]
    );
}

#[tokio::test]
async fn a_refused_call_is_known_to_be_refused_and_costs_the_others_nothing() {
    let world = World::new().await;
    for name in ["denied", "throttled", "fine"] {
        world.moto.bucket(name, HOME).await;
    }
    world.proxy.fail("s3:GetBucketAcl", "denied", Fault::Deny);
    world.proxy.fail("s3:GetBucketAcl", "throttled", Fault::Throttle);
    world.proxy.fail("ec2:DescribeSecurityGroups", AWAY, Fault::Unrecognized);

    let requirements = [
        FetchRequirement::new(
            schema(BUCKET),
            operations(["s3:GetBucketAcl", "s3:GetBucketVersioning"]),
        ),
        FetchRequirement::list(schema(GROUP)),
    ];
    let (inventory, calls) = inventory(&world.by_keys(ACCOUNT), &requirements).await;

    let facet =
        |bucket, operation: &str| &resource(&inventory, BUCKET, bucket).facets[&operation.into()];
    let acls = ["denied", "throttled"].map(|bucket| shown(facet(bucket, "s3:GetBucketAcl")));
    assert_eq!(
        acls,
        [
            "access_denied: s3:GetBucketAcl: Access Denied; allow `s3:GetBucketAcl`",
            "throttled: s3:GetBucketAcl: Please reduce your request rate.",
        ]
    );
    assert!(matches!(facet("fine", "s3:GetBucketAcl"), Facet::Read(_)));
    for bucket in ["denied", "throttled", "fine"] {
        assert_eq!(shown(facet(bucket, "s3:GetBucketVersioning")), "{}");
    }
    assert_eq!(calls.of("s3:GetBucketAcl"), 4, "the throttled one is asked twice");
    let away = listing(&inventory, GROUP, AWAY).failure().map(ToString::to_string);
    assert_eq!(
        away.as_deref(),
        Some(
            "region_disabled: ec2:DescribeSecurityGroups: \
             AWS was not able to validate the credentials"
        )
    );
    assert!(matches!(listing(&inventory, GROUP, HOME), Listing::Complete(_)));
}

#[tokio::test]
async fn an_answer_that_is_none_is_unknown_and_no_empty_list() {
    let world = World::new().await;
    for name in ["empty", "half"] {
        world.moto.bucket(name, HOME).await.tags(&[("env", "prod")]).await;
    }
    let group = world.moto.security_group(AWAY, "web").await;
    world.moto.open_port(AWAY, &group, "22", "0.0.0.0/0").await;
    world.proxy.fail("s3:GetBucketTagging", "empty", Fault::NoBody);
    world.proxy.fail("s3:GetBucketTagging", "half", Fault::HalfABody);
    world.proxy.fail("ec2:DescribeSecurityGroups", AWAY, Fault::HalfABody);

    let tagging = operations(["s3:GetBucketTagging"]);
    let needs =
        [FetchRequirement::new(schema(BUCKET), tagging), FetchRequirement::new(schema(GROUP), [])];
    let (inventory, calls) = inventory(&world.by_keys(ACCOUNT), &needs).await;

    let tags = ["empty", "half"].map(|bucket| {
        shown(&resource(&inventory, BUCKET, bucket).facets[&"s3:GetBucketTagging".into()])
    });
    assert_eq!(
        tags,
        [
            "service_error: s3:GetBucketTagging: an empty answer",
            "service_error: s3:GetBucketTagging: the answer is cut off, or no XML",
        ]
    );
    assert_eq!(calls.of("s3:GetBucketTagging"), 4, "each is asked twice");
    let away = listing(&inventory, GROUP, AWAY).failure().map(ToString::to_string);
    assert_eq!(
        away.as_deref(),
        Some("service_error: ec2:DescribeSecurityGroups: the answer is cut off, or no XML")
    );
    assert!(matches!(listing(&inventory, GROUP, HOME), Listing::Complete(_)));
}

#[tokio::test]
async fn a_call_without_an_answer_ends() {
    let mut world = World::new().await;
    world.moto.bucket("hung", HOME).await;
    let (listed, _) =
        inventory(&world.by_keys(ACCOUNT), &[FetchRequirement::list(schema(BUCKET))]).await;
    world.proxy.fail("s3:GetBucketAcl", "hung", Fault::Hang);
    world.limits.attempt_timeout = Duration::from_millis(500);
    let hasty = world.by_keys(ACCOUNT);
    let live = loop {
        let live = source(&hasty, ACCOUNT).await;
        if live.failure().is_none() {
            break live; // on a busy machine logging in can take longer, too
        }
    };

    let target = &scope(ACCOUNT).targets(schema(BUCKET))[0];
    let hung = resource(&listed, BUCKET, "hung");
    let acl = live.facet(target, schema(BUCKET), hung, &"s3:GetBucketAcl".into()).await;

    assert_eq!(shown(&acl), "timeout: s3:GetBucketAcl: no answer in time");
    assert_eq!(live.calls().of("s3:GetBucketAcl"), 2);
}

#[tokio::test]
async fn a_list_that_breaks_off_is_partial() {
    let mut world = World::new().await;
    world.limits.page_size = 5;
    let group = world.moto.security_group(HOME, "web").await;
    for name in 0..7 {
        world.moto.instance(HOME, &name.to_string(), &group).await;
    }
    let requirements = [FetchRequirement::list(schema(INSTANCE))];
    let accounts = world.by_keys(ACCOUNT);
    let (whole, calls) = inventory(&accounts, &requirements).await;
    assert_eq!(listing(&whole, INSTANCE, HOME).resources().len(), 7);
    assert_eq!(calls.of("ec2:DescribeInstances"), 3, "two pages here, one there");

    world.proxy.fail("ec2:DescribeInstances", HOME, Fault::CutAfterFirstPage);
    let (cut, _) = inventory(&accounts, &requirements).await;

    let instances = listing(&cut, INSTANCE, HOME);
    assert_eq!(instances.resources().len(), 5);
    assert_eq!(
        instances.failure().map(ToString::to_string).as_deref(),
        Some(
            "partial_list: ec2:DescribeInstances: broke off after 1 page: \
             throttled: Request limit exceeded."
        )
    );
    assert!(matches!(listing(&cut, INSTANCE, AWAY), Listing::Complete(_)));
}

#[tokio::test]
async fn a_role_is_assumed_once_with_its_external_id_and_renewed_in_time() {
    let mut world = World::new().await;
    world.clock = Clock::manual(Clock::System.now());
    let arn = world.moto.role("reader").await.parse().expect("a role's ARN");
    let accounts = world.accounts(ACCOUNT, Some(Role::new(arn, Some("only-us".into()))));
    let requirements = [FetchRequirement::list(schema(USER))];

    let ((first, calls), (second, more_calls)) =
        Box::pin(join(inventory(&accounts, &requirements), inventory(&accounts, &requirements)))
            .await;

    for found in [first, second] {
        assert!(matches!(listing(&found, USER, "global"), Listing::Complete(_)));
    }
    let seen = world.proxy.take();
    let assumed: Vec<_> = seen.iter().filter(|one| one.operation == "sts:AssumeRole").collect();
    assert_eq!(assumed.len(), 1, "both wait for the same login");
    let field = |name: &str| assumed[0].form.iter().find(|(field, _)| field == name);
    assert_eq!(field("ExternalId").map(|(_, id)| id.as_str()), Some("only-us"));
    assert_eq!(field("RoleSessionName").map(|(_, name)| name.as_str()), Some("cloudcorrect"));
    assert_eq!(calls.total() + more_calls.total(), seen.len() as u64, "counted once");

    world.clock.advance(TimeDelta::minutes(50));
    let (_, calls) = inventory(&accounts, &requirements).await;
    assert_eq!(calls.of("sts:AssumeRole"), 0, "still good");
    world.clock.advance(TimeDelta::minutes(9));
    let (_, calls) = inventory(&accounts, &requirements).await;
    assert_eq!(calls.of("sts:AssumeRole"), 1, "about to end");
}

#[tokio::test]
async fn a_refused_role_is_a_failed_login_and_nothing_is_asked_with_it() {
    let world = World::new().await;
    let arn = world.moto.role("reader").await.parse().expect("a role's ARN");
    let accounts = world.accounts(ACCOUNT, Some(Role::new(arn, Some("only-us".into()))));
    world.proxy.fail("sts:AssumeRole", "", Fault::Deny);
    let requirements =
        [FetchRequirement::everything(schema(BUCKET)), FetchRequirement::everything(schema(GROUP))];

    let (refused, calls) = inventory(&accounts, &requirements).await;

    for region in ["us-east-1", "eu-west-1"] {
        let failure = listing(&refused, GROUP, region).failure().map(ToString::to_string);
        assert_eq!(
            failure.as_deref(),
            Some(
                "credentials: sts:AssumeRole: Access Denied; see that there is the role \
                 arn:aws:iam::123456789012:role/reader, that its trust policy names the caller, with \
                 the `external_id` of the settings as `sts:ExternalId`, and that the caller is \
                 allowed `sts:AssumeRole` on it"
            )
        );
    }
    assert!(matches!(listing(&refused, BUCKET, "global"), Listing::Failed(_)));
    assert_eq!(world.proxy.requests(), ["sts:AssumeRole us-east-1"]);
    assert_eq!((calls.of("sts:AssumeRole"), calls.total()), (1, 1));

    world.proxy.heal();
    let (healed, _) = inventory(&accounts, &requirements).await;
    assert!(matches!(listing(&healed, BUCKET, "global"), Listing::Complete(_)));
}

#[tokio::test]
async fn a_chain_of_roles_is_assumed_one_with_the_credentials_of_the_other() {
    let world = World::new().await;
    let reader: RoleArn = world.moto.role("reader").await.parse().expect("a role's ARN");
    let hub = "arn:aws:iam::210987654321:role/hub".parse().expect("a role's ARN");
    let mut settings = World::settings(ACCOUNT, Some(Role::new(reader, None)));
    settings.chain = vec![Role::new(hub, None)];
    let accounts = Accounts::new([settings], world.limits.clone(), world.clock.clone());

    let live = source(&accounts, ACCOUNT).await;

    let caller = live.caller().expect("logged in").expect("a live account");
    assert_eq!(&*caller, "arn:aws:sts::123456789012:assumed-role/reader/cloudcorrect");
    let seen = world.proxy.take();
    let assumed = seen.iter().filter(|one| one.operation == "sts:AssumeRole");
    let roles = assumed.flat_map(|one| one.form.iter().filter(|(field, _)| field == "RoleArn"));
    let roles: Vec<&str> = roles.map(|(_, arn)| arn.as_str()).collect();
    assert_eq!(
        roles,
        ["arn:aws:iam::210987654321:role/hub", "arn:aws:iam::123456789012:role/reader"]
    );
}

#[tokio::test]
async fn credentials_of_another_account_are_refused() {
    let world = World::new().await;
    let other = "210987654321";
    let elsewhere = source(&world.by_keys(other), other).await;
    let failure = elsewhere.failure().map(ToString::to_string);
    assert_eq!(
        failure.as_deref(),
        Some("credentials: the credentials are those of account 123456789012, not 210987654321")
    );

    let arn = format!("arn:aws:iam::{ACCOUNT}:role/reader").parse().expect("a role's ARN");
    let accounts = world.accounts(other, Some(Role::new(arn, None)));
    let failure = source(&accounts, other).await.failure().map(ToString::to_string);
    assert_eq!(
        failure.as_deref(),
        Some(
            "credentials: the role arn:aws:iam::123456789012:role/reader \
             is not in account 210987654321"
        )
    );

    let unset = source(&world.by_keys(other), ACCOUNT).await;
    assert_eq!(
        unset.failure().map(ToString::to_string).as_deref(),
        Some("credentials: no setting says how to log in to account 123456789012")
    );
    assert_eq!(unset.calls().total(), 0);
}

#[tokio::test]
async fn a_live_account_can_be_recorded_and_read_again() {
    let world = World::new().await;
    world.moto.bucket("logs", HOME).await.versioned().await;
    world.moto.user("alice", "platform").await;
    world.proxy.fail("s3:GetBucketPolicy", "", Fault::Deny);

    let (inventory, _) =
        inventory(&world.by_keys(ACCOUNT), &FetchRequirement::all(schemas())).await;
    let json: Json = recorded::to_json(&inventory);

    assert_eq!(
        recorded::read(json.to_string().as_bytes(), schemas()).expect("of the documented format"),
        inventory
    );
    let denied = "/lists/AWS::S3::Bucket/global/resources/0/facets/s3:GetBucketPolicy/error/cause";
    assert_eq!(json.pointer(denied), Some(&json!("access_denied")));
}
