-- What judging pull requests over stored inventories needs. A version before this one leaves the new
-- columns as they are: it notices changes by the digests, and asks GitHub for no repository of a head.

-- How often the open facets were changed, so that whoever keeps them in memory sees that they are others.
alter table facet_scope add column changes bigint not null default 0;

-- GitHub's number of the repository that the head is in; unknown where that is gone, or was not told.
alter table pull_request add column head_repository bigint;

-- When GitHub had last changed it as it was answered without being judged, since nobody vouched for its
-- head: somebody may have approved it once it changes again.
alter table pull_request add column unvouched_at timestamptz;

-- How often its head could not be read, and when that is tried again.
alter table pull_request add column attempts integer not null default 0;
alter table pull_request add column retry_at timestamptz;

-- Of a layer of a stack: the branch that the stack is to be merged into, the head of the layer below it
-- (none below the lowest), and that for which an answer was written.
alter table pull_request add column stack_base text;
alter table pull_request add column below text;
alter table pull_request add column processed_below text;
