//! What of a value may be shown: no secret that stands where something else belongs.

/// Bytes of the longest value that is shown. Names and addresses are shorter; a key is longer,
/// also with its line breaks taken out.
const LONGEST: usize = 255;

/// Extensions by which a name is surely that of a file.
const EXTENSIONS: [&str; 4] = [".key", ".pem", ".secret", ".txt"];

/// `true` of a value for messages and excerpts: a short line that looks neither like a key nor like
/// credentials.
pub(super) fn may_be_shown(text: &str) -> bool {
    let is_key = text.contains(char::is_control) || text.contains("-----");
    text.len() <= LONGEST && !is_key && !has_credentials(text)
}

/// `true` of what is surely meant as the path of a file. Anything else in the place of a file with a
/// secret may be the secret itself.
pub(super) fn is_path(text: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    let is_rooted = ["/", "./", "../"].iter().any(|start| text.starts_with(start));
    let has_extension = EXTENSIONS.iter().any(|extension| text.ends_with(extension));
    may_be_shown(text) && text.chars().all(is_plain) && (is_rooted || has_extension)
}

/// `true` where an `@` stands behind a `:` or `//`: what is between them may be a password or a token,
/// whether a URL can be made of the whole or not.
pub(super) fn has_credentials(text: &str) -> bool {
    let behind = |start: &str| text.split_once(start).is_some_and(|(_, rest)| rest.contains('@'));
    behind(":") || behind("//")
}

/// A value for a message, without what may be a secret.
pub(super) fn quoted(text: &str) -> String {
    if may_be_shown(text) { format!("`{text}`") } else { "`…`".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_a_secret_is_not_shown() {
        let key = "MIIEpAIBAAKCAQEA".repeat(16);
        let values = [
            "-----BEGIN RSA PRIVATE KEY-----",
            "two\nlines",
            &key,
            "https://ada:hush@git.example/p.git",
            "https:ada:hush@git.example",
            "ada:hush@git.example:p",
            "//hush@git.example",
        ];
        for value in values {
            assert_eq!(quoted(value), "`…`", "{value}");
            assert!(!is_path(value), "{value}");
        }
        for value in ["git@github.com:acme/p.git", "0.0.0.0:80", "arn:aws:iam::1:role/x", "a@b"] {
            assert!(may_be_shown(value), "{value}");
        }
    }

    #[test]
    fn a_file_with_a_secret_is_shown_where_it_can_be_nothing_else() {
        for path in ["/run/credentials/app", "./app", "../app", "app.pem", "secrets/hook.txt"] {
            assert!(is_path(path), "{path}");
        }
        for secret in ["hush", "hush/hush", "/hush+hush=", "hush.hush", "/two words", "7"] {
            assert!(!is_path(secret), "{secret}");
        }
    }
}
