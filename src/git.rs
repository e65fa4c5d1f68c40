//! Git mirrors, read by object id.
