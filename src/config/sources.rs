//! The watched repositories: each where it is, which branch, which directory.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use url::Url;

use super::fields::Fields;
use super::secrets::token;
use super::settings::{GitSettings, Login, MAX_REMOVED_PERCENT, Remote, SourceSettings};
use super::showing::{has_credentials, quoted};
use super::signers::{self, signatures};
use super::ssh;
use crate::diagnostic::Code;
use crate::ssh::Address;

/// The sources of the settings; what is wrong with them is reported by `root`.
pub(super) fn sources(
    root: &mut Fields<'_, '_>,
    base: &Path,
    github: bool,
    git: &GitSettings,
) -> Vec<SourceSettings> {
    let tables = root.tables("sources");
    if tables.is_empty() {
        let refused = root.error("sources", Code::MissingKey, "is missing");
        root.push(refused.help(
            "name at least one repository under `[[sources]]` of the file that `--config` gives",
        ));
    }
    let mut names = BTreeSet::new();
    let mut places = BTreeSet::new();
    let mut sources = Vec::new();
    for (index, table) in tables.into_iter().enumerate() {
        let mut fields = root.inner(&format!("sources[{index}]"), table);
        let source = source(&mut fields, base, github, git);
        // What is missing or wrong is told as that, and equals nothing.
        if !source.name.is_empty() && !names.insert(source.name.clone()) {
            fields.push(fields.error("name", Code::DuplicateName, "is taken by another source"));
        }
        let place = (format!("{:?}", source.remote), source.branch.clone(), source.path.clone());
        let is_known = !matches!(&source.remote, Remote::GitHub(name) if name.is_empty());
        if is_known && !places.insert(place) {
            let message = "has repository, branch and path of another source";
            fields.push(fields.error("", Code::DuplicateName, message));
        }
        fields.finish(&[KEYS, ssh::KEYS, signers::KEYS].concat());
        sources.push(source);
    }
    sources
}

const KEYS: &[&str] = &[
    "name",
    "repository",
    "url",
    "username",
    "token",
    "token_file",
    "branch",
    "path",
    "poll",
    "max_removed_percent",
];

/// `true` of a text that may name a source.
pub fn is_source_name(text: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !text.is_empty() && text.len() <= 40 && text.chars().all(is_plain)
}

fn source(
    fields: &mut Fields<'_, '_>,
    base: &Path,
    github: bool,
    git: &GitSettings,
) -> SourceSettings {
    let name = fields.required("name", "a unique name of letters, digits and `-`");
    // One that is missing is told already.
    if !name.is_empty() && !is_source_name(&name) {
        let message = format!("is {}, but must be at most 40 of a-z, 0-9 and `-`", quoted(&name));
        fields.push(fields.error("name", Code::InvalidValue, &message));
    }
    let remote = remote(fields, github, git);
    let login = login(fields, base, &remote);
    let access = ssh::access(fields, base, &remote);
    let branch = fields.text("branch").unwrap_or_else(|| "main".into());
    let path = fields.text("path").unwrap_or_else(|| "policies".into());
    let path = path.trim_matches('/').to_owned();
    if path.split('/').any(|part| part == ".." || part == ".") {
        let message =
            format!("is {}, but must be a path from the repository's root", quoted(&path));
        fields.push(fields.error("path", Code::InvalidValue, &message));
    }
    let poll = fields.span("poll", Duration::from_mins(1));
    let max_removed_percent =
        fields.number("max_removed_percent", 0..=100).unwrap_or(MAX_REMOVED_PERCENT);
    let (signatures, approval) = signatures(fields, base);
    SourceSettings {
        name,
        remote,
        login,
        access,
        branch,
        path,
        poll,
        max_removed_percent,
        approval,
        signatures,
    }
}

/// User whose name goes with a token where none is given: hosts that take any take this one.
const TOKEN_USER: &str = "x-access-token";

const BY_SSH: &str = "is of no use: the repository is reached by SSH";

/// User and token for a server elsewhere than on GitHub, which has tokens of its App.
fn login(fields: &mut Fields<'_, '_>, base: &Path, remote: &Remote) -> Option<Login> {
    let username = fields.text("username");
    if let Some(name) =
        username.as_deref().filter(|it| it.contains(|c: char| c == ':' || c.is_control()))
    {
        let message = format!("is {}, but must hold no `:`, which ends it", quoted(name));
        fields.push(fields.error("username", Code::InvalidValue, &message));
    }
    let key = if fields.has("token") { "token" } else { "token_file" };
    let is_there = fields.has(key);
    let password = token(fields, base);
    if username.is_some() && matches!(remote, Remote::Ssh(_)) {
        let refused = fields.error("username", Code::Conflict, BY_SSH);
        fields.push(refused.help("leave it out; the user stands in `url`, before the `@`"));
    } else if username.is_some() && !is_there {
        let refused = fields.error("username", Code::MissingKey, "needs a `token`");
        fields.push(
            refused.help("write a password or token there, or name its file by `token_file`"),
        );
    }
    let password = password?;
    let problem = match remote {
        // What is wrong with the place is told already.
        Remote::GitHub(name) if name.is_empty() => None,
        Remote::GitHub(_) => Some((
            "is of no use beside `repository`",
            "what `[github]` has is taken; leave it out, or name the repository by `url`",
        )),
        Remote::Url(url) if url.scheme() == "file" => {
            Some(("is of no use: the repository is on this machine", "leave it out"))
        }
        Remote::Url(url) if url.scheme() == "http" && !is_loopback(url) => {
            Some(("would be sent unencrypted", "use https"))
        }
        Remote::Url(_) => None,
        Remote::Ssh(_) => Some((BY_SSH, "leave it out; `ssh_key_file` names the key that logs in")),
    };
    if let Some((message, help)) = problem {
        fields.push(fields.error(key, Code::Conflict, message).help(help));
    }
    Some(Login { username: username.unwrap_or_else(|| TOKEN_USER.to_owned()), password })
}

