// Package dbtest gives each test a migrated database of its own on a private
// PostgreSQL. A test package that uses it says so once:
//
//	func TestMain(m *testing.M) { dbtest.Main(m) }
//
// and then calls New (a pool) or URL in any test, parallel or not.
//
// # How
//
// One server per test binary, started at the first use and stopped by Main. A server
// shared by all binaries of `go test ./...` would need an owner that outlives each of
// them, and a rule for its end; one per binary costs a third of a second and has
// neither. What is slow is shared as files instead: the first binary on the machine
// runs initdb and all migrations once into a template folder, every server is a copy
// of that folder, and every database a copy (CREATE DATABASE … TEMPLATE) of the
// migrated one inside it.
//
// The template lies in the system's temporary folder, in accruald-dbtest-UID/KEY. KEY
// is the hash of the migrations, the server's version and the layout: an edited
// migration makes a new template at the next run. A file lock lets one binary build
// while the others wait; templates not used for templateAgeMax are removed.
//
// # Owns
//
// The template, the shared server's settings (durability off: a lost test database
// loses nothing), the databases' names and their end.
//
// # Does not own
//
// The server process and its folders (package pgserver), migrations (package schema).
// Tests of crashes and durability take Server: a durable server for one test, which
// may be killed and restarted.
//
// # Failure handling
//
// A test that needs the server fails, never skips, when it cannot start; the error
// says what to install. A test binary that is killed takes its server with it, and
// the folder is removed by the next binary that starts one (package pgserver).
package dbtest
