-- Issues of groups that fail. A version before this one wants none, leaves those that are wanted as they are, and gives
-- up what it cannot post until it is wanted otherwise.

-- Whether the settings of the commit in force ask for them.
alter table source add column wants_issues boolean not null default false;
-- The few among the posts, which are kept for ever.
create index outbox_issues on outbox (source) where post ->> 'kind' = 'issue';
