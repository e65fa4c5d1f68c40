drop table policy_group;
drop table policy_version;
drop table revision;
drop table blob;
