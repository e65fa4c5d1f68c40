//! The private Postgres server.
