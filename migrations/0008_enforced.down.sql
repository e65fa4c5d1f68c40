alter table finding drop column failing_since;
alter table policy_check drop column old_failures;
alter table policy_group
    drop column new_only, drop column enforced_outcome, drop column enforced_cause, drop column old_failures;
