-- What polling found that no webhook had announced: the gap that a receiver has that is not reached.
alter table source
    -- Of the wakes those that the last pass to its end had heard of.
    add column nudges_heard bigint not null default 0,
    add column unannounced bigint not null default 0,
    add column unannounced_at timestamptz;
