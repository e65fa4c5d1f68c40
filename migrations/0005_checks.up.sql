-- The checks of the groups in force: what each asks, as people are told, and how it stands.
--
-- Apart from `policy_group`, whose rows every run rewrites: these change when the policies do, or
-- when a check stands differently.

create table policy_check (
    source bigint not null references source,
    group_name text not null,
    id text not null,
    -- Its place in the group, from 0.
    position integer not null,
    -- Title, severity, texts of `where` and `assert`, remediation, controls, file and line.
    rule jsonb not null,
    -- What the last completed run said; nothing before the first.
    outcome text,
    cause text,
    counts jsonb,
    -- Whether a list could not be read, so that `counts` counts more than resources.
    unlisted boolean not null default false,
    primary key (source, group_name, id)
);
