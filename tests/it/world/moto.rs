//! AWS, as `moto` plays it, and the few calls that furnish an account.
#![expect(clippy::panic, reason = "a story may end where it fails")]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::thread;

use reqwest::{Client, Method};
use serde_json::{Value as Json, json};

use super::servers;

/// The account that moto's requests without other credentials act in.
pub(crate) const ACCOUNT: &str = "123456789012";

/// Moto on a free port. It ends when the test drops it, and also when the test itself is killed,
/// because then its standard input closes.
pub(crate) const LAUNCH: &str = r"
import os, sys, threading
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
from moto.server import main
main(['-H', '127.0.0.1', '-p', '0'])
";

/// A running moto.
pub(crate) struct Moto {
    process: Child,
    url: String,
    http: Client,
}

impl Moto {
    /// Starts a server and waits until it says where it listens.
    pub(crate) async fn start() -> Self {
        let mut process = Command::new(servers::program("python"))
            .args(["-c", LAUNCH])
            .env("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
            .env("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("moto starts");
        let stderr = process.stderr.take().expect("piped");
        let (found, url) = tokio::sync::oneshot::channel();
        thread::spawn(move || {
            let mut found = Some(found);
            // Read to the end, so that the pipe never fills up.
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                if let Some((_, url)) = line.split_once("Running on ")
                    && let Some(found) = found.take()
                {
                    found.send(url.trim().to_owned()).expect("the test waits");
                }
            }
        });
        let url = url.await.expect("moto says where it listens");
        Self { process, url, http: Client::new() }
    }

    /// Where it listens.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// A call of a service with the query protocol; the answer is XML.
    pub(crate) async fn query(&self, service: &str, region: &str, form: &[(&str, &str)]) -> String {
        let scope = format!("testing/20260101/{region}/{service}/aws4_request");
        let authorization =
            format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=x");
        let host = format!("{service}.{region}.amazonaws.com");
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = self
            .http
            .post(&self.url)
            .header("authorization", authorization)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("host", host);
        let answer = request.body(body).send().await.expect("moto answers");
        let (status, text) = (answer.status(), answer.text().await.expect("text"));
        assert!(status.is_success(), "{form:?}: {status}: {text}");
        text
    }

    async fn s3(&self, region: &str, path: &str, headers: &[(&str, &str)], body: String) {
        let scope = format!("testing/20260101/{region}/s3/aws4_request");
        let authorization =
            format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=x");
        let mut request = self
            .http
            .request(Method::PUT, format!("{}/{path}", self.url))
            .header("authorization", authorization)
            .header("content-length", body.len());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.body(body).send().await.expect("moto answers");
        let (status, text) = (answer.status(), answer.text().await.expect("text"));
        assert!(status.is_success(), "{path}: {status}: {text}");
    }

    /// A new, private bucket.
    pub(crate) async fn bucket<'a>(&'a self, name: &'a str, region: &'a str) -> Bucket<'a> {
        let constraint = if region == "us-east-1" {
            String::new()
        } else {
            format!(
                "<CreateBucketConfiguration><LocationConstraint>{region}</LocationConstraint>\
                 </CreateBucketConfiguration>"
            )
        };
        self.s3(region, name, &[], constraint).await;
        Bucket { moto: self, name, region }
    }

    /// A new security group, its id.
    pub(crate) async fn security_group(&self, region: &str, name: &str) -> String {
        let form = [
            ("Action", "CreateSecurityGroup"),
            ("GroupName", name),
            ("GroupDescription", "of a story"),
        ];
        between(&self.query("ec2", region, &form).await, "groupId")
    }

    /// Lets a TCP port of a group be reached from an IPv4 range.
    pub(crate) async fn open_port(&self, region: &str, group: &str, port: &str, range: &str) {
        let form = [
            ("Action", "AuthorizeSecurityGroupIngress"),
            ("GroupId", group),
            ("IpPermissions.1.IpProtocol", "tcp"),
            ("IpPermissions.1.FromPort", port),
            ("IpPermissions.1.ToPort", port),
            ("IpPermissions.1.IpRanges.1.CidrIp", range),
        ];
        self.query("ec2", region, &form).await;
    }

    /// A running instance with a name, its id.
    pub(crate) async fn instance(&self, region: &str, name: &str, group: &str) -> String {
        let form = [
            ("Action", "RunInstances"),
            ("ImageId", "ami-12c6146b"),
            ("InstanceType", "t3.micro"),
            ("MinCount", "1"),
            ("MaxCount", "1"),
            ("SecurityGroupId.1", group),
            ("MetadataOptions.HttpTokens", "required"),
            ("TagSpecification.1.ResourceType", "instance"),
            ("TagSpecification.1.Tag.1.Key", "Name"),
            ("TagSpecification.1.Tag.1.Value", name),
        ];
        between(&self.query("ec2", region, &form).await, "instanceId")
    }

    /// Ends an instance.
    pub(crate) async fn terminate(&self, region: &str, instance: &str) {
        let form = [("Action", "TerminateInstances"), ("InstanceId.1", instance)];
        self.query("ec2", region, &form).await;
    }

    /// A launch template, and an instance, with user data that is a text in base64.
    pub(crate) async fn with_user_data(&self, region: &str, data: &str) {
        let template = [
            ("Action", "CreateLaunchTemplate"),
            ("LaunchTemplateName", "web"),
            ("LaunchTemplateData.InstanceType", "t3.micro"),
            ("LaunchTemplateData.UserData", data),
        ];
        self.query("ec2", region, &template).await;
        let instance = [
            ("Action", "RunInstances"),
            ("ImageId", "ami-12c6146b"),
            ("InstanceType", "t3.micro"),
            ("MinCount", "1"),
            ("MaxCount", "1"),
            ("UserData", data),
        ];
        self.query("ec2", region, &instance).await;
    }

    /// A call of IAM.
    pub(crate) async fn iam(&self, form: &[(&str, &str)]) -> String {
        self.query("iam", "us-east-1", form).await
    }

    /// A new user with a tag.
    pub(crate) async fn user(&self, name: &str, team: &str) {
        let form = [
            ("Action", "CreateUser"),
            ("UserName", name),
            ("Tags.member.1.Key", "team"),
            ("Tags.member.1.Value", team),
        ];
        self.iam(&form).await;
    }

    /// A role that the account's own users may assume, its ARN.
    pub(crate) async fn role(&self, name: &str) -> String {
        let trust = json!({ "Version": "2012-10-17", "Statement": [] }).to_string();
        let form = [
            ("Action", "CreateRole"),
            ("RoleName", name),
            ("AssumeRolePolicyDocument", trust.as_str()),
        ];
        between(&self.iam(&form).await, "Arn")
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        self.process.kill().expect("moto was running");
        self.process.wait().expect("moto ends");
    }
}

