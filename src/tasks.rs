//! Background tasks: supervised, cancelled together.
