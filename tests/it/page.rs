//! The page as people see it, in a headless browser.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use insta::assert_snapshot;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sqlx::PgPool;
use tokio::net::TcpListener;
use tokio::process::Command;

use crate::world::scene::{ACCOUNTS, PATIENCE, STORAGE};
use crate::world::servers;
use crate::world::story::World;

/// A word that is longer than a phone is wide.
const ADDRESS: &str =
    "https://wiki.example.com/a/very/long/address/that/has/no/spaces/at/all/to/break/at.html";

/// One size of the window.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Walk {
    size: String,
    seen: Vec<Look>,
    complaints: Vec<String>,
}

/// One page.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Look {
    path: String,
    title: String,
    heading: String,
    badges: Vec<String>,
    visible: bool,
    styled: bool,
    too_wide: u32,
    sticks_out: Vec<String>,
}

fn browser() -> PathBuf {
    #[expect(clippy::disallowed_methods, reason = "tests have no settings but these")]
    let path = std::env::var_os("PATH").expect("a search path");
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let mut places =
        std::env::split_paths(&path).flat_map(|directory| names.map(|name| directory.join(name)));
    places.find(|place| place.exists()).expect("a browser is there: run `make setup`")
}

/// Walks through the pages at `url` in each size, and looks at some more, which commas part.
async fn walks(url: &str, group: &str, more: &str, sizes: &[&str]) -> Vec<Walk> {
    let arguments = [&[url, group, more], sizes].concat();
    drives(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/page.js"), &arguments).await
}

/// A form as it was posted.
#[derive(Deserialize)]
pub(crate) struct Posted {
    /// Where to, or `refused` where the browser sends nothing.
    pub(crate) url: String,
    /// The manifest of an App.
    pub(crate) manifest: Option<String>,
}

/// Registers the GitHub App by the page of a file, once for each GitHub and organization.
pub(crate) async fn registers(file: &Path, cases: &[(&str, &str)]) -> Vec<Posted> {
    let file = file.to_str().expect("UTF-8");
    let cases = cases.iter().flat_map(|(github, organization)| [*github, *organization]);
    let arguments: Vec<&str> = [file].into_iter().chain(cases).collect();
    drives(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/register.js"), &arguments).await
}

/// Runs a script that drives the browser, and reads its report.
async fn drives<T: DeserializeOwned>(script: &str, arguments: &[&str]) -> T {
    let walking = Command::new(servers::program("node"))
        .arg(script)
        .arg(browser())
        .args(arguments)
        .env("NODE_PATH", servers::directory().join("node_modules"))
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let walked = tokio::time::timeout(PATIENCE, walking).await.expect("the browser is quick");
    let walked = walked.expect("node runs");
    let complaint = String::from_utf8_lossy(&walked.stderr);
    assert!(walked.status.success(), "{complaint}");
    serde_json::from_slice(&walked.stdout).expect("a report")
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn the_page_leads_from_the_overview_to_the_revision_on_any_screen(pool: PgPool) {
    let mut world = World::new(pool).await;
    world.cloud.private_bucket("logs");
    world.cloud.public_bucket("a-bucket-whose-name-is-as-long-as-the-name-of-a-bucket-may-be-63");
    world.cloud.denied_bucket("secret");
    let storage = STORAGE.replace("spec:\n", &format!("spec:\n  description: See {ADDRESS}\n"));
    let first = world.commit_to("main", &[ACCOUNTS, ("policies/storage.yaml", &storage)]).await;
    world.settle().await;
    world.cloud.private_bucket("a-bucket-whose-name-is-as-long-as-the-name-of-a-bucket-may-be-63");
    world.time_passes().await;
    world.settle().await;
    let broken = storage.replace("BlockPublicAcls", "BlockPublicAccessControlListsOfAnyKind");
    let refused = world.commit_to("main", &[("policies/storage.yaml", &broken)]).await;
    world.settle().await;

    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/", listener.local_addr().expect("an address"));
    tokio::spawn(axum::serve(listener, world.parts.pages.clone()).into_future());
    let more = format!("/sources/main/revisions/{refused},/sources/main/posts");
    let walks = walks(&url, "storage", &more, &["390x844", "1280x800"]).await;

    let mut seen = Vec::new();
    for Walk { size, seen: looks, complaints } in walks {
        assert_eq!(complaints, Vec::<String>::new(), "{size}: the browser complains");
        let mut text = String::new();
        for look in looks {
            let Look { path, title, heading, badges, .. } = &look;
            assert!(look.visible, "{size} {path}: heading and group can be seen");
            assert!(look.styled, "{size} {path}: the style sheet counts");
            assert_eq!(look.sticks_out, Vec::<String>::new(), "{size} {path}: all is on screen");
            assert_eq!(look.too_wide, 0, "{size} {path}: nothing has to be scrolled sideways");
            let _ = writeln!(text, "{path}\n  {title}\n  {heading}\n  {}", badges.join(", "));
        }
        for (commit, name) in [(&first, "FIRST"), (&refused, "REFUSED")] {
            text = text.replace(commit, name).replace(&commit[..8], name);
        }
        seen.push(text);
    }
    assert_snapshot!(seen[0], @"
    /
      Overview · cloudcorrect
      The group could not be evaluated in full
      unknown
    /sources/main/groups/storage
      storage · cloudcorrect
      storage
      unknown: access denied, unknown: access denied, unknown: access denied, passes, passes, unknown: access denied, fails
    /runs/2
      Run of storage · cloudcorrect
      Run 2 of storage
      unknown: access denied, fails, passes, unknown: access denied, passes, passes
    /sources/main/revisions/FIRST
      FIRST · cloudcorrect
      Change policies
      in force
    /sources/main/revisions/REFUSED
      REFUSED · cloudcorrect
      Change policies
      refused, error
    /sources/main/posts
      Posts of main · cloudcorrect
      Posts
      failure, failure, success
    ");
    assert_eq!(seen[0], seen[1], "both sizes show the same");
    world.finish().await;
}
