-- Rows that findings rest on. Every query asks for them by the keys of findings, and answers alike: the key, the row's id,
-- what it says, cut at a length, and how many rows there are of the key, of which the first are returned.

-- name: EvidenceOrders :many
with a as (
  select @partner_id::text as partner_id, unnest(@keys::text[]) as key, @rows_max::bigint as rows_max, @text_max::int as text_max
)
select r.key::text as key, r.id::text as id, left(r.text, r.text_max)::text as text, r.total
from (
  select a.key, (t.order_id)::text as id, concat_ws(', ', 'customer ' || t.customer_id, 'state ' || t.state, t.document::text) as text, a.rows_max, a.text_max,
    row_number() over (partition by a.key order by t.order_id) as n, count(*) over (partition by a.key) as total
  from a
  join customer_order t on t.partner_id = a.partner_id and t.order_id = a.key
) r
where r.n <= r.rows_max
order by r.key, r.n;

-- name: EvidenceDetails :many
with a as (
  select @partner_id::text as partner_id, unnest(@keys::text[]) as key, @rows_max::bigint as rows_max, @text_max::int as text_max
)
select r.key::text as key, r.id::text as id, left(r.text, r.text_max)::text as text, r.total
from (
  select a.key, (t.detail_id)::text as id, concat_ws(', ', 'bill ' || t.bill_id, 'order ' || t.order_id, 'reverses ' || t.reverses, t.amount || ' ' || t.currency, 'frozen ' || t.frozen, t.document::text) as text, a.rows_max, a.text_max,
    row_number() over (partition by a.key order by t.detail_id) as n, count(*) over (partition by a.key) as total
  from a
  join incentive_detail t on t.partner_id = a.partner_id and t.detail_id = a.key
) r
where r.n <= r.rows_max
order by r.key, r.n;

-- name: EvidenceBills :many
with a as (
  select @partner_id::text as partner_id, unnest(@keys::text[]) as key, @rows_max::bigint as rows_max, @text_max::int as text_max
)
select r.key::text as key, r.id::text as id, left(r.text, r.text_max)::text as text, r.total
from (
  select a.key, (t.bill_id)::text as id, concat_ws(', ', 'cycle ' || t.cycle, 'policy ' || t.policy_id, 'association ' || t.association, t.currency, 'state ' || t.state, 'total ' || t.total, 'frozen ' || t.frozen, 'payable ' || t.payable, 'requested ' || t.requested, 'paid_out ' || t.paid_out, 'expired ' || t.expired, 'offset ' || t."offset", t.document::text) as text, a.rows_max, a.text_max,
    row_number() over (partition by a.key order by t.bill_id) as n, count(*) over (partition by a.key) as total
  from a
  join incentive_bill t on t.partner_id = a.partner_id and t.bill_id = a.key
) r
where r.n <= r.rows_max
order by r.key, r.n;

-- name: EvidenceRequests :many
with a as (
  select @partner_id::text as partner_id, unnest(@keys::text[]) as key, @rows_max::bigint as rows_max, @text_max::int as text_max
)
select r.key::text as key, r.id::text as id, left(r.text, r.text_max)::text as text, r.total
from (
  select a.key, (t.request_id)::text as id, concat_ws(', ', 'state ' || t.state, t.amount || ' ' || t.currency, 'payout ' || t.payout, t.document::text) as text, a.rows_max, a.text_max,
    row_number() over (partition by a.key order by t.request_id) as n, count(*) over (partition by a.key) as total
  from a
  join payment_request t on t.partner_id = a.partner_id and t.request_id = a.key
) r
where r.n <= r.rows_max
order by r.key, r.n;

-- name: EvidenceHolds :many
with a as (
  select @partner_id::text as partner_id, unnest(@keys::text[]) as key, @rows_max::bigint as rows_max, @text_max::int as text_max
)
select r.key::text as key, r.id::text as id, left(r.text, r.text_max)::text as text, r.total
from (
  select a.key, (t.hold_id)::text as id, concat_ws(', ', 'reason ' || t.reason, 'open ' || t.open, 'order ' || t.order_id, t.amount || ' ' || t.currency, t.document::text) as text, a.rows_max, a.text_max,
    row_number() over (partition by a.key order by t.hold_id) as n, count(*) over (partition by a.key) as total
  from a
  join hold t on t.partner_id = a.partner_id and t.hold_id = a.key
) r
where r.n <= r.rows_max
order by r.key, r.n;

