alter table outbox drop column may_return;
drop index outbox_doubted;
drop index outbox_unposted;
drop index outbox_listed;
