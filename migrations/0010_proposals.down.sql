alter table pull_request drop column processed_below;
alter table pull_request drop column below;
alter table pull_request drop column stack_base;
alter table pull_request drop column retry_at;
alter table pull_request drop column attempts;
alter table pull_request drop column unvouched_at;
alter table pull_request drop column head_repository;
alter table facet_scope drop column changes;
