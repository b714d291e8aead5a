-- +goose Up
-- Migrate has made the schema accruald before; this states it for readers and tools.
create schema if not exists accruald;
