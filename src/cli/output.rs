//! Standard output and standard error. A reader that has gone away is no error.

use std::io::{self, BufWriter, ErrorKind, IsTerminal, Write};

use clap::ValueEnum;
use cloudcorrect::diagnostic::visible_lines;

/// Bytes of a stream that are written at once.
const AT_ONCE: usize = 64 << 10;

/// Exit status where all is well.
pub(super) const CLEAN: u8 = 0;
/// A finding fails, a tree has problems.
pub(super) const PROBLEMS: u8 = 1;
/// Wrong usage, or a tree that cannot be judged.
pub(super) const USAGE: u8 = 2;
/// Something could not be known.
pub(super) const UNKNOWN: u8 = 3;

/// Form in which resources and values are shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people
    #[default]
    Text,
    /// One JSON document, for programs
    Json,
}

/// Writes a result to standard output.
pub(super) fn print(text: &str) -> io::Result<()> {
    unless_gone(io::stdout().lock().write_all(text.as_bytes()))
}

/// Writes a result to standard output as it comes, so that a long one is never in memory as a whole.
pub(super) fn stream(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(AT_ONCE, io::stdout().lock());
    unless_gone(write(&mut out).and_then(|()| out.flush()))
}

/// Result of writing to a reader; one that has gone away is no error.
fn unless_gone(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// Writes a line of progress to standard error, if a person watches.
pub(super) fn progress(text: &str) {
    if io::stderr().is_terminal() {
        let _ = writeln!(io::stderr(), "{text}");
    }
}

/// Writes to standard error what a reader of the result has to know.
pub(super) fn note(text: &str) {
    let _ = writeln!(io::stderr(), "note: {}", visible_lines(text));
}

/// Writes warnings, as they are shown with their lines, to standard error.
pub(super) fn warnings(shown: &str) {
    let _ = io::stderr().write_all(shown.as_bytes());
}

/// Writes an error with its causes to standard error. It may quote arguments, files and answers.
pub(super) fn error(error: &anyhow::Error) {
    let _ = writeln!(io::stderr(), "error: {}", visible_lines(&chain(error)));
}

/// An error and its causes, without those that the words before them end with already.
fn chain(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if text.is_empty() {
            text = cause;
        } else if !text.ends_with(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use anyhow::Context;

    use super::*;

    #[test]
    fn a_cause_is_told_once() {
        let inner = io::Error::other("no such luck");
        let error = Err::<(), _>(inner).context("cannot open: no such luck").context("stop");
        assert_eq!(chain(&error.expect_err("it is one")), "stop: cannot open: no such luck");
        let error = anyhow::Error::msg("inner").context("outer");
        assert_eq!(chain(&error), "outer: inner");
    }
}
