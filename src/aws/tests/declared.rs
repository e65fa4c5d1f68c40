//! What the calls declare of their answers, all of it, by AWS's documents.

mod ec2;
mod iam;
mod s3;

use super::super::response::{Body, Call, Presence, present};

/// What the answers to calls must hold, a line each; with `?` what may be empty. What is missing
/// there would be made up.
fn declarations(calls: impl Iterator<Item = &'static Call>) -> String {
    let mut declared: Vec<String> = calls
        .flat_map(|call| {
            let names: Vec<String> = match call.body {
                Body::Json(keys) => keys.iter().map(|key| format!("{{{key}}}")).collect(),
                Body::Xml(required) => required.iter().map(shown_presence).collect(),
            };
            names.into_iter().map(|name| format!("{} {name}", call.operation)).collect::<Vec<_>>()
        })
        .collect();
    declared.sort_unstable();
    declared.join("\n")
}

fn shown_presence(one: &Presence) -> String {
    let mark = if *one == present(one.path) { "?" } else { "" };
    format!("{}{mark}", one.path)
}
