//! The words about the functions are true.

use std::collections::BTreeSet;

use super::super::builtins::{Builtins, Form};
use super::fixture::{ordinary, verdict};

#[test]
fn each_example_gives_its_result() {
    for one in super::super::functions() {
        let text = format!("{} == {}", one.example, one.result);
        assert_eq!(verdict(&text, &ordinary()), "true", "{text}");
    }
}

#[test]
fn each_function_is_described() {
    let mut names = BTreeSet::new();
    for one in super::super::functions() {
        assert!(names.insert(one.name), "`{}` is there twice", one.name);
        assert!(one.example.contains(one.name), "{}", one.example);
        assert!(one.usage.contains(one.name), "{}", one.usage);
        assert!(one.description.ends_with('.'), "{}", one.description);
        assert!(!one.description.is_empty() && !one.group.is_empty(), "{}", one.name);
    }
    assert_eq!(names, Builtins::standard().names().collect());
}

#[test]
fn usages_are_in_the_form_of_the_function() {
    for one in Builtins::standard().functions() {
        let method = one.doc.usage.contains(&format!(".{}(", one.name));
        let (before, behind) = one.doc.usage.split_once('(').expect("a bracket");
        match one.form {
            Form::Global => assert!(!method, "{}", one.doc.usage),
            Form::Method => assert!(method, "{}", one.doc.usage),
            Form::Either => {}
        }
        let inside = behind.split(',').filter(|argument| argument.trim() != ")").count();
        assert_eq!(
            inside + usize::from(before.contains('.')),
            one.parameters.len(),
            "{}",
            one.doc.usage
        );
    }
}
