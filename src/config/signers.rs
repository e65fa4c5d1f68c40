//! Who may sign the commits of a source: files with public keys, which are read and checked on start.

use std::path::Path;
use std::sync::Arc;

use super::fields::Fields;
use super::files;
use super::settings::{Approval, Signatures};
use super::showing::quoted;
use crate::diagnostic::{Code, Diagnostic, Location};
use crate::signature::{AllowedSigner, Certificate, Flaw, Signers, allowed_signers, openpgp_keys};

/// Settings of a source that are read here.
pub(super) const KEYS: &[&str] =
    &["approval", "allowed_signers", "openpgp_keys", "require_signature"];

/// What signatures of a source's commits are good for, and who approves.
pub(super) fn signatures(fields: &mut Fields<'_, '_>, base: &Path) -> (Signatures, Approval) {
    let approval = approval(fields);
    let (ssh, openpgp) = (ssh(fields, base), openpgp(fields, base));
    let is_told = ssh.is_some() || openpgp.is_some();
    let signers = Signers { ssh: ssh.unwrap_or_default(), openpgp: openpgp.unwrap_or_default() };
    let is_required = fields.parsed("require_signature", "`true` or `false`").unwrap_or(false);
    let mut needs_signers = |key: &str, what: &str| {
        let message = format!("{what}needs `allowed_signers` or `openpgp_keys`");
        let refused = fields.error(key, Code::MissingKey, &message);
        fields.push(refused.help("name a file with the public keys of those who may sign"));
    };
    if is_required && !is_told {
        needs_signers("require_signature", "");
    }
    if approval == Approval::AllowedSigner && !is_told {
        needs_signers("approval", "is `allowed_signer`, which ");
    }
    let signatures = match (is_told, is_required) {
        (false, _) => Signatures::Ignored,
        (true, false) => Signatures::Told(Arc::new(signers)),
        (true, true) => Signatures::Required(Arc::new(signers)),
    };
    (signatures, approval)
}

fn approval(fields: &mut Fields<'_, '_>) -> Approval {
    match fields.text("approval").as_deref() {
        None | Some("anybody") => Approval::Anybody,
        Some("another_author") => Approval::AnotherAuthor,
        Some("allowed_signer") => Approval::AllowedSigner,
        Some(other) => {
            let message = format!(
                "is {}, but must be `anybody`, `another_author` or `allowed_signer`",
                quoted(other)
            );
            fields.push(fields.error("approval", Code::InvalidValue, &message));
            Approval::Anybody
        }
    }
}

fn ssh(fields: &mut Fields<'_, '_>, base: &Path) -> Option<Vec<AllowedSigner>> {
    keys(fields, "allowed_signers", base, |path| {
        let (signers, mut flaws) = allowed_signers(&files::read_text(path)?);
        if signers.is_empty() && flaws.is_empty() {
            let help = "write a line for each key, as in `ada@example.com ssh-ed25519 AAAA…`";
            flaws.push(Flaw { line: 1, message: "names nobody".to_owned(), help });
        }
        if !signers.is_empty() && !signers.iter().any(AllowedSigner::is_for_git) {
            let help = "leave `namespaces` out, or add `git` to it";
            let message = "names nobody whose key is for the namespace `git`".to_owned();
            flaws.push(Flaw { line: 1, message, help });
        }
        Ok((signers, flaws))
    })
}

fn openpgp(fields: &mut Fields<'_, '_>, base: &Path) -> Option<Vec<Certificate>> {
    keys(fields, "openpgp_keys", base, |path| Ok(openpgp_keys(&files::read(path)?)))
}

/// Keys of the file that a setting names; what is wrong with it is told at its lines.
fn keys<T: Default>(
    fields: &mut Fields<'_, '_>,
    key: &str,
    base: &Path,
    read: impl FnOnce(&Path) -> std::io::Result<(T, Vec<Flaw>)>,
) -> Option<T> {
    let name = fields.text(key)?;
    let path = base.join(&name);
    match read(&path) {
        Ok((keys, flaws)) => {
            let path: Arc<str> = path.display().to_string().into();
            for Flaw { line, message, help } in flaws {
                let setting = fields.error(key, Code::InvalidValue, &message);
                let place = Location::point(Arc::clone(&path), line, 1);
                fields.push(Diagnostic { place, ..setting }.help(help));
            }
            Some(keys)
        }
        Err(error) => {
            let message = format!("names {}, which cannot be read: {error}", quoted(&name));
            fields.push(fields.error(key, Code::InvalidValue, &message));
            Some(T::default())
        }
    }
}
