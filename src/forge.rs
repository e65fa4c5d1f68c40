//! A GitHub-shaped server: the other side of the demo and of the tests.