fn remote(fields: &mut Fields<'_, '_>, github: bool, git: &GitSettings) -> Remote {
    let repository = fields.text("repository");
    let has_url = fields.has("url");
    match (repository, url(fields, git)) {
        (Some(repository), None) => {
            let halves = repository.split_once('/');
            if !halves.is_some_and(|(owner, name)| {
                !owner.is_empty() && !name.is_empty() && !name.contains('/')
            }) {
                let message = format!("is {}, but must be `owner/name`", quoted(&repository));
                fields.push(fields.error("repository", Code::InvalidValue, &message));
            } else if !github {
                let message = "needs the settings of `[github]`";
                fields.push(fields.error("repository", Code::MissingKey, message));
            }
            Remote::GitHub(repository)
        }
        (None, Some(remote)) => remote,
        (Some(repository), Some(_)) => {
            let message = "and `url` exclude each other";
            fields.push(fields.error("repository", Code::Conflict, message));
            Remote::GitHub(repository)
        }
        (None, None) => {
            if !has_url {
                let refused = fields.error("repository", Code::MissingKey, "is missing");
                fields.push(refused.help("write `owner/name` on GitHub, or `url`"));
            }
            Remote::GitHub(String::new())
        }
    }
}

/// Forms of an address that are always taken.
const ADDRESS: &str = "write `https://HOST/PATH` or `ssh://git@HOST/PATH`";

/// The address of a repository, if it is one from which the service can fetch.
fn url(fields: &mut Fields<'_, '_>, git: &GitSettings) -> Option<Remote> {
    let text = fields.text("url")?;
    let shown = quoted(&text);
    let (message, help) = match text.parse::<Url>() {
        parsed if holds_credentials(&text, parsed.as_ref().ok()) => (
            "must not hold credentials".to_owned(),
            "leave out what stands before the `@`; `username` and `token` are told a server that asks",
        ),
        _ if Address::is_meant(&text) => match text.parse() {
            Ok(address) => return Some(Remote::Ssh(address)),
            Err(invalid) => (
                format!("is {shown}, which {invalid}"),
                "write `ssh://git@HOST/PATH` or `git@HOST:PATH`",
            ),
        },
        Err(error) => (format!("is {shown}, which is no URL: {error}"), ADDRESS),
        Ok(url) if url.query().is_some() || url.fragment().is_some() => (
            "must be the address of a repository alone, without `?` and `#`".to_owned(),
            "where a server asks who we are, write `username` and `token`",
        ),
        Ok(url) => match url.scheme() {
            "https" => return Some(Remote::Url(url)),
            "http" if git.allow_http || is_loopback(&url) => return Some(Remote::Url(url)),
            "file" if git.allow_file => return Some(Remote::Url(url)),
            "http" => (
                format!("is {shown}, which is not encrypted"),
                "use https, or set `git.allow_http = true`",
            ),
            "file" => (
                format!("is {shown}, a local path"),
                "if that is meant, set `git.allow_file = true`",
            ),
            scheme => (format!("is of `{scheme}`, which is not supported"), ADDRESS),
        },
    };
    let refused = fields.error("url", Code::InvalidValue, &message);
    fields.push(refused.help(help));
    None
}

