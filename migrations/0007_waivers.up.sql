-- The waivers in force, a row for each group that they concern, and how they stand there.
--
-- Apart from `policy_group`, whose rows every run rewrites, as `policy_check` is.

create table policy_waiver (
    source bigint not null references source,
    group_name text not null,
    name text not null,
    -- What it matches, reason, owner, last day, file and line.
    waiver jsonb not null,
    -- What the last completed run said; nothing before the first.
    validity text,
    counts jsonb,
    primary key (source, group_name, name)
);
