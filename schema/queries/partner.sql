-- Partners: their numbers and their lock. All statements take a whole batch.

-- name: AddPartners :exec
-- In sorted order, as everything that locks partners.
insert into partner (partner_id)
select unnest(@partner_ids::text[])
on conflict (partner_id) do nothing;

-- name: LockPartners :many
select * from partner
where partner_id = any(@partner_ids::text[])
order by partner_id
for update;

-- name: FindPartner :one
select * from partner where partner_id = @partner_id;

-- name: SavePartners :exec
update partner p
set site = c.site, input_no = c.input_no, decision_no = c.decision_no, posting_no = c.posting_no, reference_no = c.reference_no,
    waiting = c.waiting, retryable = c.retryable, retried_reference = c.retried_reference, retried_partner = c.retried_partner,
    highest = c.highest, waiting_since = c.waiting_since, closed_cycle = c.closed_cycle,
    cut_offs = c.cut_offs, cut_off_decision = c.cut_off_decision, posting_hash = c.posting_hash,
    overdue = c.overdue, usages = c.usages, usage_settled_until = c.usage_settled_until
from (
  select unnest(@partner_ids::text[]) as partner_id, unnest(@sites::text[]) as site,
    unnest(@input_nos::bigint[]) as input_no, unnest(@decision_nos::bigint[]) as decision_no,
    unnest(@posting_nos::bigint[]) as posting_no, unnest(@reference_nos::bigint[]) as reference_no,
    unnest(@waiting::bigint[]) as waiting, unnest(@retryable::bigint[]) as retryable,
    unnest(@retried_references::bigint[]) as retried_reference, unnest(@retried_partners::bigint[]) as retried_partner,
    unnest(@highest::timestamptz[]) as highest, unnest(@waiting_since::timestamptz[]) as waiting_since,
    unnest(@closed_cycles::text[]) as closed_cycle, unnest(@posting_hashes::bytea[]) as posting_hash,
    unnest(@cut_offs::bigint[]) as cut_offs, unnest(@cut_off_decisions::bigint[]) as cut_off_decision,
    unnest(@overdue::bigint[]) as overdue,
    unnest(@usages::bigint[]) as usages, unnest(@usage_settled_until::timestamptz[]) as usage_settled_until
) c
where p.partner_id = c.partner_id;

-- name: PlanForKeys :exec
-- Everything in a batch is looked up by key, a few hundred keys at a time. Statistics of tables that have just grown
-- say otherwise, and a plan that reads a whole table once is kept: so such plans are not offered in this transaction.
select set_config('plan_cache_mode', 'force_generic_plan', true), set_config('jit', 'off', true),
  set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true);
