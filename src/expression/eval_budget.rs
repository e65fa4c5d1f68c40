//! How much work one evaluation may do: steps and allocated bytes, counted and never timed, so that
//! the same expression over the same resource always ends in the same verdict.

use crate::resource::{Cause, Failure, Value};

/// The steps and bytes that an evaluation may still use.
///
/// A step is the work of some tens of nanoseconds: a node of the expression, an element of a loop,
/// or a stretch of text that is searched. Bytes count what an evaluation allocates, whether or not
/// it is freed again. What exceeds either is `unknown(budget)`, and everything after it as well.
#[derive(Debug, Clone)]
pub struct EvalBudget {
    steps: u64,
    bytes: u64,
}

/// 400,000 steps, which take less than a tenth of a second, and 8 MiB.
impl Default for EvalBudget {
    fn default() -> Self {
        Self::new(400_000, 8 << 20)
    }
}

impl EvalBudget {
    /// A budget of `steps` and `bytes`.
    pub fn new(steps: u64, bytes: u64) -> Self {
        Self { steps, bytes }
    }

    /// The steps that are left.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// The bytes that are left.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// `true` where a limit was hit: nothing more is evaluated.
    pub(super) fn is_spent(&self) -> bool {
        self.steps == 0
    }

    /// Takes `steps`, before they are done.
    pub(super) fn step(&mut self, steps: u64) -> Result<(), Failure> {
        match self.steps.checked_sub(steps) {
            Some(left) if left > 0 => {
                self.steps = left;
                Ok(())
            }
            _ => Err(self.spend("steps")),
        }
    }

    /// Takes the steps for passing over `length` bytes of text.
    pub(super) fn scan(&mut self, length: usize) -> Result<(), Failure> {
        self.step(1 + length as u64 / 64)
    }

    /// Takes `bytes`, before they are allocated.
    pub(super) fn allocate(&mut self, bytes: usize) -> Result<(), Failure> {
        match self.bytes.checked_sub(bytes as u64) {
            Some(left) => {
                self.bytes = left;
                self.step(1 + bytes as u64 / 256)
            }
            None => Err(self.spend("memory")),
        }
    }

    /// Takes the bytes of one more element of a list.
    pub(super) fn element(&mut self) -> Result<(), Failure> {
        self.allocate(size_of::<Value>())
    }

    /// What was taken since the budget was as another one.
    pub(super) fn spent_since(&self, before: &Self) -> Self {
        Self::new(before.steps - self.steps, before.bytes - self.bytes)
    }

    /// Takes what was spent elsewhere for the same, all of it or nothing.
    pub(super) fn pay(&mut self, cost: &Self) -> bool {
        let (steps, bytes) =
            (self.steps.checked_sub(cost.steps), self.bytes.checked_sub(cost.bytes));
        match (steps, bytes) {
            (Some(steps), Some(bytes)) if steps > 0 => {
                *self = Self::new(steps, bytes);
                true
            }
            _ => false,
        }
    }

    /// Takes the steps of making and dropping a failure that the rest of the expression may absorb.
    pub(super) fn absorb(&mut self) -> Result<(), Failure> {
        self.step(8)
    }

    #[cold]
    fn spend(&mut self, what: &str) -> Failure {
        self.steps = 0;
        Failure::new(Cause::Budget, format!("the expression needs more {what} than it may use"))
    }
}
