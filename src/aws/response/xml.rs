//! XML of a response, gone through once: whether it is whole and holds what it must.
//!
//! The tokens are those that the SDK reads by, so that what ends its reading is seen here too. What
//! it then overlooks is checked: that each element is closed by its name, and that there is one.

use xmlparser::{ElementEnd, StrSpan, Token, Tokenizer};

use super::{Malformed, Presence};

/// Refuses text that is no whole document, or lacks a required element.
pub(super) fn check(text: &str, required: &[Presence]) -> Result<(), Malformed> {
    let mut walk = Walk::new(required);
    let mut closed = false;
    for token in Tokenizer::from(text) {
        match token {
            Ok(Token::ElementStart { prefix, local, .. }) => walk.enter(prefix, local)?,
            Ok(Token::ElementEnd { end, .. }) => closed |= walk.end(end)?,
            Ok(Token::Text { text }) if !is_space(&text) => walk.fill(),
            Ok(Token::Cdata { .. }) => walk.fill(),
            Ok(_) => {}
            Err(_) if is_html(text) => return Err(Malformed::Html),
            Err(_) => return Err(Malformed::Broken),
        }
    }
    if closed { Ok(()) } else { Err(Malformed::Broken) }
}

fn is_space(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_whitespace())
}

/// A page need not be well-formed to be one.
fn is_html(text: &str) -> bool {
    let start = text.trim_start().get(..14).unwrap_or_default().to_ascii_lowercase();
    start.starts_with("<!doctype html") || start.starts_with("<html")
}

/// Names from below the root to what is required.
struct Path<'a> {
    presence: &'a Presence,
    names: Vec<&'a str>,
}

impl<'a> Path<'a> {
    fn of(presence: &'a Presence) -> Self {
        Self { presence, names: presence.path.split('/').collect() }
    }

    fn ends_with(&self, name: &str) -> bool {
        self.names.last().is_some_and(|last| last.split('|').any(|one| one == name))
    }
}

/// Set of paths, by their place among the required ones.
type Paths = u64;

/// Element whose end is still to come.
struct Element<'a> {
    prefix: &'a str,
    local: &'a str,
    /// Names of a path that lead here.
    depth: usize,
    /// Paths that go on below it.
    leading: Paths,
    /// Paths that end in a child that is still to come.
    lacking: Paths,
    is_filled: bool,
}

struct Walk<'a> {
    paths: Vec<Path<'a>>,
    /// All paths.
    all: Paths,
    /// Paths of each length, from 1.
    by_length: Vec<Paths>,
    open: Vec<Element<'a>>,
}

impl<'a> Walk<'a> {
    fn new(required: &'a [Presence]) -> Self {
        let paths: Vec<Path<'_>> = required.iter().map(Path::of).collect();
        let mut by_length: Vec<Paths> = Vec::new();
        for (at, path) in paths.iter().enumerate().take(Paths::BITS as usize) {
            by_length.resize(by_length.len().max(path.names.len()), 0);
            if let Some(last) = by_length.get_mut(path.names.len() - 1) {
                *last |= 1 << at;
            }
        }
        let all = by_length.iter().fold(0, |all, some| all | some);
        Self { paths, all, by_length, open: Vec::new() }
    }

    fn enter(&mut self, prefix: StrSpan<'a>, local: StrSpan<'a>) -> Result<(), Malformed> {
        let (prefix, local) = (prefix.as_str(), local.as_str());
        let is_below_root = self.open.len() == 1;
        let (depth, leading) = match self.open.last_mut() {
            None if local.eq_ignore_ascii_case("html") => return Err(Malformed::Html),
            None => (0, self.all),
            Some(root) if is_below_root && root.wraps(local) => {
                root.lacking = 0;
                (0, self.all)
            }
            Some(parent) => {
                parent.is_filled = true;
                let (depth, further) = (parent.depth, parent.leading);
                let leads = |path: &Path<'_>| path.names.get(depth) == Some(&local);
                (depth + 1, self.among(further, leads))
            }
        };
        let lacking = leading & self.by_length.get(depth).copied().unwrap_or_default();
        let leading = leading & !lacking;
        self.open.push(Element { prefix, local, depth, leading, lacking, is_filled: false });
        Ok(())
    }

