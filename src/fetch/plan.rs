//! A fetch plan as a value: which calls an account is asked, for which resources, and who reads their
//! answers.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::resource::{Operation, Region, Schema, Segment};

/// Calls for the checks of some groups in an account.
#[derive(Debug)]
pub struct Plan<'a> {
    /// Types that are asked for, by their names.
    pub types: Vec<TypePlan<'a>>,
}

/// Calls for one type.
#[derive(Debug)]
pub struct TypePlan<'a> {
    /// Schema of the type.
    pub schema: &'a Schema,
    /// Regions in which the type is listed; `global` alone for what belongs to none.
    pub regions: Vec<Region>,
    /// Segments that readers require, of a list that is not read as a whole.
    pub segments: BTreeSet<Segment>,
    /// Calls in the order of their stages: the list, a summary, then what filters read, then the rest.
    pub calls: Vec<PlannedCall>,
}

/// A call that is made for some resources of a type.
#[derive(Debug)]
pub struct PlannedCall {
    /// Operation that is called.
    pub operation: Operation,
    /// IAM actions that it needs.
    pub permissions: Vec<Arc<str>>,
    /// Number of times that it is made.
    pub frequency: Frequency,
    /// Checks that read its answer, and of which resources.
    pub readers: Vec<Reader>,
    /// `true` where live accounts are not asked it: what reads it is `unknown(unsupported)` there.
    pub is_recorded_only: bool,
}

/// Number of times that a call is made in a region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Frequency {
    /// Once for all resources, or once for each page of them.
    Once,
    /// Once for each resource that some reader needs it of.
    Each,
}

/// A check that reads the answer of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reader {
    /// Name of its group, a slash and its id.
    pub check: String,
    /// Filter that a resource must pass before the call is made for this check; `None` where it is
    /// made for all.
    pub filter: Option<Arc<str>>,
    /// Operation of a summary that spares the call for resources that pass by it.
    pub spared_by: Option<Operation>,
}

impl Plan<'_> {
    /// IAM actions that all calls need, those aside that live accounts are not asked.
    pub fn permissions(&self) -> BTreeSet<&str> {
        let calls = self.types.iter().flat_map(|one| &one.calls);
        let live = calls.filter(|call| !call.is_recorded_only);
        live.flat_map(|call| &call.permissions).map(AsRef::as_ref).collect()
    }
}
