drop table policy_waiver;
