//! The same words for terminal, pull request and page.
