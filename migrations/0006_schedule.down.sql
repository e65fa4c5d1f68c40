alter table policy_group drop column schedule;
