-- How much of what GitHub lets an installation create is used up. A version before this one leaves the new column as it
-- is, and creates without counting.

-- By the account that the App is installed on, the instants at which both budgets are whole again.
create table creation_budget (
    account text primary key,
    minute_whole_at timestamptz not null,
    hour_whole_at timestamptz not null
);

-- When the post was last wanted to say something else.
alter table outbox add column wanted_at timestamptz not null default now();
