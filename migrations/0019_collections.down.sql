alter table source drop column own_wakes;
alter table pull_request drop column collection, drop column collection_by;
alter table account_sweep
    drop column asked, drop column asked_at, drop column asked_error, drop column asked_attempts,
    drop column asked_swept_at, drop column asked_after_type,
    drop column asked_after_region, drop column asked_after_resource;