-- name: EvidenceDebts :many
with a as (
  select @partner_id::text as partner_id, unnest(@keys::text[]) as key, @rows_max::bigint as rows_max, @text_max::int as text_max
)
select r.key::text as key, r.id::text as id, left(r.text, r.text_max)::text as text, r.total
from (
  select a.key, (t.order_id)::text as id, concat_ws(', ', 'customer ' || t.customer_id, 'cycle ' || t.cycle, 'credit ' || t.credit || ' ' || t.currency, 'refunded ' || t.refunded, 'repaid ' || t.repaid, t.document::text) as text, a.rows_max, a.text_max,
    row_number() over (partition by a.key order by t.order_id) as n, count(*) over (partition by a.key) as total
  from a
  join debt t on t.partner_id = a.partner_id and t.order_id = a.key
) r
where r.n <= r.rows_max
order by r.key, r.n;

-- name: EvidenceRepayments :many
with a as (
  select @partner_id::text as partner_id, unnest(@keys::text[]) as key, @rows_max::bigint as rows_max, @text_max::int as text_max
)
select r.key::text as key, r.id::text as id, left(r.text, r.text_max)::text as text, r.total
from (
  select a.key, (t.repayment_id)::text as id, concat_ws(', ', t.amount || ' ' || t.currency, t.document::text) as text, a.rows_max, a.text_max,
    row_number() over (partition by a.key order by t.repayment_id) as n, count(*) over (partition by a.key) as total
  from a
  join repayment t on t.partner_id = a.partner_id and t.repayment_id = a.key
) r
where r.n <= r.rows_max
order by r.key, r.n;

-- name: EvidenceAdjustments :many
with a as (
  select @partner_id::text as partner_id, unnest(@keys::text[]) as key, @rows_max::bigint as rows_max, @text_max::int as text_max
)
select r.key::text as key, r.id::text as id, left(r.text, r.text_max)::text as text, r.total
from (
  select a.key, (t.adjustment_id)::text as id, concat_ws(', ', 'bill ' || t.bill_id, 'order ' || t.order_id, t.amount || ' ' || t.currency, t.document::text) as text, a.rows_max, a.text_max,
    row_number() over (partition by a.key order by t.adjustment_id) as n, count(*) over (partition by a.key) as total
  from a
  join adjustment t on t.partner_id = a.partner_id and t.adjustment_id = a.key
) r
where r.n <= r.rows_max
order by r.key, r.n;

-- name: EvidenceInvoices :many
with a as (
  select @partner_id::text as partner_id, unnest(@keys::text[]) as key, @rows_max::bigint as rows_max, @text_max::int as text_max
)
select r.key::text as key, r.id::text as id, left(r.text, r.text_max)::text as text, r.total
from (
  select a.key, (t.invoice_id)::text as id, concat_ws(', ', 'state ' || t.state, 'request ' || t.request_id, t.amount || ' ' || t.currency, t.document::text) as text, a.rows_max, a.text_max,
    row_number() over (partition by a.key order by t.invoice_id) as n, count(*) over (partition by a.key) as total
  from a
  join invoice t on t.partner_id = a.partner_id and t.invoice_id = a.key
) r
where r.n <= r.rows_max
order by r.key, r.n;

-- name: EvidenceCoupons :many
with a as (
  select @partner_id::text as partner_id, unnest(@keys::text[]) as key, @rows_max::bigint as rows_max, @text_max::int as text_max
)
select r.key::text as key, r.id::text as id, left(r.text, r.text_max)::text as text, r.total
from (
  select a.key, (t.coupon_id)::text as id, concat_ws(', ', 'quota ' || t.quota_id, 'customer ' || t.customer_id, 'state ' || t.state, 'face value ' || t.face_value || ' ' || t.currency, 'balance ' || t.balance, 'spent ' || t.spent, 'forfeited ' || t.forfeited, 'given_back ' || t.given_back, t.document::text) as text, a.rows_max, a.text_max,
    row_number() over (partition by a.key order by t.coupon_id) as n, count(*) over (partition by a.key) as total
  from a
  join coupon t on t.partner_id = a.partner_id and t.coupon_id = a.key
) r
where r.n <= r.rows_max
order by r.key, r.n;

-- name: EvidenceQuotas :many
with a as (
  select @partner_id::text as partner_id, unnest(@keys::text[]) as key, @rows_max::bigint as rows_max, @text_max::int as text_max
)
select r.key::text as key, r.id::text as id, left(r.text, r.text_max)::text as text, r.total
from (
  select a.key, (t.quota_id)::text as id, concat_ws(', ', 'state ' || t.state, 'amount ' || t.amount || ' ' || t.currency, 'balance ' || t.balance, 'issued ' || t.issued, 'given_back ' || t.given_back, t.document::text) as text, a.rows_max, a.text_max,
    row_number() over (partition by a.key order by t.quota_id) as n, count(*) over (partition by a.key) as total
  from a
  join coupon_quota t on t.partner_id = a.partner_id and t.quota_id = a.key
) r
where r.n <= r.rows_max
order by r.key, r.n;

