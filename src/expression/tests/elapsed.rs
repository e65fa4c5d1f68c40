//! Spans of time since what is past, and of what may lie ahead.

use super::decided::{silent, told};
use super::fixed::{ROLE, USER, VOLUME};

const KEY: &str = "AWS::KMS::Key";

#[test]
fn spans_of_what_is_past_are_never_negative() {
    told(&[
        (
            VOLUME,
            "resource.CreateTime - now > duration('90d')",
            "duration('90d')",
            "`resource.CreateTime` is past, so `resource.CreateTime - now > duration(\"90d\")` is never true (write `age(resource.CreateTime)`",
        ),
        (
            VOLUME,
            "resource.CreateTime - now < duration('90d')",
            "duration('90d')",
            "is always true where it is not null",
        ),
        (VOLUME, "duration('90d') <= resource.CreateTime - now", "duration('90d')", "never true"),
        (VOLUME, "now - resource.CreateTime < duration('-90d')", "duration('-90d')", "never true"),
        (VOLUME, "age(resource.CreateTime) < duration('0s')", "duration('0s')", "never true"),
        (
            VOLUME,
            "age(resource.CreateTime) > duration('-90d')",
            "duration('-90d')",
            "compare it with a span above zero",
        ),
        (
            USER,
            "resource.AccessKeys.all(k, k.CreateDate - now < duration('90d'))",
            "duration('90d')",
            "write `age(k.CreateDate)`",
        ),
        (VOLUME, "resource.CreateTime > now", "resource.CreateTime", "ask for its age"),
        (VOLUME, "!(now < resource.CreateTime)", "resource.CreateTime", "is never true"),
    ]);
}

#[test]
fn what_is_past_is_held_against_now() {
    told(&[
        (VOLUME, "resource.CreateTime < now", "resource.CreateTime < now", "always true"),
        (VOLUME, "now >= resource.CreateTime", "now >= resource.CreateTime", "ask for its age"),
        (
            VOLUME,
            "resource.CreateTime < now + duration('90d')",
            "now + duration('90d')",
            "always true where it is not null (write `now - duration(\"90d\")`",
        ),
        (
            VOLUME,
            "resource.CreateTime > now - duration('-90d') || resource.Encrypted",
            "now - duration('-90d')",
            "is never true (write `now - duration(\"90d\")`",
        ),
        (
            VOLUME,
            "now + duration('90d') < resource.CreateTime",
            "now + duration('90d')",
            "never true",
        ),
        (
            VOLUME,
            "resource.CreateTime < duration('90d') + now",
            "duration('90d') + now",
            "always true where it is not null",
        ),
        (
            VOLUME,
            "resource.CreateTime > duration('-90d') + now && resource.CreateTime < now - duration('180d')",
            "resource.CreateTime < now - duration('180d')",
            "never holds beside",
        ),
        (
            VOLUME,
            "resource.CreateTime > now - duration('90d') && resource.CreateTime < now - duration('180d')",
            "resource.CreateTime < now - duration('180d')",
            "never holds beside `resource.CreateTime > now - duration(\"90d\")`",
        ),
        (
            KEY,
            "resource.DeletionDate != null && (resource.DeletionDate < now + duration('7d') || resource.DeletionDate > now)",
            "resource.DeletionDate > now",
            "always holds",
        ),
        (
            VOLUME,
            "age(resource.CreateTime) < duration('30d') && now - resource.CreateTime > duration('90d')",
            "now - resource.CreateTime > duration('90d')",
            "never holds beside `age(resource.CreateTime) < duration(\"30d\")`",
        ),
    ]);
}

#[test]
fn spans_of_what_may_be_are_not_told() {
    silent(&[
        (VOLUME, "age(resource.CreateTime) < duration('90d')"),
        (VOLUME, "age(resource.CreateTime) > duration('0s')"),
        (VOLUME, "now - resource.CreateTime >= duration('0s')"),
        (VOLUME, "resource.CreateTime - now > duration('-90d')"),
        (VOLUME, "resource.CreateTime > now - duration('90d') && resource.CreateTime <= now"),
        (VOLUME, "resource.CreateTime < timestamp('2026-01-01T00:00:00Z')"),
        (KEY, "resource.DeletionDate != null && resource.DeletionDate > now"),
        (
            KEY,
            "resource.DeletionDate != null && resource.DeletionDate - now > duration('7d') && age(resource.DeletionDate) < duration('-7d')",
        ),
        (KEY, "resource.DeletionDate != null && resource.DeletionDate < now + duration('7d')"),
        (VOLUME, "resource.CreateTime < now - duration('90d')"),
        (VOLUME, "resource.CreateTime < duration('-90d') + now"),
        (
            KEY,
            "resource.DeletionDate != null && resource.DeletionDate > now && resource.DeletionDate < duration('7d') + now",
        ),
        (
            VOLUME,
            "resource.CreateTime > now - duration('180d') && resource.CreateTime < now - duration('90d')",
        ),
        (
            VOLUME,
            "resource.CreateTime > now - duration('180d') && resource.CreateTime < timestamp('2000-01-01T00:00:00Z')",
        ),
        (
            KEY,
            "resource.DeletionDate != null && resource.DeletionDate > now && resource.DeletionDate < now + duration('7d')",
        ),
        (
            VOLUME,
            "age(resource.CreateTime) > duration('30d') && now - resource.CreateTime < duration('90d')",
        ),
        (ROLE, "resource.CreateDate - resource.CreateDate > duration('1d')"),
    ]);
}
