-- What lists show of one partner beside the final rows that summaries count.

-- name: HoldDocuments :many
select hold_id as id, document from hold
where partner_id = @partner_id
order by hold_id;

-- name: CoveredDetailDocuments :many
-- The details that some hold covers.
select detail_id as id, document from incentive_detail
where partner_id = @partner_id and document is not null and document -> 'Holds' is not null
order by detail_id;

-- name: DetailDocumentsOfBill :many
-- A bill's details, and those of later bills that take back of them.
select d.detail_id as id, d.document from incentive_detail d
where d.partner_id = @partner_id and d.document is not null
  and (d.bill_id = @bill_id::text or d.reverses in (
    select o.detail_id from incentive_detail o where o.partner_id = @partner_id and o.bill_id = @bill_id::text))
order by d.detail_id;

-- name: ResourceDocuments :many
select resource_id as id, document from resource
where partner_id = @partner_id
order by resource_id;

-- name: AdjustmentDocuments :many
select adjustment_id as id, document from adjustment
where partner_id = @partner_id
order by adjustment_id;

-- name: StatementRuns :many
-- The runs of the job statement, in the order in which they were decided.
select decision_no::bigint as decision_no, payload from input
where partner_id = @partner_id and type = 'schedule.applied.v1' and status = 'accepted' and decision_no is not null
  and convert_from(payload, 'UTF8')::json ->> 'job' = 'statement'
order by decision_no;

-- name: DecidedLate :many
-- What happened before an end and was decided after the run that told until there.
select i.source, i.event_id, max(i.decision_no)::bigint as decision_no
from (select unnest(@ends::timestamptz[]) as until, unnest(@decision_nos::bigint[]) as decision_no) r
join input i on i.partner_id = @partner_id and i.time < r.until and i.decision_no > r.decision_no
where i.status = 'accepted'
group by i.source, i.event_id
order by i.source, i.event_id;

-- name: FirstUsageDecisions :many
-- When the first usage of each settlement was decided.
select window_id, min((document ->> 'DecisionNo')::bigint)::bigint as decision_no from usage
where partner_id = @partner_id and not refused
group by window_id
order by window_id;

-- name: ResourceDocumentsOfCustomer :many
-- A customer's resources, also those that are gone.
select resource_id as id, document from resource
where partner_id = @partner_id and customer_id = @customer_id
order by resource_id
limit @most;
-- name: LateDetailDocuments :many
-- The details that late events made in open periods.
select detail_id as id, document from incentive_detail
where partner_id = @partner_id and document is not null and document ->> 'LateOf' is not null
order by detail_id;