-- name: EvidenceUsages :many
with a as (
  select @partner_id::text as partner_id, unnest(@keys::text[]) as key, @rows_max::bigint as rows_max, @text_max::int as text_max
)
select r.key::text as key, r.id::text as id, left(r.text, r.text_max)::text as text, r.total
from (
  select a.key, (t.usage_id)::text as id, concat_ws(', ', 'resource ' || t.resource_id, 'window ' || t.window_id, 'until ' || t.ends_at, 'refused ' || t.refused, t.document::text) as text, a.rows_max, a.text_max,
    row_number() over (partition by a.key order by t.usage_id) as n, count(*) over (partition by a.key) as total
  from a
  join usage t on t.partner_id = a.partner_id and t.usage_id = a.key
) r
where r.n <= r.rows_max
order by r.key, r.n;

-- name: EvidenceResources :many
with a as (
  select @partner_id::text as partner_id, unnest(@keys::text[]) as key, @rows_max::bigint as rows_max, @text_max::int as text_max
)
select r.key::text as key, r.id::text as id, left(r.text, r.text_max)::text as text, r.total
from (
  select a.key, (t.resource_id)::text as id, concat_ws(', ', 'customer ' || t.customer_id, 'state ' || t.state, t.document::text) as text, a.rows_max, a.text_max,
    row_number() over (partition by a.key order by t.resource_id) as n, count(*) over (partition by a.key) as total
  from a
  join resource t on t.partner_id = a.partner_id and t.resource_id = a.key
) r
where r.n <= r.rows_max
order by r.key, r.n;

-- name: EvidenceInputs :many
with a as (
  select @partner_id::text as partner_id, unnest(@keys::text[]) as key, @rows_max::bigint as rows_max, @text_max::int as text_max
)
select r.key::text as key, r.id::text as id, left(r.text, r.text_max)::text as text, r.total
from (
  select a.key, (t.input_no)::text as id, concat_ws(', ', t.type, t.event_id || ' of ' || t.source, 'of ' || t.time, 'status ' || t.status, 'decision ' || t.decision_no, 'refused by ' || nullif(t.code, ''), 'content ' || encode(t.content_hash, 'hex'), encode(t.payload, 'escape')) as text, a.rows_max, a.text_max,
    row_number() over (partition by a.key order by t.input_no) as n, count(*) over (partition by a.key) as total
  from a
  join input t on t.partner_id = a.partner_id and t.input_no = a.key::bigint
) r
where r.n <= r.rows_max
order by r.key, r.n;

-- name: EvidenceKeys :many
with a as (
  select @partner_id::text as partner_id, unnest(@keys::text[]) as key, @rows_max::bigint as rows_max, @text_max::int as text_max
)
select r.key::text as key, r.id::text as id, left(r.text, r.text_max)::text as text, r.total
from (
  select a.key, (t.input_no)::text as id, concat_ws(', ', 'key ' || encode(t.key_hash, 'hex'), 'content ' || encode(t.content_hash, 'hex')) as text, a.rows_max, a.text_max,
    row_number() over (partition by a.key order by t.input_no) as n, count(*) over (partition by a.key) as total
  from a
  join inbox_key t on t.partner_id = a.partner_id and t.input_no = a.key::bigint
) r
where r.n <= r.rows_max
order by r.key, r.n;

-- name: EvidencePartners :many
-- The numbers given out, whatever the key.
with a as (
  select @partner_id::text as partner_id, unnest(@keys::text[]) as key, @rows_max::bigint as rows_max, @text_max::int as text_max
)
select r.key::text as key, r.id::text as id, left(r.text, r.text_max)::text as text, r.total
from (
  select a.key, (t.partner_id)::text as id, concat_ws(', ', 'input_no ' || t.input_no, 'decision_no ' || t.decision_no, 'posting_no ' || t.posting_no, 'posting_hash ' || encode(t.posting_hash, 'hex')) as text, a.rows_max, a.text_max,
    row_number() over (partition by a.key order by t.partner_id) as n, count(*) over (partition by a.key) as total
  from a
  join partner t on t.partner_id = a.partner_id
) r
where r.n <= r.rows_max
order by r.key, r.n;

-- name: EvidenceDecisions :many
-- How often the inputs were decided, whatever the key.
with a as (
  select @partner_id::text as partner_id, unnest(@keys::text[]) as key, @rows_max::bigint as rows_max, @text_max::int as text_max
)
select r.key::text as key, r.id::text as id, left(r.text, r.text_max)::text as text, r.total
from (
  select a.key, ('of partner ' || t.partner_id)::text as id, t.text as text, a.rows_max, a.text_max,
    row_number() over (partition by a.key order by t.partner_id) as n, count(*) over (partition by a.key) as total
  from a
  join (
    select i.partner_id, count(*) || ' inputs, ' || count(i.decision_no) || ' of them decided, the last under number ' || coalesce(max(i.decision_no), 0)
      || ', ' || coalesce(sum(greatest(i.attempts - 1, 0)), 0) || ' numbers given again' as text
    from input i where i.partner_id = @partner_id group by i.partner_id
  ) t on t.partner_id = a.partner_id
) r
where r.n <= r.rows_max
order by r.key, r.n;

