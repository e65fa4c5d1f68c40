drop index outbox_issues;
alter table source drop column wants_issues;
-- A version before this one cannot read them.
delete from outbox where starts_with(key, 'issue/');
