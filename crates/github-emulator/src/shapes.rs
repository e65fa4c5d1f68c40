//! The JSON of GitHub: what things look like from outside.
//!
//! One shape a thing, with every property that any of GitHub's schemas for it asks for; the
//! description judges them on the way out.

mod checks;
mod commits;
mod hooks;
mod issues;
mod people;
mod pulls;
mod repository;

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use crate::options::EmulatorOptions;

pub(crate) use hooks::Push;
pub(crate) use pulls::Size;

/// Addresses of the emulator and facts of the App, which every shape needs.
pub(crate) struct Site {
    /// The base of the API, without a slash at the end.
    pub(crate) api: String,
    /// The base of pages and clones, without a slash at the end.
    pub(crate) html: String,
    app_id: u64,
    app_slug: String,
    permissions: Value,
}

impl Site {
    /// The site at `url`, with the App of the options.
    pub(crate) fn new(url: &str, options: &EmulatorOptions) -> Self {
        Self {
            api: format!("{url}/api/v3"),
            html: url.to_owned(),
            app_id: options.app_id,
            app_slug: options.app_slug.clone(),
            permissions: json!(options.permissions),
        }
    }
}

/// An instant as GitHub writes it, to the second.
pub(crate) fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The opaque name of a thing in the other API of GitHub.
fn node_id(kind: &str, id: u64) -> String {
    format!("{kind}_{id:08}")
}

/// Adds the members of one object to another, replacing those of the same name.
fn extend(shape: &mut Value, more: Value) {
    if let (Value::Object(members), Value::Object(more)) = (shape, more) {
        members.extend(more);
    }
}
