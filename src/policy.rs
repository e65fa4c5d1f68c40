//! Policy documents: reading, validating, meaning.
