-- What somebody who may write asks from a pull request to be collected: types that an account was never
-- asked for. Beside its daily sweep an account has one that is asked for, with a position of its own.
alter table account_sweep
    add column asked text[] not null default '{}',
    -- When it is due; nothing where it is over.
    add column asked_at timestamptz,
    add column asked_attempts integer not null default 0,
    -- When it came to something last.
    add column asked_swept_at timestamptz,
    -- Why it came to nothing.
    add column asked_error text,
    add column asked_after_type text,
    add column asked_after_region text,
    add column asked_after_resource text;

-- Wakes that are no webhook's: something of ours is to be said of the source.
alter table source add column own_wakes bigint not null default 0;

-- How far that has come for a pull request, and who asked for it last.
alter table pull_request
    add column collection text,
    add column collection_by text,
    add check ((collection is null) = (collection_by is null));
