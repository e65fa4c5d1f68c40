drop index outbox_unposted;
drop index outbox_listed;
