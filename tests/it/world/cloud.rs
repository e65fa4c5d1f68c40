//! A recorded account that stories build and change.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use cloudcorrect::resource::schemas;
use serde_json::{Value, json};

use super::scene::PATIENCE;

/// The account of all stories.
pub(crate) const ACCOUNT: &str = "123456789012";

/// Buckets of one account, in a file that the service reads in the account's place.
pub(crate) struct Cloud {
    file: PathBuf,
    buckets: BTreeMap<String, Value>,
    refused: Option<Value>,
    writes: u64,
}

impl Cloud {
    pub(crate) fn new(directory: &Path) -> Self {
        let file = directory.join("account.json");
        let cloud = Self { file, buckets: BTreeMap::new(), refused: None, writes: 0 };
        cloud.save();
        cloud
    }

    /// The setting that makes the service read the file in the account's place.
    pub(crate) fn setting(&self) -> String {
        format!("recorded = \"{}\"", self.file.display())
    }

    /// From now on the account gives no answer, until [`Cloud::answers`].
    pub(crate) fn hangs(&self) {
        std::fs::remove_file(&self.file).expect("the file was there");
        let made = Command::new("mkfifo").arg(&self.file).status().expect("mkfifo runs");
        assert!(made.success(), "{made}");
    }

    /// Nobody can ask the account anything, until it is changed.
    pub(crate) fn vanishes(&self) {
        std::fs::remove_file(&self.file).expect("the file was there");
    }

    /// Waits until somebody asks the account that hangs; they wait as long as the answer is held.
    pub(crate) async fn is_asked(&self) -> File {
        let (asked, told) = tokio::sync::oneshot::channel();
        let pipe = self.file.clone();
        // A thread of its own: nothing waits for it if nobody ever asks.
        std::thread::spawn(move || {
            // Opening a pipe for writing waits until it is read.
            let held = OpenOptions::new().write(true).open(pipe).expect("the pipe opens");
            asked.send(held).ok();
        });
        let told = tokio::time::timeout(PATIENCE, told).await.expect("somebody asks the account");
        told.expect("the pipe was opened")
    }

    /// The account gives answers again.
    pub(crate) fn answers(&self) {
        std::fs::remove_file(&self.file).expect("the pipe was there");
        self.save();
    }

    /// The account gives answers again, also to whoever waits for them.
    pub(crate) fn answers_to(&self, mut held: File) {
        self.answers();
        let text = std::fs::read(&self.file).expect("the file is there");
        held.write_all(&text).expect("somebody reads");
    }

    /// A bucket that blocks all public access.
    pub(crate) fn private_bucket(&mut self, name: &str) {
        self.bucket(name, &json!({ "read": block(true) }));
    }

    /// A bucket that blocks none.
    pub(crate) fn public_bucket(&mut self, name: &str) {
        self.bucket(name, &json!({ "read": block(false) }));
    }

    /// A bucket whose settings may not be read.
    pub(crate) fn denied_bucket(&mut self, name: &str) {
        let message = "s3:GetPublicAccessBlock: Access Denied";
        self.bucket(name, &json!({ "error": { "cause": "access_denied", "message": message } }));
    }

    /// Buckets of which all is recorded that live ones are asked, each with its name in its policy.
    pub(crate) fn whole_buckets(&mut self, names: &[&str]) {
        let schema = &schemas()["AWS::S3::Bucket"];
        for name in names {
            let mut facets: serde_json::Map<String, Value> = schema
                .live_operations()
                .map(|operation| (operation.to_string(), json!({ "absent": true })))
                .collect();
            let listed = json!({ "BucketName": name, "Arn": format!("arn:aws:s3:::{name}") });
            facets.insert("s3:ListBuckets".to_owned(), json!({ "read": listed }));
            facets.insert("s3:GetPublicAccessBlock".to_owned(), json!({ "read": block(true) }));
            let policy = json!({ "Policy": { "Id": name } });
            facets.insert("s3:GetBucketPolicy".to_owned(), json!({ "read": policy }));
            let bucket = json!({ "region": "us-east-1", "facets": facets });
            self.buckets.insert((*name).to_owned(), bucket);
        }
        self.changed();
    }

    pub(crate) fn remove_bucket(&mut self, name: &str) {
        self.buckets.remove(name);
        self.changed();
    }

    /// The list of buckets is refused from now on.
    pub(crate) fn refuse_lists(&mut self) {
        self.refused =
            Some(json!({ "cause": "throttled", "message": "s3:ListBuckets: Rate exceeded" }));
        self.changed();
    }

    fn bucket(&mut self, name: &str, public_access: &Value) {
        let bucket = json!({
            "region": "us-east-1",
            "facets": {
                "s3:ListBuckets": { "read": { "BucketName": name, "Arn": format!("arn:aws:s3:::{name}") } },
                "s3:GetPublicAccessBlock": public_access,
            }
        });
        self.buckets.insert(name.to_owned(), bucket);
        self.changed();
    }

    fn changed(&mut self) {
        self.writes += 1;
        self.save();
    }

    fn save(&self) {
        let buckets: Vec<&Value> = self.buckets.values().collect();
        let list = match &self.refused {
            Some(error) => json!({ "error": error }),
            None => json!({ "resources": buckets }),
        };
        let inventory = json!({
            "apiVersion": "cloudcorrect.dev/v1",
            "kind": "Inventory",
            "account": ACCOUNT,
            "recordedAt": "2026-11-16T08:00:00Z",
            "lists": { "AWS::S3::Bucket": { "global": list } },
        });
        // Padding makes each state of the file of another length: clocks may be coarse.
        let padding = " ".repeat(usize::try_from(self.writes).expect("few writes"));
        std::fs::write(&self.file, format!("{inventory}{padding}\n")).expect("a file");
    }
}

fn block(on: bool) -> Value {
    json!({ "PublicAccessBlockConfiguration": {
        "BlockPublicAcls": on,
        "IgnorePublicAcls": on,
        "BlockPublicPolicy": on,
        "RestrictPublicBuckets": on,
    } })
}
