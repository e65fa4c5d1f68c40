//! What it costs alone to check that answers are the API's: the answers of one evaluation, as the server of the fleet
//! wrote them down, gone through as often as it takes to measure it.
//!
//! `make bench FIGURES=fleet` runs it; the file is the argument. It prints JSON: `answers`, their `bytes`, how many
//! are `undeclared`, of which nothing is asked but to be whole, and the `seconds` that one check of all takes, the
//! median of the rounds, on one thread.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a benchmark measures the time and prints it"
)]

use std::error::Error;
use std::fs;
use std::hint::black_box;
use std::time::Instant;

use cloudcorrect::aws::ResponseChecks;
use serde::Deserialize;
use serde_json::json;

/// Allocator of the service.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ROUNDS: usize = 101;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    operation: String,
    is_success: bool,
    body: String,
}

fn main() -> Result<(), Box<dyn Error>> {
    if std::env::args().any(|argument| argument == "--list") {
        return Ok(());
    }
    let file = std::env::args().nth(1).filter(|argument| !argument.starts_with('-'));
    let text = fs::read_to_string(file.ok_or("name the file of answers")?)?;
    let answers: Vec<Answer> = text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let checks = ResponseChecks::of_all_operations();
    let mut rounds = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let start = Instant::now();
        for answer in &answers {
            let body = black_box(answer.body.as_bytes());
            if !black_box(checks.pass(&answer.operation, answer.is_success, body)) {
                return Err(format!("an answer to {} is refused", answer.operation).into());
            }
        }
        rounds.push(start.elapsed());
    }
    rounds.sort();
    let undeclared = answers.iter().filter(|answer| !checks.know(&answer.operation)).count();
    let bytes: usize = answers.iter().map(|answer| answer.body.len()).sum();
    let seconds = rounds.get(ROUNDS / 2).ok_or("no round")?.as_secs_f64();
    println!(
        "{}",
        json!({ "answers": answers.len(), "bytes": bytes, "undeclared": undeclared, "seconds": seconds })
    );
    Ok(())
}
