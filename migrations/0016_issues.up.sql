-- Issues of groups that fail. A version before this one wants none, leaves those that are wanted as they are, and gives
-- up what it cannot post until it is wanted otherwise.

-- Whether the settings of the commit in force ask for them.
alter table source add column wants_issues boolean not null default false;
-- The few among the posts, which are kept for ever; by what never changes, so that posts are still replaced in place.
create index outbox_issues on outbox (source) where starts_with(key, 'issue/');
