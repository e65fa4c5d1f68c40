//! Recorded answers, a file for each type in `tests/aws`: each begins with a line that names the
//! operation and the request that it is for.

use std::fs;
use std::path::PathBuf;

use super::stand_in::{Request, Response, StandIn};

/// Answer of AWS as it was recorded.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    /// Operation that it answers, such as `s3:GetBucketAcl`.
    pub(super) operation: String,
    /// Path of S3, fields of the others.
    wanted: Vec<String>,
    pub(super) body: String,
}

impl Answer {
    fn parse(text: &str) -> Self {
        let (line, body) = text.split_once('\n').expect("a body below its line");
        let mut words = line.split_whitespace().map(str::to_owned);
        let operation = words.next().expect("an operation");
        Self { operation, wanted: words.collect(), body: body.trim_end().to_owned() }
    }

    /// The same for requests that have this pair as well.
    pub(super) fn on(mut self, pair: &str) -> Self {
        self.wanted.push(pair.to_owned());
        self
    }

    pub(super) fn is_for(&self, request: &Request) -> bool {
        let (service, name) = self.operation.split_once(':').expect("service:Name");
        // What is in parentheses tells apart questions of one name.
        let name = name.split('(').next().unwrap_or(name);
        let is_wanted = |wanted: &String| match wanted.split_once('=') {
            Some((field, value)) => request.field(field) == Some(value),
            None => request.path == *wanted,
        };
        service == request.service
            && request.field("Action").is_none_or(|action| action == name)
            && self.wanted.iter().all(is_wanted)
    }
}

/// The recorded answers of a type, in the file that is named like it but for case and dashes.
pub(super) fn answers(type_name: &str) -> Vec<Answer> {
    let name = type_name.replace("::", "").to_lowercase();
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/aws");
    let files = fs::read_dir(directory).expect("a directory").map(|file| file.expect("a file"));
    let mut paths = files.map(|file| file.path());
    let is_of_type = |path: &PathBuf| {
        let stem = path.file_stem().expect("a name").to_str().expect("text");
        stem.replace('-', "") == name
    };
    let path = paths.find(is_of_type).unwrap_or_else(|| panic!("no answers of {type_name}"));
    let text = fs::read_to_string(path).expect("text");
    let entries = text.split("=== ").skip(1);
    entries.map(Answer::parse).collect()
}

/// Bounds of the first element of that name. None of the recorded ones holds one of its own name
/// before its end.
pub(super) fn element(text: &str, name: &str) -> Option<(usize, usize)> {
    let starts = ["<", ">", "/", " "].map(|end| format!("<{name}{end}"));
    let start = starts.iter().filter_map(|start| text.find(start)).min()?;
    let tag_end = start + text[start..].find('>')?;
    if text[..tag_end].ends_with('/') {
        return Some((start, tag_end + 1));
    }
    let close = format!("</{name}>");
    Some((start, tag_end + text[tag_end..].find(&close)? + close.len()))
}

/// A server that gives these answers; to what was not recorded, that the resource is gone.
pub(super) async fn serve(answers: Vec<(Answer, Response)>) -> StandIn {
    StandIn::answering(move |request| {
        let mut found = answers.iter().filter(|(answer, _)| answer.is_for(request));
        match found.next() {
            Some((_, response)) => response.clone(),
            None => Response::error(&request.service, 404, "NoSuchResource"),
        }
    })
    .await
}

/// The answers as they were recorded.
pub(super) fn whole(answers: &[Answer]) -> Vec<(Answer, Response)> {
    let response = |answer: &Answer| Response::new(200, answer.body.clone());
    answers.iter().map(|answer| (answer.clone(), response(answer))).collect()
}
