-- What customers were charged in a cycle: orders with their original orders, adjustments, and which statement told of them.

-- name: ChargedBetween :many
-- Orders that were paid or gave back in a span of time, of some customers or of all.
select order_id as id, document from customer_order
where partner_id = @partner_id and charged_at >= @from_time and charged_at < @until and document is not null
  and (@every_customer::boolean or customer_id = any(@customer_ids::text[]))
order by charged_at, order_id
limit @most;

-- name: ChargedLate :many
-- Orders that were charged before a time by a fact that was decided between two decisions, and those of resources with usage
-- that was: all that a statement may tell late, and some more.
with late as (
  select type, subject from input
  where partner_id = @partner_id and decision_no > @decided_after::bigint and decision_no <= @decided_until::bigint
    and status = 'accepted' and time < @before::timestamptz and (type like 'order.%' or type like 'usage.%')
), ids as (
  select subject as id from late where type like 'order.%'
  union
  select u.window_id from late
  join usage u on u.partner_id = @partner_id and u.resource_id = late.subject and u.ends_at <= @before
  where late.type like 'usage.%'
)
select o.order_id as id, o.document from ids
join customer_order o on o.partner_id = @partner_id and o.order_id = ids.id
where o.charged_at < @before and o.document is not null
  and (@every_customer::boolean or o.customer_id = any(@customer_ids::text[]))
order by o.charged_at, o.order_id
limit @most;

-- name: OrdersByID :many
select order_id as id, document from customer_order
where partner_id = @partner_id and order_id = any(@ids::text[]) and document is not null
order by order_id;

-- name: AdjustmentsOfCustomers :many
-- Adjustments of the orders of some customers, or of all.
select a.adjustment_id as id, a.document from adjustment a
join customer_order o on o.partner_id = a.partner_id and o.order_id = a.order_id
where a.partner_id = @partner_id and (@every_customer::boolean or o.customer_id = any(@customer_ids::text[]))
order by a.adjustment_id
limit @most;

-- name: DecisionsOf :many
-- When events were decided, by the keys of the inbox.
select i.source, i.event_id, i.time, i.decision_no::bigint as decision_no
from (select unnest(@keys::bytea[]) as key) k
join inbox_key b on b.partner_id = @partner_id and b.key_hash = k.key
join input i on i.partner_id = b.partner_id and i.input_no = b.input_no
where i.status = 'accepted' and i.decision_no is not null;

-- name: FirstUsageDecisionsOf :many
-- When the first usage of some settlements was decided.
select window_id, min((document ->> 'DecisionNo')::bigint)::bigint as decision_no from usage
where partner_id = @partner_id and window_id = any(@window_ids::text[]) and not refused
group by window_id
order by window_id;
