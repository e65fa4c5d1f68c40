//! Addresses of repositories that are reached by SSH, in the two forms that Git takes.

use std::fmt;
use std::net::Ipv6Addr;
use std::str::FromStr;

use percent_encoding::percent_decode_str;
use url::Url;

/// Port of SSH where an address names none.
const PORT: u16 = 22;

/// Address of a repository: `ssh://USER@HOST[:PORT]/PATH`, or `USER@HOST:PATH` whose path begins at the user's
/// home.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    text: String,
    user: String,
    host: String,
    port: u16,
    path: String,
}

/// Flaw of an address, as what goes on behind "which ".
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAddress {
    /// Text of another form.
    #[error("is no address of SSH")]
    Form,
    /// Nobody before the `@`, or nobody's name.
    #[error("does not say as whom to log in")]
    User,
    /// A host that is no name and no number.
    #[error("names no host")]
    Host,
    /// No path, or one that stands for something else.
    #[error("names no repository")]
    Path,
}

impl Address {
    /// `true` of a text that is meant as such an address, also where it is none.
    pub fn is_meant(text: &str) -> bool {
        text.starts_with("ssh:") || is_short(text)
    }

    /// User in whose name the service logs in.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// Name or number of the host, in lower case.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Port at which the host listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Path of the repository, as the host is told.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Host and port as a file of known hosts names them.
    pub fn known_as(&self) -> String {
        let Self { host, port, .. } = self;
        if *port == PORT { host.clone() } else { format!("[{host}]:{port}") }
    }

    fn of_url(url: &Url) -> Result<Self, InvalidAddress> {
        let plain = url.scheme() == "ssh" && url.password().is_none();
        if !plain || url.query().is_some() || url.fragment().is_some() {
            return Err(InvalidAddress::Form);
        }
        let user = decoded(url.username()).ok_or(InvalidAddress::User)?;
        let host = url.host_str().unwrap_or_default();
        let path = decoded(url.path()).ok_or(InvalidAddress::Path)?;
        // As Git has it: what is someone's home begins with no slash.
        let path = path.strip_prefix('/').filter(|path| path.starts_with('~')).unwrap_or(&path);
        Self::checked(url.as_str(), &user, host, url.port().unwrap_or(PORT), path)
    }

    fn of_short(text: &str) -> Result<Self, InvalidAddress> {
        let (user, rest) = text.split_once('@').ok_or(InvalidAddress::User)?;
        let (host, path) = match rest.strip_prefix('[') {
            Some(rest) => rest.split_once("]:"),
            None => rest.split_once(':'),
        }
        .ok_or(InvalidAddress::Form)?;
        Self::checked(text, user, host, PORT, path)
    }

    fn checked(
        text: &str,
        user: &str,
        host: &str,
        port: u16,
        path: &str,
    ) -> Result<Self, InvalidAddress> {
        let host = host.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
        let is_number = host.parse::<Ipv6Addr>().is_ok();
        let is_plain = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
        let is_name = !host.is_empty() && host.chars().all(is_plain) && !host.starts_with('-');
        let is_user = |c: char| c.is_ascii_graphic() && !"@:/".contains(c);
        if user.is_empty() || !user.chars().all(is_user) || user.starts_with('-') {
            return Err(InvalidAddress::User);
        }
        if !is_number && !is_name {
            return Err(InvalidAddress::Host);
        }
        // One that begins so would be an option to the program that serves it.
        let is_path = !path.trim_matches('/').is_empty() && !path.starts_with('-');
        if !is_path || path.contains(char::is_control) {
            return Err(InvalidAddress::Path);
        }
        let [text, user, path] = [text, user, path].map(str::to_owned);
        Ok(Self { text, user, host, port, path })
    }
}

impl FromStr for Address {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, InvalidAddress> {
        if is_short(text) {
            return Self::of_short(text);
        }
        Self::of_url(&text.parse().map_err(|_| InvalidAddress::Form)?)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(out)
    }
}

/// `true` of `USER@HOST:PATH`: an `@` before the first `:`, and before that no `/`.
fn is_short(text: &str) -> bool {
    let before = text.split(':').next().unwrap_or_default();
    let is_followed = before.len() < text.len();
    is_followed && before.contains('@') && !before.contains('/') && !text.contains("://")
}

