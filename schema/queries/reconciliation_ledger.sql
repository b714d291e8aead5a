-- What reconciliation reads of one partner, all within one transaction that sees one moment.

-- name: PlanForReconciliation :exec
-- A partner is read whole, by plans made for how much it has: not by those that batches keep.
select set_config('plan_cache_mode', 'force_custom_plan', true), set_config('jit', 'off', true),
  set_config('work_mem', '64MB', true);

-- name: PartnerRow :many
select * from partner where partner_id = @partner_id;

-- name: PostingsAfter :many
select posting_no, input_no, fact, account, coalesce(bill_id, '')::text as bill_id, currency, amount, hash
from posting
where partner_id = @partner_id and posting_no > @after
order by posting_no;
