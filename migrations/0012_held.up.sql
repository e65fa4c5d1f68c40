-- Commits that are held until a later one approves them. A version before this one writes none, and cannot show one.
alter table revision drop constraint revision_state_check;
alter table revision add constraint revision_state_check
    check (state in ('in_force', 'superseded', 'refused', 'held'));
