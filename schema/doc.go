// Package schema is the database of the product: the migrations, embedded, and the
// check that a program and a database fit.
//
// # Owns
//
//   - migrations/*.sql: goose files with dense numbers (00001_init.sql, …), forward
//     only in production;
//   - queries/*.sql and sqlc.yaml, from which package db is generated;
//   - the version table goose_db_version.
//
// # Does not own
//
// Running a server (package pgserver), databases for tests (package dbtest), the
// generated queries (package db).
//
// # Invariants
//
//   - Every object lies in the schema "accruald" (Name), the version table too, so that
//     one database can hold other products and grants name one schema. Migrate makes
//     that schema before the first migration; migrations and queries name tables
//     without it.
//   - A connection finds the tables through its search_path: ParseConfig sets it, or the
//     role is itself called accruald ("$user" stands in PostgreSQL's default path).
//   - Migrations run under a session advisory lock: replicas that start together wait
//     for the first one and then find nothing to do. The lock is tried once a second
//     and not waited for inside PostgreSQL, because a waiting statement would keep
//     CREATE INDEX CONCURRENTLY waiting for it.
//   - A program runs only on exactly the version it was built with: Check refuses an
//     empty, an older and a newer schema, each with a code and what to do.
//
// # Failure handling
//
// Each migration is one transaction unless its file says NO TRANSACTION; one that
// fails leaves those before it applied, and the next Migrate goes on there. A newer
// schema than the program's is never touched.
package schema
