//! The wiring: the only place where concrete adapters meet.
