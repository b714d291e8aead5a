-- The ledger as a whole: what it sums to, and whether it is what was posted.

-- name: TrialBalance :many
-- What stands on each account, by currency: debits are positive. A cycle takes the lines of its bills alone, which
-- balance among themselves. What is not asked for is empty.
select p.currency, p.account,
  coalesce(sum(p.amount) filter (where p.amount > 0), 0)::numeric as debit,
  coalesce(-sum(p.amount) filter (where p.amount < 0), 0)::numeric as credit
from posting p
where (@partner_id::text = '' or p.partner_id = @partner_id)
  and (@currency::text = '' or p.currency = @currency)
  and (@cycle::text = '' or exists (select from incentive_bill b
    where b.partner_id = p.partner_id and b.bill_id = p.bill_id and b.cycle = @cycle))
group by p.currency, p.account
order by p.currency collate "C", p.account collate "C";

-- name: LedgerPartners :many
-- Everybody who has postings or could have, with where the chain has to end.
select p.partner_id, coalesce(r.posting_no, 0)::bigint as posting_no, r.posting_hash
from (select partner_id from partner where partner_id <> '_all' union select partner_id from posting) p
left join partner r on r.partner_id = p.partner_id
where @partner_id::text = '' or p.partner_id = @partner_id
order by p.partner_id collate "C";

-- name: LedgerOfPartner :many
select posting_no, input_no, fact, account, coalesce(bill_id, '')::text as bill_id, currency, amount, hash
from posting
where partner_id = @partner_id
order by posting_no;
