//! Controls of compliance frameworks, which checks and check types are evidence for.

use crate::diagnostic::Code;
use crate::document::{Field, List};

use super::context::FileContext;

/// Warns about a control without a name, for which a check is evidence of nothing.
pub(super) fn report_blank(controls: &Field<List<String>>, file: &mut FileContext) {
    for control in controls.value().into_iter().flat_map(List::iter) {
        if control.value.trim().is_empty() {
            let odd = file.warning(control.span, Code::NoEffect, "the control has no name");
            file.report(odd.help("name it, as in `cis-aws-3.0.0/2.1.4`, or remove it"));
        }
    }
}
