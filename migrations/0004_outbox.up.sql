-- What GitHub should show, by key, and how far that has come.

create table outbox (
    source bigint not null references source,
    key text not null,
    post jsonb not null,
    version bigint not null default 1,
    posted_version bigint not null default 0,
    -- GitHub's id of the check run or comment.
    remote_id bigint,
    -- Set before the first attempt: with it and no `remote_id` a post may exist unknown to us.
    first_attempted_at timestamptz,
    posted_at timestamptz,
    dead_reason text,
    last_error text,
    due_at timestamptz not null default now(),
    lease_until timestamptz,
    attempt uuid,
    attempts integer not null default 0,
    primary key (source, key)
);

-- The table keeps every key for ever; this holds the few that wait.
create index outbox_waiting on outbox (due_at) where posted_version < version and dead_reason is null;