/// A bucket of moto.
pub(crate) struct Bucket<'a> {
    moto: &'a Moto,
    name: &'a str,
    region: &'a str,
}

impl Bucket<'_> {
    async fn put(self, part: &str, body: String) -> Self {
        self.moto.s3(self.region, &format!("{}?{part}", self.name), &[], body).await;
        self
    }

    /// An object with a text in it.
    pub(crate) async fn object(self, key: &str, text: &str) -> Self {
        self.moto.s3(self.region, &format!("{}/{key}", self.name), &[], text.to_owned()).await;
        self
    }

    /// Everybody may read it.
    pub(crate) async fn public(self) -> Self {
        let acl = [("x-amz-acl", "public-read")];
        self.moto.s3(self.region, &format!("{}?acl", self.name), &acl, String::new()).await;
        self
    }

    /// Its tags.
    pub(crate) async fn tags(self, tags: &[(&str, &str)]) -> Self {
        let tag = |(key, value): &(&str, &str)| {
            format!("<Tag><Key>{key}</Key><Value>{value}</Value></Tag>")
        };
        let tags = tags.iter().map(tag).collect::<Vec<_>>().concat();
        self.put("tagging", format!("<Tagging><TagSet>{tags}</TagSet></Tagging>")).await
    }

    /// All four public access blocks on or off.
    pub(crate) async fn public_access_block(self, on: bool) -> Self {
        let flags = ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy"];
        let flags = flags.iter().chain(&["RestrictPublicBuckets"]);
        let flags = flags.map(|flag| format!("<{flag}>{on}</{flag}>")).collect::<Vec<_>>().concat();
        let root = "PublicAccessBlockConfiguration";
        self.put("publicAccessBlock", format!("<{root}>{flags}</{root}>")).await
    }

    /// A bucket policy.
    pub(crate) async fn policy(self, policy: &Json) -> Self {
        self.put("policy", policy.to_string()).await
    }

    /// Versions are kept.
    pub(crate) async fn versioned(self) -> Self {
        let root = "VersioningConfiguration";
        self.put("versioning", format!("<{root}><Status>Enabled</Status></{root}>")).await
    }

    /// Encryption by a KMS key.
    pub(crate) async fn encrypted(self, key: &str) -> Self {
        let rule = format!(
            "<Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm>\
             <KMSMasterKeyID>{key}</KMSMasterKeyID></ApplyServerSideEncryptionByDefault>\
             <BucketKeyEnabled>true</BucketKeyEnabled></Rule>"
        );
        let root = "ServerSideEncryptionConfiguration";
        self.put("encryption", format!("<{root}>{rule}</{root}>")).await
    }

    /// Objects under `prefix` expire.
    pub(crate) async fn expiring(self, prefix: &str, days: u32) -> Self {
        let rule = format!(
            "<Rule><ID>expire</ID><Filter><Prefix>{prefix}</Prefix></Filter>\
             <Status>Enabled</Status><Expiration><Days>{days}</Days></Expiration></Rule>"
        );
        let root = "LifecycleConfiguration";
        self.put("lifecycle", format!("<{root}>{rule}</{root}>")).await
    }

    /// Its objects belong to the bucket's owner.
    pub(crate) async fn owned(self) -> Self {
        let rule = "<Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule>";
        let root = "OwnershipControls";
        self.put("ownershipControls", format!("<{root}>{rule}</{root}>")).await
    }

    /// It is a website.
    pub(crate) async fn website(self) -> Self {
        let index = "<IndexDocument><Suffix>index.html</Suffix></IndexDocument>";
        let root = "WebsiteConfiguration";
        self.put("website", format!("<{root}>{index}</{root}>")).await
    }
}

/// The text of the first element of that name.
pub(crate) fn between(xml: &str, element: &str) -> String {
    let (open, close) = (format!("<{element}>"), format!("</{element}>"));
    let after = xml.split_once(&open).unwrap_or_else(|| panic!("no <{element}> in {xml}")).1;
    after.split_once(&close).expect("closed").0.to_owned()
}
