//! All SQL: one file per aggregate, one function per statement.
