//! Values that are held against several things: each may be meant for one of them.
//!
//! `["0.0.0.0/0", "::/0"].exists(w, r.CidrIp == w || r.CidrIpv6 == w)` compares both ranges with
//! both properties. A value that never fits one of them is no mistake as long as it may fit another.

use std::ops::Range;
use std::sync::Arc;

use super::super::Problem;
use super::super::span::Span;
use super::TypeChecker;
use crate::diagnostic::Code;
use crate::resource::Value;

/// Places at which a parameter with a value stands.
#[derive(Debug)]
pub(super) struct Offered {
    pub(super) name: Arc<str>,
    pub(super) is_list: bool,
    pub(super) uses: Vec<Range<usize>>,
}

impl TypeChecker<'_> {
    /// Notes that a parameter with a value stands at a place.
    pub(super) fn offer(&mut self, name: &Arc<str>, value: &Value, span: Span) {
        let (place, is_list) = (range(span), matches!(value, Value::List(_)));
        if let Some(known) = self.offered.iter_mut().find(|one| one.name == *name) {
            known.uses.push(place);
        } else {
            let (name, uses) = (Arc::clone(name), vec![place]);
            self.offered.push(Offered { name, is_list, uses });
        }
    }

    /// Forgets what was told since of elements of a list that the variable of a loop stands for,
    /// where each was told of some of the variable's uses alone.
    pub(super) fn accept_elements(&mut self, since: usize, elements: &[Span], uses: &[Span]) {
        if self.places.is_none() || uses.len() < 2 || self.problems.len() == since {
            return;
        }
        let told = self.problems.split_off(since);
        let at = |place: &Range<usize>| {
            told.iter().filter(|problem| is_of_value(problem) && problem.span == *place).count()
        };
        let elements: Vec<_> = elements.iter().map(|span| range(*span)).collect();
        let uses: Vec<_> = uses.iter().map(|span| range(*span)).collect();
        let is_kept = |problem: &Problem| {
            !is_of_value(problem)
                || if elements.contains(&problem.span) {
                    at(&problem.span) >= uses.len()
                } else {
                    !(elements.is_empty() && uses.contains(&problem.span))
                }
        };
        let kept: Vec<_> = told.iter().filter(|problem| is_kept(problem)).cloned().collect();
        self.problems.extend(kept);
    }

    /// Forgets what was told of the values of parameters at some of their uses alone.
    pub(super) fn accept_parameters(&mut self) {
        if self.places.is_none() {
            return;
        }
        for Offered { is_list, uses, .. } in self.offered.iter().filter(|one| one.uses.len() > 1) {
            let is_told = |place: &Range<usize>| {
                self.problems.iter().any(|one| is_of_value(one) && one.span == *place)
            };
            if !is_list && uses.iter().all(is_told) {
                continue;
            }
            self.problems.retain(|one| !is_of_value(one) || !uses.contains(&one.span));
        }
    }
}

/// `true` for what is told of a constant: that it is never what it is compared with.
fn is_of_value(problem: &Problem) -> bool {
    matches!(problem.code, Code::FixedComparison | Code::UndocumentedValue)
}

fn range(span: Span) -> Range<usize> {
    span.start()..span.end()
}
