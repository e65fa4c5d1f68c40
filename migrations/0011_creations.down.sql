alter table outbox drop column wanted_at;
drop table creation_budget;
