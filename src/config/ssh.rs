//! How a source is reached by SSH: the key that logs in and the hosts that are known, from files that are read and
//! checked on start.

use std::path::Path;
use std::sync::Arc;

use secrecy::SecretString;

use super::fields::Fields;
use super::files;
use super::secrets::{Told, passphrase};
use super::settings::Remote;
use super::showing::quoted;
use crate::diagnostic::{Code, Diagnostic, Location};
use crate::ssh::{Access, Flaw, Key, KnownHosts, known_hosts};

/// Settings of a source that are read here.
pub(super) const KEYS: &[&str] =
    &["ssh_key_file", "ssh_key_passphrase", "ssh_key_passphrase_file", "known_hosts"];

/// Access to the host of a source, where that is reached by SSH.
pub(super) fn access(fields: &mut Fields<'_, '_>, base: &Path, remote: &Remote) -> Option<Access> {
    let given: Vec<&str> = KEYS.iter().copied().filter(|key| fields.has(key)).collect();
    let passphrase = passphrase(fields, "ssh_key_passphrase", base);
    let [key, hosts] = ["ssh_key_file", "known_hosts"].map(|key| fields.text(key));
    if matches!(remote, Remote::Ssh(_)) {
        for (key, meaning) in REQUIRED.into_iter().filter(|(key, _)| !given.contains(key)) {
            fields.push(fields.error(key, Code::MissingKey, "is missing").help(meaning));
        }
        let of_passphrase = given.into_iter().find(|key| key.contains("passphrase"));
        let key = key.and_then(|name| key_of(fields, base, &name, of_passphrase.zip(passphrase)));
        let hosts = hosts.and_then(|name| hosts_of(fields, base, &name));
        return Some(Access { key: key?, known_hosts: Arc::new(hosts?) });
    }
    // What is wrong with the place is told already.
    let is_unknown = matches!(remote, Remote::GitHub(name) if name.is_empty());
    for key in given.into_iter().filter(|_| !is_unknown) {
        let message = "is of no use: the repository is not reached by SSH";
        let refused = fields.error(key, Code::Conflict, message);
        fields.push(refused.help("leave it out, or write `url` as `ssh://git@HOST/PATH`"));
    }
    None
}

/// Settings that such a source must have, each with its meaning.
const REQUIRED: [(&str, &str); 2] = [
    (
        "ssh_key_file",
        "name the file with the private key, whose public half the host has as a deploy key",
    ),
    (
        "known_hosts",
        "name a file of OpenSSH's with the key that the host publishes; none is trusted on first use",
    ),
];

/// Text of the file that a setting names; why there is none is told.
fn text_of(fields: &mut Fields<'_, '_>, base: &Path, key: &str, name: &str) -> Option<String> {
    let read = files::read_text(&base.join(name));
    let told = |error| format!("names {}, which cannot be read: {error}", quoted(name));
    read.map_err(|error| fields.push(fields.error(key, Code::InvalidValue, &told(error)))).ok()
}

fn key_of(
    fields: &mut Fields<'_, '_>,
    base: &Path,
    name: &str,
    passphrase: Option<(&str, Result<SecretString, Told>)>,
) -> Option<Key> {
    const KEY: &str = "ssh_key_file";
    let text = SecretString::from(text_of(fields, base, KEY, name)?);
    let (of_passphrase, passphrase) = match passphrase {
        None => (KEY, None),
        Some((key, Ok(passphrase))) => (key, Some(passphrase)),
        Some((_, Err(_))) => return None,
    };
    let read = Key::read(&text, passphrase.as_ref());
    read.map_err(|invalid| {
        let key = if invalid.is_of_passphrase() { of_passphrase } else { KEY };
        fields.push(fields.error(key, Code::InvalidValue, &invalid.to_string()));
    })
    .ok()
}

fn hosts_of(fields: &mut Fields<'_, '_>, base: &Path, name: &str) -> Option<KnownHosts> {
    const KEY: &str = "known_hosts";
    let text = text_of(fields, base, KEY, name)?;
    let (hosts, flaws) = known_hosts(&text);
    let path: Arc<str> = base.join(name).display().to_string().into();
    let is_good = flaws.is_empty();
    for Flaw { line, message, help } in flaws {
        let setting = fields.error(KEY, Code::InvalidValue, message);
        let place = Location::point(Arc::clone(&path), line, 1);
        fields.push(Diagnostic { place, ..setting }.help(help));
    }
    is_good.then_some(hosts)
}
