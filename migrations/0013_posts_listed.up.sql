-- For the page of the posts: the newest first, and those that GitHub does not show, which are few.
create index outbox_listed on outbox (source, wanted_at desc, key desc);
create index outbox_unposted on outbox (source) where posted_version < version;
