-- Daily sweeps of accounts: what no check reads yet is collected within a budget. A version before
-- this one knows nothing of them, and needs not.

-- A row for each account of a source that wants to be swept.
create table account_sweep (
    source bigint not null references source,
    provider text not null,
    account text not null,
    due_at timestamptz not null,
    lease_until timestamptz,
    attempt uuid,
    attempts integer not null default 0,
    last_error text,
    -- The last thing that was completed, behind which the next sweep begins; nothing: at the start.
    after_type text,
    after_region text,
    after_resource text,
    -- When the last sweep ended, and how many requests it made.
    last_swept_at timestamptz,
    requests bigint,
    check ((after_type is null) = (after_region is null)),
    check (after_type is not null or after_resource is null),
    primary key (source, provider, account)
) with (fillfactor = 50);

-- The commit whose accounts have their rows.
alter table source add column sweeps_of text;
