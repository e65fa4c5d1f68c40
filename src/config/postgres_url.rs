//! The address of a Postgres, checked before it is used: what `sqlx` does not know of one it logs and
//! tells with its value, which may be a password under a misspelt name.

use url::Url;

use crate::diagnostic::meant_or_known;

/// Parameters that `sqlx` 0.9 takes, beside `options[NAME]`.
const PARAMETERS: &[&str] = &[
    "application_name",
    "dbname",
    "host",
    "hostaddr",
    "options",
    "password",
    "port",
    "ssl-ca",
    "ssl-cert",
    "ssl-key",
    "ssl-mode",
    "ssl-root-cert",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "statement-cache-capacity",
    "user",
];

const SSL_MODES: [&str; 6] = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];

/// Bytes of the longest name of a parameter that is told back.
const LONGEST_NAME: usize = 40;

/// Words against an address, and what to do about them. No value of the address is among them.
pub(super) fn problem(address: &str) -> Option<(String, String)> {
    let form = "write `postgres://USER@HOST/NAME`".to_owned();
    if !address.starts_with("postgres://") && !address.starts_with("postgresql://") {
        return Some(("is no address of a Postgres".to_owned(), form));
    }
    let url = match Url::parse(address) {
        Ok(url) => url,
        Err(error) => return Some((format!("is no address of a Postgres: {error}"), form)),
    };
    url.query_pairs().find_map(|(name, value)| match &*name {
        "sslmode" | "ssl-mode" => {
            let is_known = SSL_MODES.contains(&value.to_ascii_lowercase().as_str());
            let modes = SSL_MODES.join("`, `");
            (!is_known)
                .then(|| (format!("has an unknown `{name}`"), format!("there are `{modes}`")))
        }
        name if PARAMETERS.contains(&name) || is_option(name) => None,
        name => {
            let known = meant_or_known(name, PARAMETERS.iter().copied());
            Some((format!("has {}", parameter(name, &url)), known))
        }
    })
}

/// `true` of `options[NAME]`, a setting of the session.
fn is_option(name: &str) -> bool {
    name.strip_prefix("options[").is_some_and(|rest| rest.ends_with(']'))
}

/// Words for an unknown parameter. A password with a `?` in it looks like one, with an `@` behind it.
fn parameter(name: &str, url: &Url) -> String {
    let is_plain = |c: char| c.is_ascii_lowercase() || "_-".contains(c);
    let is_name = name.len() <= LONGEST_NAME && name.chars().all(is_plain);
    let is_behind = url.query().is_some_and(|query| query.contains('@'));
    let is_cut = !url.as_str().contains(&format!("{name}="));
    if is_name && !is_behind && !is_cut {
        format!("the unknown parameter `{name}`")
    } else {
        "a parameter that is not known".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(address: &str) -> String {
        problem(address).map_or("good".to_owned(), |(message, help)| format!("{message}; {help}"))
    }

    #[test]
    fn an_address_is_held_to_what_is_known_of_one() {
        let addresses = [
            "postgres:///x",
            "postgresql://u:p%40q@h:1/x?sslmode=Verify-Full&options[search_path]=a&host=/run",
            "mysql://h/x",
            "postgres://u:p/q@h/x",
            "postgres://u@h/x?passwd=hush",
            "postgres://u@h/x?target=hush",
            "postgres://u@h/x?sslmode=hush",
            "postgres://u:1?hush=q@h/x",
            "postgres://u@h/x?hush",
        ];
        insta::assert_snapshot!(addresses.map(told).join("\n"), @"
        good
        good
        is no address of a Postgres; write `postgres://USER@HOST/NAME`
        is no address of a Postgres: invalid port number; write `postgres://USER@HOST/NAME`
        has the unknown parameter `passwd`; did you mean `password`?
        has the unknown parameter `target`; there are `application_name`, `dbname`, `host`, `hostaddr`, `options`, `password`, `port`, `ssl-ca`, `ssl-cert`, `ssl-key`, `ssl-mode`, `ssl-root-cert`, `sslcert`, `sslkey`, `sslmode`, `sslrootcert`, `statement-cache-capacity`, `user`
        has an unknown `sslmode`; there are `disable`, `allow`, `prefer`, `require`, `verify-ca`, `verify-full`
        has a parameter that is not known; there are `application_name`, `dbname`, `host`, `hostaddr`, `options`, `password`, `port`, `ssl-ca`, `ssl-cert`, `ssl-key`, `ssl-mode`, `ssl-root-cert`, `sslcert`, `sslkey`, `sslmode`, `sslrootcert`, `statement-cache-capacity`, `user`
        has a parameter that is not known; there are `application_name`, `dbname`, `host`, `hostaddr`, `options`, `password`, `port`, `ssl-ca`, `ssl-cert`, `ssl-key`, `ssl-mode`, `ssl-root-cert`, `sslcert`, `sslkey`, `sslmode`, `sslrootcert`, `statement-cache-capacity`, `user`
        ");
    }
}
