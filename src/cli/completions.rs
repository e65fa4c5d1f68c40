//! `completions` and `man`: what a shell and `man` know of the command line, made from it.

use std::process::ExitCode;

use clap::Command;
use clap_complete::Shell;

use super::output;
use super::wanted::none_such;

/// Statuses as `--help` shows them.
const STATUSES: &str = "\
Exit status:
  0  it was written
  2  an argument is wrong";

/// Heading under which `clap_mangen` puts what stands behind the help, which begins with one of its
/// own.
const EXTRA: &str = ".SH EXTRA\nExit status:\n";

/// Heading of man-pages(7) for it.
const STATUS: &str = ".SH \"EXIT STATUS\"\n";

/// Command line arguments of `completions`.
#[derive(Debug, clap::Args)]
#[command(after_help = STATUSES)]
pub(super) struct Arguments {
    /// The shell that is to complete
    #[arg(value_enum)]
    shell: Shell,
}

/// Command line arguments of `man`.
#[derive(Debug, clap::Args)]
#[command(after_help = STATUSES)]
pub(super) struct ManArguments {
    /// The subcommand whose page it is; the page of the whole without it
    #[arg(value_name = "COMMAND")]
    command: Option<String>,
}

/// Prints the completions of the command line for a shell.
pub(super) fn run(arguments: &Arguments, mut command: Command) -> anyhow::Result<ExitCode> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, "cloudcorrect", &mut script);
    output::print(&String::from_utf8(script)?)?;
    Ok(ExitCode::from(output::CLEAN))
}

/// Prints a page of the manual.
pub(super) fn man(arguments: &ManArguments, command: Command) -> anyhow::Result<ExitCode> {
    let mut command = command.disable_help_subcommand(true);
    // Only then a subcommand knows its whole name, and the arguments that all have.
    command.build();
    let page = match &arguments.command {
        None => command,
        Some(wanted) => {
            let known = || command.get_subcommands().map(Command::get_name);
            let found = command.find_subcommand(wanted);
            let found = found.ok_or_else(|| none_such("command", wanted, known()))?;
            found.clone()
        }
    };
    let mut text = Vec::new();
    clap_mangen::Man::new(page).manual("cloudcorrect").render(&mut text)?;
    output::print(&String::from_utf8(text)?.replace(EXTRA, STATUS))?;
    Ok(ExitCode::from(output::CLEAN))
}
