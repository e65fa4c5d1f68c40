//! Memo of what functions made of whole documents, for the expression that asks the same next.

use super::EvalBudget;
use super::builtins::{Function, MOST_ARGUMENTS};
use crate::resource::Value;

/// The most results that are kept.
const MOST: usize = 16;

/// Results of functions that read a whole document, such as `statements`. Expressions that look at one
/// resource share them, so that its policies are read once and not by each; a result takes from a budget
/// what making it took, so that no verdict depends on who asked before. Cleared behind a resource it is
/// small, and what is more than it holds is made anew.
#[derive(Debug, Default)]
pub struct Memo(Vec<Kept>);

#[derive(Debug)]
struct Kept {
    function: &'static str,
    /// Held, so that no other document takes the place of one in the memory.
    arguments: [Value; MOST_ARGUMENTS],
    result: Value,
    cost: EvalBudget,
}

impl Memo {
    /// Forgets all results.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// How many results are kept.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Result of a function of the same arguments, paid from a budget; `None` where there is none, or
    /// the budget does not suffice.
    pub(super) fn find(
        &self,
        function: &Function,
        arguments: [&Value; MOST_ARGUMENTS],
        budget: &mut EvalBudget,
    ) -> Option<Value> {
        let is_same = |kept: &&Kept| {
            std::ptr::eq(kept.function, function.name)
                && kept.arguments.iter().zip(arguments).all(|(one, other)| one.is_same(other))
        };
        let kept = self.0.iter().find(is_same)?;
        budget.pay(&kept.cost).then(|| kept.result.clone())
    }

    /// Keeps the result of a function, and what making it took.
    pub(super) fn keep(
        &mut self,
        function: &Function,
        arguments: [&Value; MOST_ARGUMENTS],
        result: &Value,
        cost: EvalBudget,
    ) {
        if self.0.len() < MOST {
            let arguments = arguments.map(Clone::clone);
            let result = result.clone();
            self.0.push(Kept { function: function.name, arguments, result, cost });
        }
    }
}
