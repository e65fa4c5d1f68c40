-- Policies in every version, and the groups that they make.

-- Texts by what they say: policy files, facets' bodies, explanations. Never changed.
create table blob (
    digest bytea primary key check (octet_length(digest) = 32),
    body bytea not null
);

create table revision (
    source bigint not null references source,
    commit text not null,
    parent text,
    author text not null,
    committed_at timestamptz not null,
    summary text not null,
    seen_at timestamptz not null,
    state text not null check (state in ('in_force', 'superseded', 'refused')),
    diagnostics jsonb not null,
    primary key (source, commit)
);

create unique index revision_in_force on revision (source) where state = 'in_force';
create index revision_history on revision (source, seen_at, commit);

-- Every version of every policy file; in force while `until` is null.
create table policy_version (
    source bigint not null references source,
    path text not null,
    since timestamptz not null,
    since_commit text not null,
    author text not null,
    blob bytea not null references blob,
    until timestamptz,
    until_commit text,
    primary key (source, path, since)
);

create unique index policy_version_in_force on policy_version (source, path) where until is null;

create table policy_group (
    source bigint not null references source,
    name text not null,
    -- The commit that last changed it, and its definition after expansion.
    revision text not null,
    digest bytea not null check (octet_length(digest) = 32),
    mode text not null check (mode in ('shadow', 'audit', 'enforce')),
    suspended boolean not null,
    interval_ms bigint not null check (interval_ms > 0),
    owner text,
    description text,
    -- What its counts count, in the singular: `bucket`, `finding`.
    unit text not null,
    retired_at timestamptz,
    -- What the last completed run said, and of which definition.
    evaluated_digest bytea,
    outcome text,
    cause text,
    counts jsonb,
    run bigint,
    run_first_at timestamptz,
    last_run_at timestamptz,
    last_error text,
    due_at timestamptz not null,
    lease_until timestamptz,
    attempt uuid,
    attempts integer not null default 0,
    primary key (source, name)
) with (fillfactor = 50);
