-- Checks that are shown as statuses, where the service is no App. A version before this one shows them as check runs only, and
-- leaves both columns as they are.

-- `true` where `remote_id` is of a status.
alter table outbox add column is_status boolean not null default false;
-- How many of them there are.
alter table outbox add column statuses integer not null default 0;