-- name: EvidenceRowsOfInputs :many
-- What an event is about.
with a as (
  select @partner_id::text as partner_id, unnest(@keys::text[]) as key, @rows_max::bigint as rows_max, @text_max::int as text_max
)
select r.key::text as key, r.id::text as id, left(r.text, r.text_max)::text as text, r.total
from (
  select a.key, (t.id)::text as id, concat_ws(', ', t.source, t.text) as text, a.rows_max, a.text_max,
    row_number() over (partition by a.key order by t.id) as n, count(*) over (partition by a.key) as total
  from a
  join input i on i.partner_id = a.partner_id and i.input_no = a.key::bigint
  join lateral (
    select 'customer_order' as source, o.order_id as id, o.document::text as text from customer_order o where o.partner_id = i.partner_id and o.order_id = i.subject
    union all
    select 'repayment', p.repayment_id, p.document::text from repayment p where p.partner_id = i.partner_id and p.repayment_id = i.subject
    union all
    select 'adjustment', j.adjustment_id, j.document::text from adjustment j where j.partner_id = i.partner_id and j.adjustment_id = i.subject
  ) t on true
) r
where r.n <= r.rows_max
order by r.key, r.n;

-- name: EvidenceInputsOfRows :many
-- The events that a row names, whatever became of them; of a payment request all that are about it.
with a as (
  select @partner_id::text as partner_id, unnest(@keys::text[]) as key, @rows_max::bigint as rows_max, @text_max::int as text_max
)
select r.key::text as key, r.id::text as id, left(r.text, r.text_max)::text as text, r.total
from (
  select a.key, (t.input_no)::text as id, concat_ws(', ', t.type, t.event_id || ' of ' || t.source, 'of ' || t.time, 'status ' || t.status, 'decision ' || t.decision_no, 'refused by ' || nullif(t.code, ''), 'content ' || encode(t.content_hash, 'hex'), encode(t.payload, 'escape')) as text, a.rows_max, a.text_max,
    row_number() over (partition by a.key order by t.input_no) as n, count(*) over (partition by a.key) as total
  from a
  join lateral (
    select o.document -> 'Event' ->> 'ID' as event_id, '' as subject from customer_order o where o.partner_id = a.partner_id and o.order_id = a.key
    union select o.document -> 'Payment' -> 'Event' ->> 'ID', '' from customer_order o where o.partner_id = a.partner_id and o.order_id = a.key
    union select p.document -> 'Event' ->> 'ID', '' from repayment p where p.partner_id = a.partner_id and p.repayment_id = a.key
    union select j.document -> 'Event' ->> 'ID', '' from adjustment j where j.partner_id = a.partner_id and j.adjustment_id = a.key
    union select u.document -> 'Event' ->> 'ID', '' from usage u where u.partner_id = a.partner_id and u.usage_id = a.key
    union select null, r.request_id from payment_request r where r.partner_id = a.partner_id and r.request_id = a.key
  ) e on true
  join input t on t.partner_id = a.partner_id and (t.event_id = e.event_id or t.subject = e.subject)
) r
where r.n <= r.rows_max
order by r.key, r.n;

-- name: EvidencePostingsAround :many
with a as (
  select @partner_id::text as partner_id, unnest(@keys::text[]) as key, @rows_max::bigint as rows_max, @text_max::int as text_max
)
select r.key::text as key, r.id::text as id, left(r.text, r.text_max)::text as text, r.total
from (
  select a.key, (t.posting_no)::text as id, concat_ws(', ', 'input ' || t.input_no, t.fact, t.account, 'bill ' || t.bill_id, t.amount || ' ' || t.currency, 'hash ' || encode(t.hash, 'hex')) as text, a.rows_max, a.text_max,
    row_number() over (partition by a.key order by t.posting_no) as n, count(*) over (partition by a.key) as total
  from a
  join posting t on t.partner_id = a.partner_id and t.posting_no between a.key::bigint - 1 and a.key::bigint + 1
) r
where r.n <= r.rows_max
order by r.key, r.n;

