-- For the page of the posts: the newest first, and those that GitHub does not show, which are few.
create index outbox_listed on outbox (source, wanted_at desc, key desc);
create index outbox_unposted on outbox (source) where posted_version < version;
-- And those that say that nobody knows more, which are fewer still.
create index outbox_doubted on outbox (source) where post ? 'before';

-- `true` where what a post was given up for may pass without its changing: a permission, or GitHub's being away.
alter table outbox add column may_return boolean not null default false;