/// `true` of an address with a user or a password, also where these make it no URL, or one of another
/// kind: `user:password@host`, `//token@host`.
fn holds_credentials(text: &str, parsed: Option<&Url>) -> bool {
    match parsed {
        Some(url) if url.cannot_be_a_base() => has_credentials(text),
        // The user of SSH is no secret.
        Some(url) => {
            url.password().is_some() || url.scheme() != "ssh" && !url.username().is_empty()
        }
        None => has_credentials(text) && !text.contains("://"),
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::Settings;

    fn problem(url: &str) -> String {
        // Each such source needs more, which is told as well.
        let toml = format!("[[sources]]\nname = \"main\"\nurl = \"{url}\"");
        let read = Settings::read(&toml, Path::new("."), []);
        read.map_or_else(|error| error.to_string(), |_| "good".to_owned())
    }

    #[test]
    fn an_address_from_which_nothing_can_be_fetched_is_a_problem() {
        let urls = [
            "https://git.example/p.git",
            "http://127.0.0.1:8080/p.git",
            "http://git.example/p.git",
            "file:///srv/p.git",
            "git@github.com:acme/p.git",
            "ssh://git@github.com/acme/p.git",
            "https://ada:secret@git.example/p.git",
            "https:ada:secret@git.example",
            "ada:secret@git.example:p.git",
            "//ada:secret@git.example",
            "/srv/p.git",
        ];
        let told: Vec<_> = urls
            .iter()
            .map(|url| {
                let problem = problem(url);
                problem.lines().last().unwrap_or_default().trim().to_owned()
            })
            .collect();
        insta::assert_snapshot!(told.join("\n"), @"
        good
        good
        settings:3:7: `sources[0].url` is `http://git.example/p.git`, which is not encrypted; use https, or set `git.allow_http = true`
        settings:3:7: `sources[0].url` is `file:///srv/p.git`, a local path; if that is meant, set `git.allow_file = true`
        settings:1:1: `sources[0].known_hosts` is missing; name a file of OpenSSH's with the key that the host publishes; none is trusted on first use
        settings:1:1: `sources[0].known_hosts` is missing; name a file of OpenSSH's with the key that the host publishes; none is trusted on first use
        settings:3:1: `sources[0].url` must not hold credentials; leave out what stands before the `@`; `username` and `token` are told a server that asks
        settings:3:1: `sources[0].url` must not hold credentials; leave out what stands before the `@`; `username` and `token` are told a server that asks
        settings:3:1: `sources[0].url` must not hold credentials; leave out what stands before the `@`; `username` and `token` are told a server that asks
        settings:3:1: `sources[0].url` must not hold credentials; leave out what stands before the `@`; `username` and `token` are told a server that asks
        settings:3:7: `sources[0].url` is `/srv/p.git`, which is no URL: relative URL without a base; write `https://HOST/PATH` or `ssh://git@HOST/PATH`
        ");
    }

    #[test]
    fn credentials_are_for_a_server_that_may_see_them() {
        let told = [
            "url = \"https://git.example/p.git\"\ntoken = \"geheim\"",
            "url = \"https://git.example/p.git\"\nusername = \"ada\"",
            "url = \"http://git.example/p.git\"\ntoken = \"geheim\"",
            "url = \"file:///srv/p.git\"\ntoken = \"geheim\"",
            "repository = \"acme/p\"\ntoken = \"geheim\"",
            "url = \"https://git.example/p.git\"\ntoken_file = \"missing\"",
            "url = \"https://git.example/p.git?token=geheim\"",
            "url = \"https://git.example/p.git\"\ntoken = \"ge\\nheim\"\nusername = \"a:b\"",
            "url = \"ssh://git@git.example/p.git\"\ntoken = \"geheim\"",
        ]
        .map(|source| {
            let toml = format!(
                "[git]\nallow_http = true\nallow_file = true\n[[sources]]\nname = \"main\"\n{source}"
            );
            let read = Settings::read(&toml, Path::new("."), []);
            let read = read.map_or_else(|error| error.to_string(), |settings| {
                settings.sources[0].login.as_ref().map_or_else(String::new, |it| it.username.clone())
            });
            assert!(!read.contains("geheim"), "{read}");
            read
        });
        insta::assert_snapshot!(told.join("\n"), @"
        x-access-token
        1 setting is missing or wrong:
          settings:7:12: `sources[0].username` needs a `token`; write a password or token there, or name its file by `token_file`
        1 setting is missing or wrong:
          settings:7:1: `sources[0].token` would be sent unencrypted; use https
        1 setting is missing or wrong:
          settings:7:1: `sources[0].token` is of no use: the repository is on this machine; leave it out
        2 settings are missing or wrong:
          settings:6:14: `sources[0].repository` needs the settings of `[github]`
          settings:7:1: `sources[0].token` is of no use beside `repository`; what `[github]` has is taken; leave it out, or name the repository by `url`
        1 setting is missing or wrong:
          settings:7:1: `sources[0].token_file` does not name a file that can be read: No such file or directory (os error 2); the secret itself goes into `token`
        1 setting is missing or wrong:
          settings:6:7: `sources[0].url` must be the address of a repository alone, without `?` and `#`; where a server asks who we are, write `username` and `token`
        2 settings are missing or wrong:
          settings:7:1: `sources[0].token` holds a line break, or another character that nobody sees; write the token alone, on one line
          settings:8:12: `sources[0].username` is `a:b`, but must hold no `:`, which ends it
        3 settings are missing or wrong:
          settings:4:1: `sources[0].ssh_key_file` is missing; name the file with the private key, whose public half the host has as a deploy key
          settings:4:1: `sources[0].known_hosts` is missing; name a file of OpenSSH's with the key that the host publishes; none is trusted on first use
          settings:7:1: `sources[0].token` is of no use: the repository is reached by SSH; leave it out; `ssh_key_file` names the key that logs in
        ");
    }
}
