-- Who signed a commit, or why its signature does not count, where that was looked at. A version before this one writes none.
alter table revision add column signature jsonb;
