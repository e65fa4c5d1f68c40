-- A group's schedule as text, since a cron pattern is no interval. `interval_ms` stays the longest
-- time between two evaluations, and is all that rows of earlier versions have.
alter table policy_group add column schedule text;
