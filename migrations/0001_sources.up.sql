-- Watched repositories, what of them is in force, and what GitHub told of them.
--
-- Rows that are claimed (`due_at`, `lease_until`, `attempt`) are rewritten often. No index holds
-- these columns and pages are left half empty, so that each rewrite stays on its page (HOT) and
-- its predecessor is removed with it. The tables are small enough to be read whole.

create table source (
    id bigint generated always as identity primary key,
    name text not null,
    host text not null check (host in ('github', 'git')),
    -- As the operator wrote it: `owner/name`, or a URL.
    repository text not null,
    -- GitHub's number, which renames leave alone, and the name that GitHub uses now.
    repository_id bigint,
    repository_name text,
    branch text not null,
    path text not null,
    -- The commit in force; the commit last looked at.
    revision text,
    head text,
    last_checked_at timestamptz,
    last_synced_at timestamptz,
    last_error text,
    retired_at timestamptz,
    nudges bigint not null default 0,
    due_at timestamptz not null default now(),
    lease_until timestamptz,
    attempt uuid,
    attempts integer not null default 0
) with (fillfactor = 50);

create unique index source_name on source (name) where retired_at is null;

create table pull_request (
    source bigint not null references source,
    number bigint not null,
    head text not null,
    base_branch text not null,
    state text not null check (state in ('open', 'closed')),
    author text not null,
    -- When GitHub last changed it: webhooks come in any order.
    updated_at timestamptz not null,
    -- The head, and the revision in force, for which an answer was written.
    processed_head text,
    processed_base text,
    primary key (source, number)
);

create index pull_request_open on pull_request (source) where state = 'open';

-- Webhooks already seen, by `X-GitHub-Delivery`.
create table delivery (
    id text primary key,
    received_at timestamptz not null default now()
);
