-- What reconciliation reads of one partner, all within one transaction that sees one moment.

-- name: PlanForReconciliation :exec
-- A partner is read whole, by plans made for how much it has: not by those that batches keep.
select set_config('plan_cache_mode', 'force_custom_plan', true), set_config('jit', 'off', true),
  set_config('work_mem', '64MB', true);

-- name: PartnerRow :many
select * from partner where partner_id = @partner_id;

-- name: PostingsAfter :many
select posting_no, input_no, fact, account, coalesce(bill_id, '')::text as bill_id, currency, amount::text as amount, hash
from posting
where partner_id = @partner_id and posting_no > @after
order by posting_no;

-- name: SumsOfFacts :many
select fact, account, coalesce(bill_id, '')::text as bill_id, currency, sum(amount)::numeric as amount
from posting
where partner_id = @partner_id and fact = any(@facts::text[])
group by fact, account, bill_id, currency;

-- name: ReconciledBills :many
-- What the postings of bills came to when the partner was compared last.
select bill_id, account, currency, amount from reconciled_bill where partner_id = @partner_id and bill_id = any(@ids::text[]);

-- name: PostingsWithoutInput :many
-- Of inputs that were not found with the others.
select p.input_no, min(p.posting_no)::bigint as first, count(*) as postings, min(p.fact)::text as fact
from posting p
where p.partner_id = @partner_id and p.posting_no > @after and p.input_no = any(@inputs::bigint[])
  and not exists (select from input i where i.partner_id = p.partner_id and i.input_no = p.input_no)
group by p.input_no order by p.input_no;

-- name: InboxAgainstInputs :many
-- What the inbox took and is not recorded, or not with that content, and what is recorded and the inbox never took.
select coalesce(k.input_no, i.input_no)::bigint as input_no, (k.input_no is null)::boolean as unknown, (i.input_no is null)::boolean as lost,
  coalesce(k.content_hash, '')::bytea as content_hash, coalesce(i.type, '')::text as type, coalesce(i.source, '')::text as source,
  coalesce(i.event_id, '')::text as event_id
from (select t.input_no, t.content_hash from inbox_key t where t.partner_id = @partner_id) k
full join (
  select t.input_no, t.content_hash, t.type, t.source, t.event_id from input t where t.partner_id = @partner_id
) i on i.input_no = k.input_no
where k.input_no is null or i.input_no is null or i.content_hash <> k.content_hash
order by 1;

-- name: ReconcileInputs :many
-- Inputs that came, or were decided again, since the partner was compared last; content only where hashes are verified.
select i.input_no, i.type, i.source, i.event_id, i.subject, i.partition_key, i.time, i.time_offset, i.status,
  coalesce(i.decision_no, 0)::bigint as decision_no, i.attempts, i.reference_version, i.partner_version, i.payload, i.content_hash,
  i.first_order, coalesce(i.code, '')::text as code
from input i
where i.partner_id = @partner_id and (@whole::boolean or i.input_no > @after or i.decision_no > @decided)
order by i.input_no;