-- name: EvidencePostingsOfInputs :many
with a as (
  select @partner_id::text as partner_id, unnest(@keys::text[]) as key, @rows_max::bigint as rows_max, @text_max::int as text_max
)
select r.key::text as key, r.id::text as id, left(r.text, r.text_max)::text as text, r.total
from (
  select a.key, (t.posting_no)::text as id, concat_ws(', ', 'input ' || t.input_no, t.fact, t.account, 'bill ' || t.bill_id, t.amount || ' ' || t.currency, 'hash ' || encode(t.hash, 'hex')) as text, a.rows_max, a.text_max,
    row_number() over (partition by a.key order by t.posting_no) as n, count(*) over (partition by a.key) as total
  from a
  join posting t on t.partner_id = a.partner_id and t.input_no = a.key::bigint
) r
where r.n <= r.rows_max
order by r.key, r.n;

-- name: EvidencePostingsOfFacts :many
-- The last ones first.
with a as (
  select @partner_id::text as partner_id, unnest(@keys::text[]) as key, @rows_max::bigint as rows_max, @text_max::int as text_max
)
select r.key::text as key, r.id::text as id, left(r.text, r.text_max)::text as text, r.total
from (
  select a.key, (t.posting_no)::text as id, concat_ws(', ', 'input ' || t.input_no, t.fact, t.account, 'bill ' || t.bill_id, t.amount || ' ' || t.currency, 'hash ' || encode(t.hash, 'hex')) as text, a.rows_max, a.text_max,
    row_number() over (partition by a.key order by t.posting_no desc) as n, count(*) over (partition by a.key) as total
  from a
  join posting t on t.partner_id = a.partner_id and t.fact = a.key
) r
where r.n <= r.rows_max
order by r.key, r.n;

-- name: EvidencePostingsOfBills :many
-- What they sum to on each account.
with a as (
  select @partner_id::text as partner_id, unnest(@keys::text[]) as key, @rows_max::bigint as rows_max, @text_max::int as text_max
)
select r.key::text as key, r.id::text as id, left(r.text, r.text_max)::text as text, r.total
from (
  select a.key, (t.account)::text as id, t.postings || ' postings, ' || t.amount || ' ' || t.currency as text, a.rows_max, a.text_max,
    row_number() over (partition by a.key order by t.account, t.currency) as n, count(*) over (partition by a.key) as total
  from a
  join (
    select p.partner_id, p.bill_id, p.account, p.currency, count(*) as postings, sum(p.amount) as amount from posting p
    where p.partner_id = @partner_id and p.bill_id in (select key from a) group by p.partner_id, p.bill_id, p.account, p.currency
  ) t on t.partner_id = a.partner_id and t.bill_id = a.key
) r
where r.n <= r.rows_max
order by r.key, r.n;

-- name: EvidenceDetailsOfOrders :many
with a as (
  select @partner_id::text as partner_id, unnest(@keys::text[]) as key, @rows_max::bigint as rows_max, @text_max::int as text_max
)
select r.key::text as key, r.id::text as id, left(r.text, r.text_max)::text as text, r.total
from (
  select a.key, (t.detail_id)::text as id, concat_ws(', ', 'bill ' || t.bill_id, 'order ' || t.order_id, 'reverses ' || t.reverses, t.amount || ' ' || t.currency, 'frozen ' || t.frozen, t.document::text) as text, a.rows_max, a.text_max,
    row_number() over (partition by a.key order by t.detail_id) as n, count(*) over (partition by a.key) as total
  from a
  join incentive_detail t on t.partner_id = a.partner_id and t.order_id = a.key
) r
where r.n <= r.rows_max
order by r.key, r.n;

-- name: EvidenceDetailsOfBills :many
with a as (
  select @partner_id::text as partner_id, unnest(@keys::text[]) as key, @rows_max::bigint as rows_max, @text_max::int as text_max
)
select r.key::text as key, r.id::text as id, left(r.text, r.text_max)::text as text, r.total
from (
  select a.key, (t.detail_id)::text as id, concat_ws(', ', 'bill ' || t.bill_id, 'order ' || t.order_id, 'reverses ' || t.reverses, t.amount || ' ' || t.currency, 'frozen ' || t.frozen, t.document::text) as text, a.rows_max, a.text_max,
    row_number() over (partition by a.key order by t.detail_id) as n, count(*) over (partition by a.key) as total
  from a
  join incentive_detail t on t.partner_id = a.partner_id and t.bill_id = a.key
) r
where r.n <= r.rows_max
order by r.key, r.n;

