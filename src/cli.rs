//! The command line: subcommands, their output and exit status.