    /// Paths of a set for which something holds.
    fn among(&self, mut set: Paths, holds: impl Fn(&Path<'_>) -> bool) -> Paths {
        let mut found = 0;
        while set != 0 {
            let at = set.trailing_zeros();
            set &= set - 1;
            if self.paths.get(at as usize).is_some_and(&holds) {
                found |= 1 << at;
            }
        }
        found
    }

    fn fill(&mut self) {
        if let Some(element) = self.open.last_mut() {
            element.is_filled = true;
        }
    }

    /// Takes the end of a tag: `true` where it closes the root.
    fn end(&mut self, end: ElementEnd<'a>) -> Result<bool, Malformed> {
        if matches!(end, ElementEnd::Open) {
            return Ok(false);
        }
        let Some(element) = self.open.pop() else { return Err(Malformed::Broken) };
        if let ElementEnd::Close(prefix, local) = end
            && (element.local != local.as_str() || element.prefix != prefix.as_str())
        {
            return Err(Malformed::Broken);
        }
        if element.lacking != 0 {
            let first = self.paths.get(element.lacking.trailing_zeros() as usize);
            let path = first.map(|path| path.presence.path).unwrap_or_default();
            return Err(Malformed::Lacks(path.to_owned()));
        }
        let Some(parent) = self.open.last() else { return Ok(true) };
        let found = self.among(parent.lacking, |path| {
            path.ends_with(element.local) && (element.is_filled || path.presence.may_be_empty)
        });
        if let Some(parent) = self.open.last_mut() {
            parent.lacking &= !found;
        }
        Ok(false)
    }
}

impl Element<'_> {
    /// `true` where a child is the result that IAM and STS wrap: `ListUsersResponse`, `ListUsersResult`.
    fn wraps(&self, child: &str) -> bool {
        let operation = self.local.strip_suffix("Response");
        operation.is_some() && operation == child.strip_suffix("Result")
    }
}

#[cfg(test)]
mod tests {
    use super::super::{filled, present};
    use super::*;

    fn lacks(path: &str) -> Result<(), Malformed> {
        Err(Malformed::Lacks(path.to_owned()))
    }

    #[test]
    fn a_document_is_one_element_that_is_closed() {
        for whole in [
            "<a/>",
            "<?xml version=\"1.0\"?>\n<a x='1'><b>t</b><c/><!-- --></a>\n",
            "<s:a xmlns:s='x'><s:b></s:b></s:a>",
        ] {
            assert_eq!(check(whole, &[]), Ok(()), "{whole}");
        }
        for broken in [
            "<?xml version=\"1.0\"?>",
            "text",
            "<a>",
            "<a><b></b>",
            "<a><b></a></b>",
            "<a></b>",
            "<s:a></a>",
            "<a/><a/>",
            "<a></a>text",
            "<a><b></a>",
            "</a>",
            "<a",
            "{}",
        ] {
            assert_eq!(check(broken, &[]), Err(Malformed::Broken), "{broken}");
        }
        for page in [
            "<!DOCTYPE html><html><br></html>",
            "<html><body/></html>",
            "\n<HTML><p>",
            "<!doctype html><p>",
        ] {
            assert_eq!(check(page, &[]), Err(Malformed::Html), "{page}");
        }
    }

    #[test]
    fn each_beginning_of_a_document_is_none() {
        let whole =
            "<?xml version=\"1.0\"?>\n<a x='1'><b>t</b><c/><!-- c --><d><![CDATA[x]]></d></a>";
        for end in 0..whole.len() {
            assert_eq!(check(&whole[..end], &[]), Err(Malformed::Broken), "{}", &whole[..end]);
        }
        assert_eq!(check(whole, &[]), Ok(()));
    }

    #[test]
    fn a_required_element_must_be_in_each_element_above_it() {
        let required = [present("L"), filled("L/G/P"), filled("L/G/W/T")];
        assert_eq!(check("<R><L/></R>", &required), Ok(()));
        assert_eq!(check("<R><L><G><P>x</P></G></L></R>", &required), Ok(()));
        assert_eq!(check("<R/>", &required), lacks("L"));
        assert_eq!(check("<R><G><L/></G></R>", &required), lacks("L"));
        assert_eq!(check("<R><L><G><P>x</P></G><G/></L></R>", &required), lacks("L/G/P"));
        assert_eq!(check("<R><L><G><P> </P></G></L></R>", &required), lacks("L/G/P"));
        let deep = "<R><L><G><P><Q/></P><W/></G></L></R>";
        assert_eq!(check(deep, &required), lacks("L/G/W/T"));
        let deep = "<R><L><G><P><Q/></P><W><T><![CDATA[x]]></T></W></G></L></R>";
        assert_eq!(check(deep, &required), Ok(()));
    }

    #[test]
    fn one_of_several_suffices() {
        let required = [filled("I|R")];
        assert_eq!(check("<W><I>x</I></W>", &required), Ok(()));
        assert_eq!(check("<W><R>x</R><I/></W>", &required), Ok(()));
        assert_eq!(check("<W><E>x</E></W>", &required), lacks("I|R"));
    }

    #[test]
    fn a_result_is_looked_into() {
        let required = [present("Users"), filled("Users/member/Id")];
        let whole = "<AResponse><AResult><Users><member><Id>1</Id></member></Users></AResult>\
                     <ResponseMetadata/></AResponse>";
        assert_eq!(check(whole, &required), Ok(()));
        assert_eq!(check("<AResponse><AResult/></AResponse>", &required), lacks("Users"));
        assert_eq!(check("<AResponse/>", &required), lacks("Users"));
        let other = "<AResponse><BResult><Users/></BResult></AResponse>";
        assert_eq!(check(other, &required), lacks("Users"));
    }
}
