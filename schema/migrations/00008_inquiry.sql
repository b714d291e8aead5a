-- +goose Up
-- The steps of an invoice are told from the triggers that it took.
create index input_of_invoice on input (partner_id, decision_no) where type = 'invoice.triggered.v1' and status = 'accepted';
-- Which statement tells of a charge follows from the runs that issued statements.
create index input_of_schedule on input (partner_id, decision_no) where type = 'schedule.applied.v1' and status = 'accepted';
