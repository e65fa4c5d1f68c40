//! Segments of lists: what a filter says of the properties by which a list is asked.

use std::sync::Arc;

use super::Expression;
use super::tree::{Expr, Node};
use crate::resource::{ListedBy, Segment, Value};

impl Expression {
    /// Segment of a list that holds all resources that it lets pass, where it says of which value they
    /// are: by `resource.Property == "value"`, and perhaps `resource.Other.startsWith("beginning")` or
    /// `resource.Other == "all of it"`, as parts of one `&&`. What no resource can have is none.
    pub fn segment(&self, by: &ListedBy) -> Option<Segment> {
        let required = self.required();
        let value = required.iter().find_map(|node| text(equal_to(node, &by.value)?))?;
        let beginnings = required.iter().filter_map(|node| {
            let of = equal_to(node, &by.prefix).or_else(|| beginning(node, &by.prefix));
            text(of?)
        });
        let prefix = beginnings.max_by_key(|beginning| beginning.len());
        Segment::of(&value, &prefix.unwrap_or_default())
    }

    /// `true` where it names a segment, or will once parameters have their values.
    pub fn names_segment(&self, by: &ListedBy) -> bool {
        let is_known = |node: &Node| matches!(node.expr, Expr::Constant(_) | Expr::Parameter(_));
        self.required().iter().any(|node| equal_to(node, &by.value).is_some_and(is_known))
    }

    /// The parts that must all hold for it to hold.
    fn required(&self) -> Vec<&Node> {
        let mut required = Vec::new();
        let mut open = vec![self.root()];
        while let Some(node) = open.pop() {
            match &node.expr {
                Expr::And(terms) => open.extend(terms),
                _ => required.push(node),
            }
        }
        required
    }
}

/// What a property is compared with.
fn equal_to<'a>(node: &'a Node, property: &str) -> Option<&'a Node> {
    let Expr::Equal(pair) = &node.expr else { return None };
    match (is_property(&pair.0, property), is_property(&pair.1, property)) {
        (true, _) => Some(&pair.1),
        (_, true) => Some(&pair.0),
        _ => None,
    }
}

/// Beginning that a property must have.
fn beginning<'a>(node: &'a Node, property: &str) -> Option<&'a Node> {
    match &node.expr {
        Expr::Call { function, arguments, .. } if function.name == "startsWith" => {
            let [text, beginning] = &**arguments else { return None };
            is_property(text, property).then_some(beginning)
        }
        _ => None,
    }
}

fn is_property(node: &Node, property: &str) -> bool {
    matches!(&node.expr, Expr::Property(reference) if **reference.name == *property)
}

fn text(node: &Node) -> Option<Arc<str>> {
    match &node.expr {
        Expr::Constant(Value::String(text)) => Some(text.as_ref().into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::ExpressionKind;
    use super::*;
    use crate::resource::schemas;

    fn compiled(text: &str) -> (Expression, &'static ListedBy) {
        let schema = &schemas()["AWS::S3::Object"];
        let filter = Expression::compile(text, schema, ExpressionKind::Filter);
        (filter.expect("an expression"), schema.listed_by.as_ref().expect("a long list"))
    }

    #[test]
    fn what_must_hold_says_which_segment_is_meant() {
        for (text, expected) in [
            ("resource.BucketName == 'logs'", Some("logs/")),
            ("'logs' == resource.BucketName && resource.Size > 1", Some("logs/")),
            ("resource.Key.startsWith('a/') && resource.BucketName == 'logs'", Some("logs/a/")),
            ("resource.BucketName == 'logs' && resource.Key == 'a/b'", Some("logs/a/b")),
            (
                "resource.BucketName == 'logs' && (resource.Key.startsWith('a') && resource.Key.startsWith('a/b'))",
                Some("logs/a/b"),
            ),
            ("resource.BucketName == 'logs' && !resource.Key.startsWith('a')", Some("logs/")),
            ("resource.BucketName == 'logs' || resource.Key == 'a'", None),
            ("resource.BucketName != 'logs'", None),
            ("resource.BucketName in ['logs']", None),
            ("resource.Key.startsWith('a/')", None),
            ("resource.BucketName == resource.Key", None),
        ] {
            let (filter, by) = compiled(text);
            let segment = filter.segment(by);
            let shown = segment.map(|one| one.to_string());
            assert_eq!(shown.as_deref(), expected, "{text}");
            assert_eq!(filter.names_segment(by), expected.is_some(), "{text}");
        }
        let (filter, by) = compiled("resource.BucketName == 'logs/2026'");
        assert_eq!(filter.segment(by), None, "no bucket has such a name");
    }
}
