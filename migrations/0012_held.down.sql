alter table revision drop column held_over;
update revision set state = 'refused' where state = 'held';
alter table revision drop constraint revision_state_check;
alter table revision add constraint revision_state_check
    check (state in ('in_force', 'superseded', 'refused'));
