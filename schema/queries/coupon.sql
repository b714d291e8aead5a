-- Rows of decisions about coupons and the quotas they are issued from.

-- name: LoadCoupons :many
select t.partner_id, t.coupon_id as id, t.version, t.document
from (select unnest(@partner_ids::text[]) as partner_id, unnest(@ids::text[]) as id) w
join coupon t on t.partner_id = w.partner_id and t.coupon_id = w.id;

-- name: LoadCouponsDue :many
-- The coupons that are not closed and whose validity is over at a time.
select distinct on (t.partner_id, t.coupon_id) t.partner_id, t.coupon_id as id, t.version, t.document
from (select unnest(@partner_ids::text[]) as partner_id, unnest(@ids::text[])::timestamptz as due) w
join coupon t on t.partner_id = w.partner_id and t.state in ('normal', 'frozen') and t.expire_time <= w.due;

-- name: SaveCoupons :exec
insert into coupon (partner_id, coupon_id, version, quota_id, customer_id, currency, state, expire_time, face_value, balance, spent,
  forfeited, given_back, document)
select unnest(@partner_ids::text[]), unnest(@ids::text[]), unnest(@versions::bigint[]), nullif(unnest(@quota_ids::text[]), ''),
  unnest(@customer_ids::text[]), unnest(@currencies::text[]), unnest(@states::text[]), unnest(@expire_times::timestamptz[]),
  unnest(@face_values::text[])::numeric, unnest(@balances::text[])::numeric, unnest(@spent::text[])::numeric,
  unnest(@forfeited::text[])::numeric, unnest(@given_back::text[])::numeric, unnest(@documents::json[])
on conflict (partner_id, coupon_id) do update
set version = excluded.version, state = excluded.state, balance = excluded.balance, spent = excluded.spent,
    forfeited = excluded.forfeited, given_back = excluded.given_back, document = excluded.document;

-- name: LoadCouponQuotas :many
select t.partner_id, t.quota_id as id, t.version, t.document
from (select unnest(@partner_ids::text[]) as partner_id, unnest(@ids::text[]) as id) w
join coupon_quota t on t.partner_id = w.partner_id and t.quota_id = w.id;

-- name: SaveCouponQuotas :exec
insert into coupon_quota (partner_id, quota_id, version, currency, state, amount, balance, issued, given_back, document)
select unnest(@partner_ids::text[]), unnest(@ids::text[]), unnest(@versions::bigint[]), unnest(@currencies::text[]),
  unnest(@states::text[]), unnest(@amounts::text[])::numeric, unnest(@balances::text[])::numeric,
  unnest(@issued::text[])::numeric, unnest(@given_back::text[])::numeric, unnest(@documents::json[])
on conflict (partner_id, quota_id) do update
set version = excluded.version, state = excluded.state, amount = excluded.amount, balance = excluded.balance,
    issued = excluded.issued, given_back = excluded.given_back, document = excluded.document;

-- name: CouponDocuments :many
select coupon_id as id, document from coupon
where partner_id = @partner_id and (@customer_id::text = '' or customer_id = @customer_id)
order by coupon_id;

-- name: CouponQuotaDocuments :many
select quota_id as id, document from coupon_quota
where partner_id = @partner_id
order by quota_id;
