-- Keys of the partner API, and what was answered under them.

-- name: KeyVersion :one
select version from api_key_change;

-- name: LiveKeys :many
-- Those that are valid, or will not be only by the clock.
select * from api_key
where revoked_at is null and (expires_at is null or expires_at > @now)
order by key_id;

-- name: ListKeys :many
select * from api_key
where (@partner_id::text = '' or partner_id = @partner_id)
order by partner_id, created_at, key_id
limit @count_max;

-- name: FindKey :many
select * from api_key where key_id = @key_id;

-- name: AddKey :exec
insert into api_key (partner_id, key_id, kind, customer_id, reseller_id, managers, roles, note, master_id, sealed, created_at, expires_at)
values (@partner_id, @key_id, @kind, @customer_id, @reseller_id, @managers, @roles, @note, @master_id, @sealed, @created_at, @expires_at);

-- name: RevokeKey :execrows
update api_key set revoked_at = @revoked_at
where partner_id = @partner_id and key_id = @key_id and revoked_at is null;

-- name: RotateKey :execrows
-- The old one stays valid for a while, unless it ends earlier.
update api_key set rotated_to = @rotated_to, expires_at = least(expires_at, @expires_at)
where partner_id = @partner_id and key_id = @key_id and revoked_at is null and rotated_to is null;

-- name: ResealKey :exec
update api_key set master_id = @master_id, sealed = @sealed
where partner_id = @partner_id and key_id = @key_id;

-- name: BeginAnswer :one
-- Takes a request on, also one whose first try ended without an answer.
insert into api_answer (partner_id, key_id, signature, operation, content, asked_at, begun_at, expires_at)
values (@partner_id, @key_id, @signature, @operation, @content, @now, @now, @expires_at)
on conflict (partner_id, key_id, signature) do update set begun_at = excluded.begun_at
where api_answer.status is null and api_answer.begun_at < @given_up_before and api_answer.content = excluded.content
returning asked_at;

-- name: FinishAnswer :exec
update api_answer set status = @status, body = @body
where partner_id = @partner_id and key_id = @key_id and signature = @signature;

-- name: FindAnswer :one
select operation, content, status, body from api_answer
where partner_id = @partner_id and key_id = @key_id and signature = @signature;

-- name: DropAnswers :execrows
delete from api_answer where expires_at < @now;

-- name: DropAnswer :exec
-- What failed by a defect is tried again by a repetition.
delete from api_answer where partner_id = @partner_id and key_id = @key_id and signature = @signature and status is null;
