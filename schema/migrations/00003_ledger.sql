-- +goose Up
-- The postings of a partner are a chain: each carries SHA-256 over the hash before it and its own content, and the
-- partner keeps the last one. Numbers have no gaps, so an edit, a deletion, an insertion and another order all show. The
-- first hash of a partner is 32 zero bytes.
alter table partner add column posting_hash bytea not null default decode(repeat('00', 32), 'hex') check (length(posting_hash) = 32);
alter table posting add column hash bytea check (length(hash) = 32);

-- What was posted before is chained as it stands, in the form that package decision has (PostingHash): texts behind their
-- length, numbers in eight bytes, big end first, amounts without zeros at the end.
alter table posting disable trigger posting_append_only;
-- +goose StatementBegin
do $$
declare
  line record;
  last text;
  chained bytea;
begin
  for line in select * from posting order by partner_id, posting_no loop
    if last is distinct from line.partner_id then
      last := line.partner_id;
      chained := decode(repeat('00', 32), 'hex');
    end if;
    chained := sha256(chained || (
      select string_agg(case when field.number is null
        then int8send(octet_length(convert_to(field.text, 'UTF8'))) || convert_to(field.text, 'UTF8')
        else int8send(field.number) end, ''::bytea order by field.position)
      from (values (1, line.partner_id, null::bigint), (2, null, line.posting_no), (3, null, line.input_no), (4, line.fact, null),
        (5, line.account, null), (6, coalesce(line.bill_id, ''), null), (7, line.currency, null),
        (8, trim_scale(line.amount)::text, null)) as field (position, text, number)));
    update posting set hash = chained where partner_id = line.partner_id and posting_no = line.posting_no;
    update partner set posting_hash = chained where partner_id = line.partner_id;
  end loop;
end
$$;
-- +goose StatementEnd
alter table posting enable trigger posting_append_only;
alter table posting alter column hash set not null;
