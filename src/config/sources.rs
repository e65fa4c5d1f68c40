//! The watched repositories: each where it is, which branch, which directory.

use std::collections::BTreeSet;
use std::time::Duration;

use toml::Table;
use url::Url;

use super::fields::{Fields, Variables};
use super::settings::{GitSettings, Remote, SourceSettings};

/// The sources of the settings; what is wrong with them is noted in `root`.
pub(super) fn sources(
    root: &mut Fields<'_>,
    github: bool,
    git: &GitSettings,
) -> Vec<SourceSettings> {
    let tables = root.tables("sources");
    if tables.is_empty() {
        root.wrong("sources", "is missing: name at least one repository under `[[sources]]` of the file that `--config` gives");
    }
    let mut names = BTreeSet::new();
    let mut places = BTreeSet::new();
    let mut sources = Vec::new();
    for (index, table) in tables.into_iter().enumerate() {
        let mut holder = Table::new();
        holder.insert("source".to_owned(), toml::Value::Table(table));
        let mut problems = Vec::new();
        let none = Variables::new();
        let mut fields = Fields::new("", holder, &none, &mut problems);
        let source = source(fields.section("source"), github, git);
        for problem in problems {
            let key = problem.setting.trim_start_matches("source.");
            root.wrong(&format!("sources[{index}].{key}"), problem.message);
        }
        if !names.insert(source.name.clone()) {
            root.wrong(&format!("sources[{index}].name"), "is taken by another source");
        }
        let place = (format!("{:?}", source.remote), source.branch.clone(), source.path.clone());
        if !places.insert(place) {
            root.wrong(
                &format!("sources[{index}]"),
                "has repository, branch and path of another source",
            );
        }
        sources.push(source);
    }
    sources
}

fn source(mut fields: Fields<'_>, github: bool, git: &GitSettings) -> SourceSettings {
    let name = fields.required("name", "a unique name of letters, digits and `-`");
    let shaped = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if !shaped || name.len() > 40 {
        fields.wrong("name", format!("`{name}` must be at most 40 of a-z, 0-9 and `-`"));
    }
    let remote = remote(&mut fields, github, git);
    let branch = fields.text("branch").unwrap_or_else(|| "main".into());
    let path = fields.text("path").unwrap_or_else(|| "policies".into());
    let path = path.trim_matches('/').to_owned();
    if path.split('/').any(|part| part == ".." || part == ".") {
        fields.wrong("path", format!("`{path}` must be a path from the repository's root"));
    }
    let poll = fields.span("poll", Duration::from_mins(1));
    fields.finish(&["name", "repository", "url", "branch", "path", "poll"]);
    SourceSettings { name, remote, branch, path, poll }
}

fn remote(fields: &mut Fields<'_>, github: bool, git: &GitSettings) -> Remote {
    let repository = fields.text("repository");
    let has_url = fields.has("url");
    match (repository, url(fields, git)) {
        (Some(repository), None) => {
            let halves = repository.split_once('/');
            if !halves.is_some_and(|(owner, name)| {
                !owner.is_empty() && !name.is_empty() && !name.contains('/')
            }) {
                fields.wrong("repository", format!("`{repository}` must be `owner/name`"));
            } else if !github {
                fields.wrong("repository", "needs the settings of `[github]`");
            }
            Remote::GitHub(repository)
        }
        (None, Some(url)) => Remote::Url(url),
        (Some(repository), Some(_)) => {
            fields.wrong("repository", "and `url` exclude each other");
            Remote::GitHub(repository)
        }
        (None, None) => {
            if !has_url {
                fields.wrong("repository", "is missing: `owner/name` on GitHub, or `url`");
            }
            Remote::GitHub(String::new())
        }
    }
}

/// The address of a repository, if it is one from which the service can fetch.
fn url(fields: &mut Fields<'_>, git: &GitSettings) -> Option<Url> {
    let text = fields.text("url")?;
    let problem = match text.parse::<Url>() {
        // `git@host:path`, as Git itself takes it.
        Err(_) if text.contains('@') && !text.contains("://") => {
            format!("`{text}` is of SSH, which is not supported; write `https://HOST/PATH`")
        }
        Err(error) => format!("`{text}` is no URL: {error}; write `https://HOST/PATH`"),
        Ok(url)
            if url.password().is_some() || url.scheme() != "ssh" && !url.username().is_empty() =>
        {
            "must not hold credentials".to_owned()
        }
        Ok(url) => match url.scheme() {
            "https" => return Some(url),
            "http" if git.allow_http || is_loopback(&url) => return Some(url),
            "file" if git.allow_file => return Some(url),
            "http" => {
                format!("`{text}` is not encrypted; use https, or set `git.allow_http = true`")
            }
            "file" => {
                format!("`{text}` is a local path; if that is meant, set `git.allow_file = true`")
            }
            scheme => format!("`{scheme}` is not supported; write `https://HOST/PATH`"),
        },
    };
    fields.wrong("url", problem);
    None
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
        `sources[0].url`: `http://git.example/p.git` is not encrypted; use https, or set `git.allow_http = true`
        `sources[0].url`: `file:///srv/p.git` is a local path; if that is meant, set `git.allow_file = true`
        `sources[0].url`: `git@github.com:acme/p.git` is of SSH, which is not supported; write `https://HOST/PATH`
        `sources[0].url`: `ssh` is not supported; write `https://HOST/PATH`
        `sources[0].url`: must not hold credentials
        `sources[0].url`: `/srv/p.git` is no URL: relative URL without a base; write `https://HOST/PATH`
        ");
    }
}
