-- Commits that are held until a later one approves them. A version before this one writes none, and cannot show one.
alter table revision drop constraint revision_state_check;
alter table revision add constraint revision_state_check
    check (state in ('in_force', 'superseded', 'refused', 'held'));

-- Of one that is held, the commit that stayed in force: what was approved over another one is approved no more.
alter table revision add column held_over text;