-- name: EvidenceDetailsOfHolds :many
with a as (
  select @partner_id::text as partner_id, unnest(@keys::text[]) as key, @rows_max::bigint as rows_max, @text_max::int as text_max
)
select r.key::text as key, r.id::text as id, left(r.text, r.text_max)::text as text, r.total
from (
  select a.key, (t.detail_id)::text as id, concat_ws(', ', 'bill ' || t.bill_id, 'order ' || t.order_id, 'reverses ' || t.reverses, t.amount || ' ' || t.currency, 'frozen ' || t.frozen, t.document::text) as text, a.rows_max, a.text_max,
    row_number() over (partition by a.key order by t.detail_id) as n, count(*) over (partition by a.key) as total
  from a
  join (
    select d.*, h.hold ->> 'HoldID' as hold_id from incentive_detail d cross join lateral json_array_elements(d.document -> 'Holds') as h(hold)
    where d.partner_id = @partner_id and json_typeof(d.document -> 'Holds') = 'array'
  ) t on t.partner_id = a.partner_id and t.hold_id = a.key
) r
where r.n <= r.rows_max
order by r.key, r.n;

-- name: EvidenceBillsOfDetails :many
with a as (
  select @partner_id::text as partner_id, unnest(@keys::text[]) as key, @rows_max::bigint as rows_max, @text_max::int as text_max
)
select r.key::text as key, r.id::text as id, left(r.text, r.text_max)::text as text, r.total
from (
  select a.key, (t.bill_id)::text as id, concat_ws(', ', 'cycle ' || t.cycle, 'policy ' || t.policy_id, 'association ' || t.association, t.currency, 'state ' || t.state, 'total ' || t.total, 'frozen ' || t.frozen, 'payable ' || t.payable, 'requested ' || t.requested, 'paid_out ' || t.paid_out, 'expired ' || t.expired, 'offset ' || t."offset", t.document::text) as text, a.rows_max, a.text_max,
    row_number() over (partition by a.key order by t.bill_id) as n, count(*) over (partition by a.key) as total
  from a
  join incentive_detail d on d.partner_id = a.partner_id and d.detail_id = a.key
  join incentive_bill t on t.partner_id = d.partner_id and t.bill_id = coalesce(d.document ->> 'BillID', d.bill_id)
) r
where r.n <= r.rows_max
order by r.key, r.n;

-- name: EvidenceBillsNetted :many
-- Of an association, those that gave and those that took.
with a as (
  select @partner_id::text as partner_id, unnest(@keys::text[]) as key, @rows_max::bigint as rows_max, @text_max::int as text_max
)
select r.key::text as key, r.id::text as id, left(r.text, r.text_max)::text as text, r.total
from (
  select a.key, (t.bill_id)::text as id, concat_ws(', ', 'cycle ' || t.cycle, 'policy ' || t.policy_id, 'association ' || t.association, t.currency, 'state ' || t.state, 'total ' || t.total, 'frozen ' || t.frozen, 'payable ' || t.payable, 'requested ' || t.requested, 'paid_out ' || t.paid_out, 'expired ' || t.expired, 'offset ' || t."offset", t.document::text) as text, a.rows_max, a.text_max,
    row_number() over (partition by a.key order by t."offset" desc, t.bill_id) as n, count(*) over (partition by a.key) as total
  from a
  join incentive_bill t on t.partner_id = a.partner_id and t.association = a.key and t."offset" <> 0
) r
where r.n <= r.rows_max
order by r.key, r.n;

-- name: EvidenceHoldsOfDetails :many
with a as (
  select @partner_id::text as partner_id, unnest(@keys::text[]) as key, @rows_max::bigint as rows_max, @text_max::int as text_max
)
select r.key::text as key, r.id::text as id, left(r.text, r.text_max)::text as text, r.total
from (
  select a.key, (t.hold_id)::text as id, concat_ws(', ', 'reason ' || t.reason, 'open ' || t.open, 'order ' || t.order_id, t.amount || ' ' || t.currency, t.document::text) as text, a.rows_max, a.text_max,
    row_number() over (partition by a.key order by t.hold_id) as n, count(*) over (partition by a.key) as total
  from a
  join incentive_detail d on d.partner_id = a.partner_id and d.detail_id = a.key and json_typeof(d.document -> 'Holds') = 'array'
  cross join lateral json_array_elements(d.document -> 'Holds') as h(hold)
  join hold t on t.partner_id = d.partner_id and t.hold_id = h.hold ->> 'HoldID'
) r
where r.n <= r.rows_max
order by r.key, r.n;

-- name: EvidenceDebtsOfCurrency :many
-- What most is repaid of.
with a as (
  select @partner_id::text as partner_id, unnest(@keys::text[]) as key, @rows_max::bigint as rows_max, @text_max::int as text_max
)
select r.key::text as key, r.id::text as id, left(r.text, r.text_max)::text as text, r.total
from (
  select a.key, (t.order_id)::text as id, concat_ws(', ', 'customer ' || t.customer_id, 'cycle ' || t.cycle, 'credit ' || t.credit || ' ' || t.currency, 'refunded ' || t.refunded, 'repaid ' || t.repaid, t.document::text) as text, a.rows_max, a.text_max,
    row_number() over (partition by a.key order by t.repaid desc, t.order_id) as n, count(*) over (partition by a.key) as total
  from a
  join debt t on t.partner_id = a.partner_id and t.currency = a.key and t.repaid <> 0
) r
where r.n <= r.rows_max
order by r.key, r.n;

