//! `init`: the skeleton of a policy repository.

mod skeleton;

use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use url::Url;

use cloudcorrect::catalog;
use cloudcorrect::diagnostic::{Diagnostic, Level};
use cloudcorrect::policy::SourceFile;
use cloudcorrect::resource::{AccountId, Region};

use super::output;
use skeleton::Skeleton;

/// Statuses as `--help` shows them.
const STATUSES: &str = "\
Exit status:
  0  the files are written, or were there already
  2  one cannot be, or an argument is wrong";

/// Command line arguments of `init`.
#[derive(Debug, clap::Args)]
#[command(after_help = STATUSES)]
pub(super) struct Arguments {
    /// The repository's directory, which is made if it is missing
    #[arg(default_value = ".")]
    directory: PathBuf,
    /// The AWS account to begin with
    #[arg(long, value_name = "ID", default_value = "123456789012")]
    account_id: AccountId,
    /// Its regions, with commas between them
    #[arg(long, value_name = "REGION", default_value = "us-east-1", value_delimiter = ',')]
    region: Vec<Region>,
    /// Where GitHub is to reach the service
    #[arg(long, value_name = "URL", default_value = "https://cloudcorrect.example.com")]
    app_url: Url,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let Arguments { directory, account_id, region, app_url } = arguments;
    if region.iter().any(Region::is_global) {
        bail!("`global` is no region to name: what belongs to no region is always looked at");
    }
    if !is_address(app_url) {
        // What may be a password is not shown.
        bail!("what `--app-url` says cannot be the service's address; write `https://HOST`");
    }
    let skeleton = Skeleton { account: account_id, regions: region, app_url };
    let files = skeleton.files()?;
    judge(&files)?;
    let mut kept = 0;
    let mut told = String::new();
    for (path, text) in files {
        let is_new = write_new(&directory.join(&path), &text)
            .with_context(|| format!("cannot write `{}`", directory.join(&path).display()))?;
        kept += usize::from(!is_new);
        let _ = writeln!(told, "{} {path}", if is_new { "wrote" } else { "kept " });
    }
    if kept > 0 {
        let _ = writeln!(told, "\n{kept} of these were there already and are as they were");
    }
    output::print(&(told + &next(directory)))?;
    Ok(ExitCode::from(output::CLEAN))
}

/// `true` of what a listener can have: a scheme, a host, and at most a port and a path.
fn is_address(url: &Url) -> bool {
    matches!(url.scheme(), "https" | "http")
        && (url.query(), url.fragment(), url.password()) == (None, None, None)
        && url.username().is_empty()
}

/// Refuses policies that `validate` would refuse, before anything is written; what it would warn of
/// is told.
fn judge(files: &[(String, String)]) -> anyhow::Result<()> {
    let policies = files.iter().filter(|(path, _)| path.starts_with("policies/"));
    let policies: Vec<SourceFile> =
        policies.map(|(path, text)| SourceFile::new(path.as_str(), text.as_bytes())).collect();
    for Diagnostic { level, message, help, .. } in catalog::read(&policies).diagnostics {
        let help = help.map(|help| format!("; {help}")).unwrap_or_default();
        match level {
            Level::Error => bail!("{message}{help}"),
            Level::Warning => output::note(&format!("{message}{help}")),
        }
    }
    Ok(())
}

/// Writes a file unless there is one of its name; whether it did. What is no file is an error.
fn write_new(path: &Path, text: &str) -> io::Result<bool> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    match OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(mut file) => file.write_all(text.as_bytes()).map(|()| true),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let is_other = fs::metadata(path).is_ok_and(|there| !there.is_file());
            if is_other { Err(io::Error::other("what is there is no file")) } else { Ok(false) }
        }
        Err(error) => Err(error),
    }
}

fn next(directory: &Path) -> String {
    let first = match directory {
        here if here == Path::new(".") => String::new(),
        there => format!("cd {} && ", quoted(&there.display().to_string())),
    };
    format!(
        "\nWhat to do next:
  1. Name your account and its regions in policies/accounts.yaml
  2. {first}cloudcorrect validate
  3. cloudcorrect test; to see one fail, write `Suspended` for `Enabled` in policies/storage.yaml
  4. cloudcorrect record --account prod --output prod.json
  5. cloudcorrect evaluate --inventory prod.json
  6. Commit; README.md says how the service comes to watch the repository\n"
    )
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    if word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
