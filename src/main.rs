//! The `cloudcorrect` binary; everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    cloudcorrect::cli::run()
}
