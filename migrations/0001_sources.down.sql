drop table delivery;
drop table pull_request;
drop table source;
