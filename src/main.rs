//! The `cloudcorrect` binary: its command line, and the memory it works with.
//!
//! What the commands do is in the library.

mod cli;

use std::process::ExitCode;

/// Reading policies is a quarter allocation, on several threads: this one needs a fifth fewer
/// instructions for all of it than the system's, which grows the memory of a thread page by page.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::run()
}
