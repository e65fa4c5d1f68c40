//! The command line: subcommands, their output and exit status.
//!
//! Reading arguments and choosing words for the terminal happens here; everything else is called.

mod access;
mod accounts;
mod completions;
mod demo;
mod deploy;
mod eval;
mod evaluate;
mod explain;
mod get;
mod health;
mod init;
mod logs;
mod migrate;
mod origin;
mod output;
mod plan;
mod record;
mod repository;
mod sarif;
mod schema;
mod serve;
mod test;
mod tree;
mod validate;
mod waive;
mod wanted;
mod words;
mod worker;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};
use cloudcorrect::{assessment, git};

/// Cloud accounts held to policies kept in Git.
#[derive(Debug, Parser)]
#[command(name = "cloudcorrect", version, about, propagate_version = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Begin a policy repository
    Init(init::Arguments),
    /// Find every problem of a policy tree
    Validate(validate::Arguments),
    /// Run the tests of a policy tree
    Test(test::Arguments),
    /// Judge the policies once, without a database
    Evaluate(evaluate::Arguments),
    /// Show which calls the checks cost, and the permissions that they need
    Explain(explain::Arguments),
    /// Say what a change of policies means, as the comment on a pull request does
    Plan(plan::Arguments),
    /// See whether accounts can be asked what the checks read
    Accounts(access::Arguments),
    /// Look at the resources of an account, recorded or live
    Get(get::Arguments),
    /// Try an expression on the resources of an account, recorded or live
    Eval(eval::Arguments),
    /// Print the JSON Schema of a kind of document, for editors, or list the check types
    Schema(schema::Arguments),
    /// Write an account's live inventory to a file
    Record(record::Arguments),
    /// Run the service
    Serve(serve::Arguments),
    /// Assess pull requests for the service, which starts it and asks
    #[command(hide = true)]
    Assess(worker::Arguments),
    /// Fetch from Git for the service, which starts it and asks
    #[command(hide = true)]
    Fetch(worker::Arguments),
    /// Say whether the service on this machine can work
    Health(health::Arguments),
    /// Show the whole service at work on this machine, without any account
    Demo(demo::Arguments),
    /// Bring the database to this version's schema
    Migrate(migrate::Arguments),
    /// Write waivers for what fails now
    Waive(waive::Arguments),
    /// Print what a shell completes of the command line
    Completions(completions::Arguments),
    /// Print a page of the manual, for `man`
    Man(completions::ManArguments),
}

/// Runs the command line of the process and gives its exit status.
pub(crate) fn run() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Init(arguments) => init::run(&arguments),
        Command::Validate(arguments) => validate::run(&arguments),
        Command::Test(arguments) => test::run(&arguments),
        Command::Evaluate(arguments) => evaluate::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Plan(arguments) => plan::run(&arguments),
        Command::Accounts(arguments) => access::run(&arguments),
        Command::Get(arguments) => get::run(&arguments),
        Command::Eval(arguments) => eval::run(&arguments),
        Command::Schema(arguments) => schema::run(&arguments),
        Command::Record(arguments) => record::run(&arguments),
        Command::Serve(arguments) => serve::run(&arguments),
        Command::Assess(arguments) => worker::run(&arguments, assessment::work()),
        Command::Fetch(arguments) => worker::run(&arguments, git::work()),
        Command::Health(arguments) => health::run(&arguments),
        Command::Demo(arguments) => demo::run(&arguments),
        Command::Migrate(arguments) => migrate::run(&arguments),
        Command::Waive(arguments) => waive::run(&arguments),
        Command::Completions(arguments) => completions::run(&arguments, Arguments::command()),
        Command::Man(arguments) => completions::man(&arguments, Arguments::command()),
    };
    outcome.unwrap_or_else(|error| {
        output::error(&error);
        ExitCode::from(output::USAGE)
    })
}
