-- What evaluations found, kept for ever: runs, findings and facets as intervals.
--
-- High-volume tables carry no foreign key to `source`: checking one would lock its row with every
-- insert. Sources are never deleted.

create sequence run_id as bigint;

-- Equal consecutive runs of a group are one row.
create table run (
    source bigint not null,
    group_name text not null,
    id bigint not null default nextval('run_id'),
    first_at timestamptz not null,
    last_at timestamptz not null,
    count bigint not null default 1,
    longest_gap_ms bigint not null default 0,
    revision text not null,
    engine text not null,
    -- Which facets were read; what they and the findings were.
    coverage bytea not null,
    digest bytea not null,
    outcome text not null,
    cause text,
    counts jsonb not null,
    -- Of the first run of the row.
    duration_ms bigint not null,
    calls jsonb not null,
    primary key (source, group_name, id, first_at)
) partition by range (first_at);

create index run_by_id on run (id);

alter sequence run_id owned by run.id;

-- Catches what no month was made for, so that an insert never fails.
create table run_default partition of run default with (fillfactor = 70);

-- Makes the partitions of this month and of `ahead` months behind it; what the default partition
-- caught meanwhile moves into them. Runs with the rights of the owner, so that the service needs
-- none to create tables.
create function create_run_partitions(ahead integer) returns void
language plpgsql security definer set search_path from current as $$
declare
    this_month timestamp := date_trunc('month', now() at time zone 'UTC');
    month timestamp;
    partition text;
begin
    -- Replicas that do this at the same time wait for each other.
    perform pg_advisory_xact_lock(hashtext('create_run_partitions'));
    for step in 0..ahead loop
        month := this_month + make_interval(months => step);
        partition := 'run_' || to_char(month, 'YYYY_MM');
        continue when to_regclass(quote_ident(partition)) is not null;
        execute format('create table %I (like run including defaults) with (fillfactor = 70)', partition);
        execute format(
            'with caught as (delete from run_default where first_at >= %1$L and first_at < %2$L returning *) '
            'insert into %3$I select * from caught',
            month at time zone 'UTC', (month + interval '1 month') at time zone 'UTC', partition
        );
        execute format(
            'alter table run attach partition %I for values from (%L) to (%L)',
            partition, month at time zone 'UTC', (month + interval '1 month') at time zone 'UTC'
        );
    end loop;
end
$$;

select create_run_partitions(3);

-- The outcome of a check on a resource over an interval; a finding without a resource has `*`.
create table finding (
    source bigint not null,
    group_name text not null,
    check_id text not null,
    provider text not null,
    account text not null,
    region text not null,
    resource_type text not null,
    resource_id text not null,
    since timestamptz not null,
    until timestamptz,
    closed_reason text check (
        closed_reason in ('changed', 'resource_gone', 'out_of_selection', 'check_removed', 'account_removed')
    ),
    outcome text not null,
    cause text,
    severity text not null,
    explanation bytea references blob,
    -- What was asked: select, where, assert, parameters after expansion.
    evaluation_digest bytea not null,
    check ((until is null) = (closed_reason is null)),
    primary key (source, group_name, check_id, provider, account, region, resource_type, resource_id, since)
);

create unique index finding_open on finding
    (source, group_name, check_id, provider, account, region, resource_type, resource_id)
    where until is null;

-- What an operation said of a resource over an interval. `*` stands for the list itself. A failure
-- has a row of its own beside the last value, which it neither closes nor replaces.
create table facet (
    source bigint not null,
    provider text not null,
    account text not null,
    -- Where it was asked; `global` for types that are listed once.
    region text not null,
    resource_type text not null,
    resource_id text not null,
    operation text not null,
    since timestamptz not null,
    until timestamptz,
    -- `partial` is a list that broke off.
    state text not null check (state in ('read', 'absent', 'error', 'partial')),
    failed boolean generated always as (state in ('error', 'partial')) stored,
    body bytea references blob,
    cause text,
    message text,
    -- Of the operation that lists: where the resource lives, and its ARN.
    resource_region text,
    arn text,
    check ((cause is not null) = (state in ('error', 'partial'))),
    primary key (source, provider, account, region, resource_type, resource_id, operation, since, failed)
);

create unique index facet_open on facet
    (source, provider, account, region, resource_type, resource_id, operation, failed)
    where until is null;

-- Digests of observations that the open facets already say: an unchanged inventory costs one read.
create table facet_scope (
    source bigint not null,
    provider text not null,
    account text not null,
    region text not null,
    resource_type text not null,
    observed_at timestamptz not null,
    digests bytea[] not null,
    primary key (source, provider, account, region, resource_type)
) with (fillfactor = 50);