fn decoded(text: &str) -> Option<String> {
    percent_decode_str(text).decode_utf8().ok().map(String::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        match text.parse::<Address>() {
            Err(invalid) => format!("{text}: {invalid}"),
            Ok(it) => {
                assert_eq!(it.to_string(), text);
                format!("{text}: `{}` at `{}` is `{}`", it.user(), it.known_as(), it.path())
            }
        }
    }

    #[test]
    fn both_forms_name_user_host_and_path_as_git_has_them() {
        let told = [
            "ssh://git@git.example/acme/p.git",
            "ssh://git@git.example:2222/acme/p.git",
            "ssh://git@git.example:22/p",
            "ssh://git@[::1]:2222/p.git",
            "ssh://git@git.example/~ada/p.git",
            "ssh://git@git.example/a%20b/it's.git",
            "git@GitHub.com:acme/p.git",
            "git@git.example:/srv/p.git",
            "git@git.example:~/p.git",
            "git@git.example:2222/p.git",
            "git@[::1]:p.git",
            "ada.b-c_d@10.0.0.1:p",
        ]
        .map(read);
        insta::assert_snapshot!(told.join("\n"), @"
        ssh://git@git.example/acme/p.git: `git` at `git.example` is `/acme/p.git`
        ssh://git@git.example:2222/acme/p.git: `git` at `[git.example]:2222` is `/acme/p.git`
        ssh://git@git.example:22/p: `git` at `git.example` is `/p`
        ssh://git@[::1]:2222/p.git: `git` at `[::1]:2222` is `/p.git`
        ssh://git@git.example/~ada/p.git: `git` at `git.example` is `~ada/p.git`
        ssh://git@git.example/a%20b/it's.git: `git` at `git.example` is `/a b/it's.git`
        git@GitHub.com:acme/p.git: `git` at `github.com` is `acme/p.git`
        git@git.example:/srv/p.git: `git` at `git.example` is `/srv/p.git`
        git@git.example:~/p.git: `git` at `git.example` is `~/p.git`
        git@git.example:2222/p.git: `git` at `git.example` is `2222/p.git`
        git@[::1]:p.git: `git` at `::1` is `p.git`
        ada.b-c_d@10.0.0.1:p: `ada.b-c_d` at `10.0.0.1` is `p`
        ");
    }

    #[test]
    fn what_names_none_of_these_is_refused() {
        let told = [
            "ssh://git.example/p.git",
            "ssh://git:secret@git.example/p.git",
            "ssh://git@git.example",
            "ssh://git@git.example/",
            "ssh://git@git.example/p.git?x",
            "ssh://git@git.example/a%0Ab",
            "ssh://git@git.example/%FF",
            "ssh://git@/p.git",
            "ssh://-oProxy@git.example/p.git",
            "ssh://git@git.example:70000/p.git",
            "https://git@git.example/p.git",
            "@git.example:p.git",
            "-x@git.example:p.git",
            "git@-oProxyCommand=x:p.git",
            "git@git example:p.git",
            "git@git.example:",
            "git@git.example:--help",
            "git.example:p.git",
            "p.git",
        ]
        .map(read);
        assert_eq!("git@git.example:a\nb".parse::<Address>(), Err(InvalidAddress::Path));
        insta::assert_snapshot!(told.join("\n"), @"
        ssh://git.example/p.git: does not say as whom to log in
        ssh://git:secret@git.example/p.git: is no address of SSH
        ssh://git@git.example: names no repository
        ssh://git@git.example/: names no repository
        ssh://git@git.example/p.git?x: is no address of SSH
        ssh://git@git.example/a%0Ab: names no repository
        ssh://git@git.example/%FF: names no repository
        ssh://git@/p.git: is no address of SSH
        ssh://-oProxy@git.example/p.git: does not say as whom to log in
        ssh://git@git.example:70000/p.git: is no address of SSH
        https://git@git.example/p.git: is no address of SSH
        @git.example:p.git: does not say as whom to log in
        -x@git.example:p.git: does not say as whom to log in
        git@-oProxyCommand=x:p.git: names no host
        git@git example:p.git: names no host
        git@git.example:: names no repository
        git@git.example:--help: names no repository
        git.example:p.git: is no address of SSH
        p.git: is no address of SSH
        ");
    }
}
