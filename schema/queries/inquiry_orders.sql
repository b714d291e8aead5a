-- What the partner API shows of orders, and what became of the events it handed in.

-- name: OrderPage :many
-- One page of the orders of the customers one sees, with how many there are. What settles usage is no order of theirs.
-- The status is the published one: 4 cancelled or no longer payable, 5 completed, 6 to be paid.
select o.order_id as id, o.document, count(*) over () as total
from customer_order o
where o.partner_id = @partner_id and o.document is not null and o.document ->> 'Kind' <> 'usage'
  and (@every_customer::boolean or o.customer_id = any(@customer_ids::text[]))
  and (@every_reseller::boolean or coalesce(o.document ->> 'IndirectPartnerID', '') = @reseller_id::text)
  and (@order_id::text = '' or lower(o.order_id) = lower(@order_id))
  and (@order_type::int = 0 or (o.document ->> 'Type')::int = @order_type)
  and (@status::int = 0 or @status = case
    when o.state = 'settled' then 5
    when o.state = 'cancelled' or (o.document ->> 'ValidUntil')::timestamptz < @now::timestamptz then 4
    else 6 end)
  and (o.document ->> 'PlacedAt')::timestamptz between @placed_from::timestamptz and @placed_to::timestamptz
  and (not @by_payment::boolean or
    (o.document -> 'Payment' -> 'Event' ->> 'Time')::timestamptz between @paid_from::timestamptz and @paid_to::timestamptz)
  and (@service_type::text = '' or exists (
    select 1 from json_array_elements(o.document -> 'Quote' -> 'Lines') line
    where lower(line ->> 'ServiceType') = lower(@service_type))
    or exists (
    select 1 from json_array_elements(o.document -> 'Refund' -> 'Orders') part
    join resource r on r.partner_id = o.partner_id and r.resource_id = part ->> 'ResourceID'
    where lower(r.document ->> 'ServiceType') = lower(@service_type)))
order by
  case when @oldest_first::boolean then (o.document ->> 'PlacedAt')::timestamptz end,
  case when not @oldest_first then (o.document ->> 'PlacedAt')::timestamptz end desc,
  o.order_id
offset @passed_over::int limit @page::int;

-- name: ResourcesByID :many
select resource_id as id, document from resource
where partner_id = @partner_id and resource_id = any(@resource_ids::text[]);

-- name: RenewableDocuments :many
-- The resources of a customer that are paid for, for settings of all of them.
select resource_id as id, document from resource
where partner_id = @partner_id and customer_id = @customer_id and state = 'active'
order by resource_id;

-- name: RejectedOfTypes :many
-- What of some types was refused, with its payload, the latest first.
select i.input_no, i.event_id, i.type, i.time, i.payload, i.message
from input i
where i.partner_id = @partner_id and i.status in ('rejected', 'discarded') and i.type = any(@types::text[])
order by i.input_no desc
limit @count_max;

-- name: Decided :many
-- What became of events that were handed in, by the hash of source and id.
select k.key_hash, i.status, i.code, i.message, i.pointer
from inbox_key k
join input i on i.partner_id = k.partner_id and i.input_no = k.input_no
where k.partner_id = @partner_id and k.key_hash = any(@key_hashes::bytea[]);
