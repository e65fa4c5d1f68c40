//! What the commands that write SARIF have in common: its category, and the limits of who reads it.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;

use super::output;

/// Most results of a run that GitHub takes
/// (<https://docs.github.com/en/code-security/code-scanning/troubleshooting-sarif-uploads/results-exceed-limit>).
const MOST_TAKEN: usize = 25_000;

/// Most results of a run that GitHub keeps, as that page says.
const MOST_KEPT: usize = 5_000;

/// Most bytes of a log, compressed by gzip, that GitHub takes
/// (<https://docs.github.com/en/code-security/code-scanning/troubleshooting-sarif-uploads/file-too-large>).
const MOST_BYTES: u64 = 10_000_000;

/// Way out where a log is too large.
const IN_PARTS: &str = "ask for a part at a time, each with a `--sarif-category` of its own";

/// Argument that keeps several logs of one command apart.
#[derive(Debug, clap::Args)]
pub(super) struct Category {
    /// Category of `--format sarif`, as of `validate` or `evaluate` and an account: a log that is
    /// uploaded takes the place of the one before it of the same category
    #[arg(long = "sarif-category", value_name = "NAME", value_parser = category)]
    name: Option<String>,
}

impl Category {
    /// Category as it was given, or the one of the command.
    pub(super) fn or<'a>(&'a self, usual: &'a str) -> &'a str {
        self.name.as_deref().unwrap_or(usual)
    }
}

/// A category that names something: a log of none would take the place of every other one of none.
fn category(name: &str) -> Result<String, &'static str> {
    if name.trim_matches(|c: char| c == '/' || c.is_whitespace()).is_empty() {
        return Err("a category is a name, such as `prod`");
    }
    Ok(name.to_owned())
}

/// Prints a log, and says what GitHub would leave out or refuse.
pub(super) fn print(log: &str, results: usize) -> io::Result<()> {
    output::print(log)?;
    let words = [over_results(results), over_bytes(log)?];
    words.iter().flatten().for_each(|words| output::note(words));
    Ok(())
}

/// Words of checks whose controls are not all tags of their rules.
pub(super) fn over_tags(checks: &[String]) -> Option<String> {
    let names = match checks {
        [] => return None,
        [one] => format!("`{one}` has"),
        [one, rest @ ..] => format!("`{one}` and {} more checks have", rest.len()),
    };
    Some(format!(
        "{names} more `compliance` than GitHub shows tags of a rule: the first are tags, and the \
         others stand in its help"
    ))
}

fn over_results(results: usize) -> Option<String> {
    let what = if results > MOST_TAKEN {
        format!("refuses a log of more than {MOST_TAKEN}")
    } else if results > MOST_KEPT {
        format!("keeps {MOST_KEPT} of them, the most severe")
    } else {
        return None;
    };
    Some(format!("the log has {results} results, and GitHub {what}; {IN_PARTS}"))
}

fn over_bytes(log: &str) -> io::Result<Option<String>> {
    // What compresses badly becomes no longer than it is, by more than a thousandth.
    if (log.len() as u64) < MOST_BYTES {
        return Ok(None);
    }
    let mut packed = GzEncoder::new(Counted(0), Compression::default());
    packed.write_all(log.as_bytes())?;
    let Counted(bytes) = packed.finish()?;
    let words = || {
        format!(
            "the log has {bytes} bytes compressed by gzip, and GitHub refuses one of more than \
             {MOST_BYTES}; {IN_PARTS}"
        )
    };
    Ok((bytes > MOST_BYTES).then(words))
}

/// Number of bytes that were written.
struct Counted(u64);

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn what_github_leaves_out_or_refuses_is_said() {
        assert_eq!(over_results(5_000), None);
        insta::assert_snapshot!(over_results(5_001).expect("words"), @"the log has 5001 results, and GitHub keeps 5000 of them, the most severe; ask for a part at a time, each with a `--sarif-category` of its own");
        assert_eq!(over_results(25_000).map(|it| it.contains("keeps")), Some(true));
        insta::assert_snapshot!(over_results(25_001).expect("words"), @"the log has 25001 results, and GitHub refuses a log of more than 25000; ask for a part at a time, each with a `--sarif-category` of its own");
    }

    #[test]
    fn a_category_is_a_name() {
        for none in ["", "/", " ", "// /"] {
            assert!(category(none).is_err(), "{none:?}");
        }
        assert_eq!(category("/prod/eu/").as_deref(), Ok("/prod/eu/"));
    }

    #[test]
    fn controls_that_are_no_tags_are_said() {
        let checks = ["a/b", "a/c", "d/e"].map(str::to_owned);
        assert_eq!(over_tags(&[]), None);
        insta::assert_snapshot!(over_tags(&checks[..1]).expect("words"), @"`a/b` has more `compliance` than GitHub shows tags of a rule: the first are tags, and the others stand in its help");
        insta::assert_snapshot!(over_tags(&checks).expect("words"), @"`a/b` and 2 more checks have more `compliance` than GitHub shows tags of a rule: the first are tags, and the others stand in its help");
    }

    #[test]
    fn the_size_that_counts_is_the_compressed_one() {
        assert_eq!(over_bytes(&"a".repeat(20_000_000)).expect("in memory"), None);
        // Hexadecimal digits of what has no pattern compress to a little more than a half.
        let noise = |round: u32| hex::encode(Sha256::digest(round.to_le_bytes()));
        let log: String = (0..320_000).map(noise).collect();
        let words = over_bytes(&log).expect("in memory").expect("words");
        assert!(words.contains("GitHub refuses one of more than 10000000"), "{words}");
    }
}
