-- When somebody last looked whether all checks under our names on a head are ours: of open pull requests,
-- and of the watched branch.
create table check_look (
    source bigint not null references source,
    head text not null,
    due_at timestamptz not null,
    looked_at timestamptz not null default now(),
    primary key (source, head)
);

-- Checks under our names that are not ours.
create table foreign_check (
    source bigint not null references source,
    head text not null,
    -- `check_run` or `status`.
    kind text not null,
    name text not null,
    -- App or login of whoever posted it.
    author text not null,
    -- What it says, in GitHub's words.
    state text not null,
    seen_at timestamptz not null default now(),
    primary key (source, head, kind, name, author)
);
