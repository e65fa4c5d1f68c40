-- To a version before this one a number is that of a check run.
update outbox set remote_id = null where is_status;
alter table outbox drop column statuses;
alter table outbox drop column is_status;
