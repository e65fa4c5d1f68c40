//! HTTP: webhooks in, read-only pages out.