-- name: EvidenceRepaymentsOfCurrency :many
-- The largest ones.
with a as (
  select @partner_id::text as partner_id, unnest(@keys::text[]) as key, @rows_max::bigint as rows_max, @text_max::int as text_max
)
select r.key::text as key, r.id::text as id, left(r.text, r.text_max)::text as text, r.total
from (
  select a.key, (t.repayment_id)::text as id, concat_ws(', ', t.amount || ' ' || t.currency, t.document::text) as text, a.rows_max, a.text_max,
    row_number() over (partition by a.key order by t.amount desc, t.repayment_id) as n, count(*) over (partition by a.key) as total
  from a
  join repayment t on t.partner_id = a.partner_id and t.currency = a.key
) r
where r.n <= r.rows_max
order by r.key, r.n;

-- name: EvidenceRequestsOfBills :many
with a as (
  select @partner_id::text as partner_id, unnest(@keys::text[]) as key, @rows_max::bigint as rows_max, @text_max::int as text_max
)
select r.key::text as key, r.id::text as id, left(r.text, r.text_max)::text as text, r.total
from (
  select a.key, (t.request_id)::text as id, concat_ws(', ', 'state ' || t.state, t.amount || ' ' || t.currency, 'payout ' || t.payout, t.document::text) as text, a.rows_max, a.text_max,
    row_number() over (partition by a.key order by t.request_id) as n, count(*) over (partition by a.key) as total
  from a
  join (
    select p.*, b.bill ->> 'BillID' as of_bill from payment_request p cross join lateral json_array_elements(p.document -> 'Bills') as b(bill)
    where p.partner_id = @partner_id and json_typeof(p.document -> 'Bills') = 'array'
  ) t on t.partner_id = a.partner_id and t.of_bill = a.key
) r
where r.n <= r.rows_max
order by r.key, r.n;

-- name: EvidenceRequestsOfInvoices :many
with a as (
  select @partner_id::text as partner_id, unnest(@keys::text[]) as key, @rows_max::bigint as rows_max, @text_max::int as text_max
)
select r.key::text as key, r.id::text as id, left(r.text, r.text_max)::text as text, r.total
from (
  select a.key, (t.request_id)::text as id, concat_ws(', ', 'state ' || t.state, t.amount || ' ' || t.currency, 'payout ' || t.payout, t.document::text) as text, a.rows_max, a.text_max,
    row_number() over (partition by a.key order by t.request_id) as n, count(*) over (partition by a.key) as total
  from a
  join invoice i on i.partner_id = a.partner_id and i.invoice_id = a.key
  join payment_request t on t.partner_id = i.partner_id and t.request_id = i.request_id
) r
where r.n <= r.rows_max
order by r.key, r.n;

-- name: EvidenceRequestsOfAssociations :many
with a as (
  select @partner_id::text as partner_id, unnest(@keys::text[]) as key, @rows_max::bigint as rows_max, @text_max::int as text_max
)
select r.key::text as key, r.id::text as id, left(r.text, r.text_max)::text as text, r.total
from (
  select a.key, (t.request_id)::text as id, concat_ws(', ', 'state ' || t.state, t.amount || ' ' || t.currency, 'payout ' || t.payout, t.document::text) as text, a.rows_max, a.text_max,
    row_number() over (partition by a.key order by t.request_id) as n, count(*) over (partition by a.key) as total
  from a
  join payment_request t on t.partner_id = a.partner_id and t.document ->> 'Association' = a.key
) r
where r.n <= r.rows_max
order by r.key, r.n;

-- name: EvidenceInvoicesOfRequests :many
with a as (
  select @partner_id::text as partner_id, unnest(@keys::text[]) as key, @rows_max::bigint as rows_max, @text_max::int as text_max
)
select r.key::text as key, r.id::text as id, left(r.text, r.text_max)::text as text, r.total
from (
  select a.key, (t.invoice_id)::text as id, concat_ws(', ', 'state ' || t.state, 'request ' || t.request_id, t.amount || ' ' || t.currency, t.document::text) as text, a.rows_max, a.text_max,
    row_number() over (partition by a.key order by t.invoice_id) as n, count(*) over (partition by a.key) as total
  from a
  join invoice t on t.partner_id = a.partner_id and t.request_id = a.key
) r
where r.n <= r.rows_max
order by r.key, r.n;

