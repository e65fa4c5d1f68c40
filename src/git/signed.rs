//! The signature of a commit, and the bytes that it is of.
//!
//! As Git takes a commit apart: the header alone is looked through, so that what a message says is no signature.
//! libgit2's own `extract_signature` goes on into the message, and ends at a byte 0.

use git2::ObjectType;

use super::{CommitId, Objects, ReadError};

/// Bytes of a signature and of what is signed that are handed out at most: more than anybody verifies.
const MOST: usize = (1 << 20) + 1;

/// Headers that hold a signature of a commit: one for each way to name objects, of which ours is the first.
const OURS: &[u8] = b"gpgsig ";
const OTHER: &[u8] = b"gpgsig-sha256 ";

/// Signature with what is signed; both are cut behind a MiB, after which they match no more.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Signed {
    /// Text of the signature, whatever it is.
    pub signature: Vec<u8>,
    /// The commit without its signatures.
    pub payload: Vec<u8>,
}

impl Objects {
    /// Signature of a commit; `None` where it has none.
    pub fn signed(&self, id: CommitId) -> Result<Option<Signed>, ReadError> {
        let id = self.find(id)?.id();
        let objects = self.repository.odb()?;
        let object = objects.read(id)?;
        if object.kind() != ObjectType::Commit {
            return Err(ReadError::Damaged(format!("object {id} is no commit")));
        }
        Ok(taken_apart(object.data()))
    }
}

/// Header that a line belongs to.
#[derive(Clone, Copy, PartialEq)]
enum Header {
    Ours,
    Other,
    Signed,
}

fn taken_apart(commit: &[u8]) -> Option<Signed> {
    let mut signed = Signed::default();
    let (mut header, mut is_signed, mut rest) = (Header::Signed, false, commit);
    while !rest.is_empty() {
        let end = rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |at| at + 1);
        let (line, behind) = rest.split_at_checked(end)?;
        if line == b"\n" {
            break;
        }
        let text = match (line.strip_prefix(OURS), line.strip_prefix(b" ")) {
            (Some(text), _) => {
                header = Header::Ours;
                text
            }
            (None, Some(text)) if header == Header::Ours => text,
            (None, Some(_)) => line,
            (None, None) => {
                header = if line.starts_with(OTHER) { Header::Other } else { Header::Signed };
                line
            }
        };
        match header {
            Header::Ours => add(&mut signed.signature, text),
            Header::Other => {}
            Header::Signed => add(&mut signed.payload, text),
        }
        is_signed |= header == Header::Ours;
        rest = behind;
    }
    add(&mut signed.payload, rest);
    is_signed.then_some(signed)
}

/// Adds bytes, as long as there are few.
fn add(to: &mut Vec<u8>, bytes: &[u8]) {
    let room = MOST.saturating_sub(to.len());
    to.extend(bytes.iter().take(room));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::testing::Origin;

    const HEADER: &str = "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nauthor A <a> 1 +0000\n";
    const SIGNATURE: &str = "-----BEGIN\n\nAAAA\n-----END\n";

    fn apart(commit: &str) -> Option<(String, String)> {
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        let signed = taken_apart(commit.as_bytes())?;
        Some((text(signed.signature), text(signed.payload)))
    }

    #[test]
    fn a_signature_is_taken_out_of_the_header() {
        let origin = Origin::new();
        let signed = origin.commit_signed(&[("a", "1")], "Change\n\nmore", |_| SIGNATURE.into());
        let unsigned = origin.commit(&[("a", "2")]);
        let mirror = origin.fetched();
        assert_eq!(mirror.signed(unsigned), Ok(None));
        let found = mirror.signed(signed).expect("a commit").expect("a signature");
        assert_eq!(String::from_utf8_lossy(&found.signature).trim(), SIGNATURE.trim());
        // Of a commit as Git makes it that is the same as libgit2 says.
        let id = signed.oid().expect("an id");
        let (signature, payload) = mirror.repository.extract_signature(&id, None).expect("it has");
        assert_eq!(found.payload, &payload[..]);
        assert_eq!(String::from_utf8_lossy(&signature).trim(), SIGNATURE.trim());
        let unknown: CommitId = "ab".repeat(20).parse().expect("an id");
        assert_eq!(mirror.signed(unknown), Err(ReadError::NoSuchCommit(unknown)));
    }

    #[test]
    fn what_stands_elsewhere_is_none() {
        for message in ["gpgsig A\n", "\ngpgsig A\n B\n", "x\n gpgsig A"] {
            assert_eq!(apart(&format!("{HEADER}\n{message}")), None, "{message}");
        }
        for header in ["gpgsign A\n", "gpgsig\n", "xgpgsig A\n", "x y\n gpgsig A\n"] {
            assert_eq!(apart(&format!("{HEADER}{header}\nmessage")), None, "{header}");
        }
        assert_eq!(apart(""), None);
        assert_eq!(apart("gpgsig "), Some((String::new(), String::new())));
    }

    #[test]
    fn all_but_the_signatures_is_signed() {
        let other = "gpgsig-sha256 B\n C\n";
        let commit = format!(
            "{HEADER}{other}gpgsig A\n  B\n\u{20}\n C\nmergetag x\n y\n\ngpgsig M\0\n\nend"
        );
        let payload = format!("{HEADER}mergetag x\n y\n\ngpgsig M\0\n\nend");
        assert_eq!(apart(&commit), Some(("A\n B\n\nC\n".into(), payload)));
        // Two of them are one that is none.
        let commit = format!("{HEADER}gpgsig A\nx y\ngpgsig B\n\nend");
        assert_eq!(apart(&commit), Some(("A\nB\n".into(), format!("{HEADER}x y\n\nend"))));
    }

    #[test]
    fn what_is_too_long_is_cut() {
        let commit = format!("{HEADER}gpgsig A\n\n{}", "x".repeat(3 << 20));
        let signed = taken_apart(commit.as_bytes()).expect("a signature");
        assert_eq!(signed.payload.len(), MOST);
    }
}
