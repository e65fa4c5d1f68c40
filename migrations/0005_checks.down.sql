drop table policy_check;
