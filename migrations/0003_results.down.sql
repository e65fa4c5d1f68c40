drop table facet_scope;
drop table facet;
drop table finding;
drop function create_run_partitions(integer);
drop table run;
