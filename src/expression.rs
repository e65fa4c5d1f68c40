//! Expressions over resources: compiling, evaluating and explaining CEL.