-- name: EvidenceOrdersOfCoupons :many
-- What they were paid with by it.
with a as (
  select @partner_id::text as partner_id, unnest(@keys::text[]) as key, @rows_max::bigint as rows_max, @text_max::int as text_max
)
select r.key::text as key, r.id::text as id, left(r.text, r.text_max)::text as text, r.total
from (
  select a.key, (t.order_id)::text as id, concat_ws(', ', 'customer ' || t.customer_id, 'state ' || t.state, t.tender::text) as text, a.rows_max, a.text_max,
    row_number() over (partition by a.key order by t.order_id) as n, count(*) over (partition by a.key) as total
  from a
  join (
    select o.partner_id, o.order_id, o.customer_id, o.state, p.tender from customer_order o
    cross join lateral json_array_elements(o.document -> 'Payment' -> 'Tenders') as p(tender)
    where o.partner_id = @partner_id and json_typeof(o.document -> 'Payment' -> 'Tenders') = 'array'
  ) t on t.partner_id = a.partner_id and t.tender ->> 'Reference' = a.key
) r
where r.n <= r.rows_max
order by r.key, r.n;

-- name: EvidenceCouponsOfQuotas :many
with a as (
  select @partner_id::text as partner_id, unnest(@keys::text[]) as key, @rows_max::bigint as rows_max, @text_max::int as text_max
)
select r.key::text as key, r.id::text as id, left(r.text, r.text_max)::text as text, r.total
from (
  select a.key, (t.coupon_id)::text as id, concat_ws(', ', 'quota ' || t.quota_id, 'customer ' || t.customer_id, 'state ' || t.state, 'face value ' || t.face_value || ' ' || t.currency, 'balance ' || t.balance, 'spent ' || t.spent, 'forfeited ' || t.forfeited, 'given_back ' || t.given_back, t.document::text) as text, a.rows_max, a.text_max,
    row_number() over (partition by a.key order by t.coupon_id) as n, count(*) over (partition by a.key) as total
  from a
  join coupon t on t.partner_id = a.partner_id and t.quota_id = a.key
) r
where r.n <= r.rows_max
order by r.key, r.n;

-- name: EvidenceUsagesOfResources :many
with a as (
  select @partner_id::text as partner_id, unnest(@keys::text[]) as key, @rows_max::bigint as rows_max, @text_max::int as text_max
)
select r.key::text as key, r.id::text as id, left(r.text, r.text_max)::text as text, r.total
from (
  select a.key, (t.usage_id)::text as id, concat_ws(', ', 'resource ' || t.resource_id, 'window ' || t.window_id, 'until ' || t.ends_at, 'refused ' || t.refused, t.document::text) as text, a.rows_max, a.text_max,
    row_number() over (partition by a.key order by t.ends_at, t.usage_id) as n, count(*) over (partition by a.key) as total
  from a
  join usage t on t.partner_id = a.partner_id and t.resource_id = a.key
) r
where r.n <= r.rows_max
order by r.key, r.n;

-- name: EvidenceOutboxAround :many
-- Of a partition and number, whosever they are.
with a as (
  select @partner_id::text as partner_id, unnest(@keys::text[]) as key, @rows_max::bigint as rows_max, @text_max::int as text_max
)
select r.key::text as key, r.id::text as id, left(r.text, r.text_max)::text as text, r.total
from (
  select a.key, (t.no)::text as id, concat_ws(', ', t.type, 'partner ' || t.partner_id, 'about ' || t.subject, 'since ' || t.created_at) as text, a.rows_max, a.text_max,
    row_number() over (partition by a.key order by t.no) as n, count(*) over (partition by a.key) as total
  from a
  join outbox t on t.partition = split_part(a.key, '/', 1)::int
    and t.no between split_part(a.key, '/', 2)::bigint - 1 and split_part(a.key, '/', 2)::bigint + 1
) r
where r.n <= r.rows_max
order by r.key, r.n;

-- name: EvidenceOutboxOfPartitions :many
-- What waits of the partner.
with a as (
  select @partner_id::text as partner_id, unnest(@keys::text[]) as key, @rows_max::bigint as rows_max, @text_max::int as text_max
)
select r.key::text as key, r.id::text as id, left(r.text, r.text_max)::text as text, r.total
from (
  select a.key, (t.no)::text as id, concat_ws(', ', t.type, 'partner ' || t.partner_id, 'about ' || t.subject, 'since ' || t.created_at) as text, a.rows_max, a.text_max,
    row_number() over (partition by a.key order by t.no) as n, count(*) over (partition by a.key) as total
  from a
  join stream_position s on s.partition = a.key::int
  join outbox t on t.partition = s.partition and t.no > s.relayed_no and t.partner_id = a.partner_id
) r
where r.n <= r.rows_max
order by r.key, r.n;
