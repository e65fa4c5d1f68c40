-- What of a group is enforced, beside what it found: where `newOnly` says an instant, what fails
-- since before it is not. All of it is null where all is enforced, as in rows of earlier versions;
-- these refuse policies with `newOnly`, and so never complete a run of such a group.

alter table policy_group
    add column new_only timestamptz,
    -- What the last completed run said, without what failed before.
    add column enforced_outcome text,
    add column enforced_cause text,
    -- How many findings failed before.
    add column old_failures bigint;

-- How many of a check's findings do.
alter table policy_check add column old_failures bigint;

-- Since when it fails without having been mended, or did when it was last known. Each interval takes
-- it over from the one before, so that nobody has to read the past. Rows that earlier versions
-- write lack it; of these the interval counts.
alter table finding add column failing_since timestamptz;

-- What stands by now has a past to be read, once.
with recursive walked as (
    select source, group_name, check_id, provider, account, region, resource_type, resource_id,
        since, outcome
    from finding where until is null and outcome in ('fail', 'waived', 'unknown')
    union all
    select walked.source, walked.group_name, walked.check_id, walked.provider, walked.account,
        walked.region, walked.resource_type, walked.resource_id, before.since, before.outcome
    from walked
    cross join lateral (
        select since, until, closed_reason, outcome from finding
        where finding.source = walked.source and finding.group_name = walked.group_name
          and finding.check_id = walked.check_id and finding.provider = walked.provider
          and finding.account = walked.account and finding.region = walked.region
          and finding.resource_type = walked.resource_type
          and finding.resource_id = walked.resource_id and finding.since < walked.since
        order by since desc limit 1
    ) before
    where before.until = walked.since and before.closed_reason = 'changed'
      and before.outcome in ('fail', 'waived', 'unknown')
), failing as (
    select source, group_name, check_id, provider, account, region, resource_type, resource_id,
        min(since) as since
    from walked where outcome in ('fail', 'waived')
    group by source, group_name, check_id, provider, account, region, resource_type, resource_id
)
update finding set failing_since = failing.since
from failing
where finding.until is null
  and finding.source = failing.source and finding.group_name = failing.group_name
  and finding.check_id = failing.check_id and finding.provider = failing.provider
  and finding.account = failing.account and finding.region = failing.region
  and finding.resource_type = failing.resource_type and finding.resource_id = failing.resource_id;
