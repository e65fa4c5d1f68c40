alter table source drop column sweeps_of;
drop table account_sweep;
