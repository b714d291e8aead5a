-- name: PartnersWithOpen :many
-- Partners with events that wait or with rejections that may heal, a page at a time.
select partner_id, waiting, retryable, waiting_since from partner
where (waiting > 0 or retryable > 0) and partner_id > @after and partner_id <> '_all'
order by partner_id
limit @count_max;

-- name: CountOpen :one
select coalesce(sum(waiting), 0)::bigint as waiting, coalesce(sum(retryable), 0)::bigint as retryable
from partner where (waiting > 0 or retryable > 0) and partner_id <> '_all';

-- name: StuckInputs :many
-- Inputs that wait for something that is there; there must be none. Keys are those of decisions: o/ order, r/ resource,
-- c/ coupon, q/ quota.
select i.partner_id, i.input_no, i.source, i.event_id, i.waits_for
from input i
where i.status = 'waiting' and i.partner_id <> '_all' and case left(i.waits_for, 2)
  when 'o/' then exists (select from customer_order o
    where o.partner_id = i.partner_id and o.order_id = substr(i.waits_for, 3) and o.document is not null)
  when 'r/' then exists (select from resource r where r.partner_id = i.partner_id and r.resource_id = substr(i.waits_for, 3))
  when 'c/' then exists (select from reference_log l
    where l.scope = i.partner_id and l.type = 'coupon.issued.v1' and l.subject = substr(i.waits_for, 3))
  when 'q/' then exists (select from reference_log l
    where l.scope = i.partner_id and l.type = 'coupon_quota.granted.v1' and l.subject = substr(i.waits_for, 3))
  else false end
order by i.partner_id, i.input_no
limit @count_max;
