// Package pgserver runs a private PostgreSQL from the binaries of the machine:
// for `accruald dev`, for tests and for benchmarks. Production uses a server of
// its own and never this package.
//
// # Owns
//
//   - finding the binaries and refusing, with a sentence, when there are none;
//   - one folder per server: the cluster, its password, its log, its lock;
//   - the life of the server process: start, fast stop, kill for fault tests,
//     restart on the same folder and port.
//
// # Does not own
//
// Tables and migrations (package schema), a database per test (package dbtest).
//
// # The folder
//
//	owner.lock    flock held by the process that runs the server; holds its pid
//	password      of the superuser "accruald"; readable by its owner only
//	data/         the cluster, mode 0700
//	socket/       the Unix socket, mode 0700, when its path is short enough
//	server.log    what the server wrote since its last start; server.log.old: before
//
// A persistent server lives in Options.Dir and is never deleted. A temporary
// server always makes a new folder of its own inside Options.Dir, so that
// stopping can delete it without ever touching what was there before.
//
// # Invariants
//
//   - The server listens on 127.0.0.1 and its own socket folder, nowhere else,
//     and every connection gives a random password (SCRAM): another user of the
//     machine can reach the port but not the data.
//   - fsync, full_page_writes and synchronous_commit are on unless the caller's
//     Settings say otherwise.
//   - PostgreSQL refuses to run as root. When the process is root the server runs
//     as `postgres`, or as `nobody` where that user is missing; a folder that user
//     cannot reach (one below /root) is replaced by one in /var/tmp whose name
//     follows from the wanted path, and Options.Notify is told.
//   - A signal goes only to a process that was proved to be this folder's server:
//     our own child, or a postgres whose working directory is our data folder.
//
// # Failure handling
//
// The port is chosen free and may be taken before the server binds it: that, and
// memory of a killed server still attached, are tried again up to startCountMax
// times. Any other early exit is returned with the last lines of the log.
//
// The owner is killed (SIGKILL): the kernel sends the server a fast shutdown
// (Linux: parent death signal). That signal follows the *thread* which forked, so
// a goroutine locked to its thread starts the server and waits for it. Where the
// signal does not exist, or came too late, the next Start on the folder finds the
// free lock and the live server in postmaster.pid, stops it and starts anew; a
// leftover is never reused, because its settings and port are unknown. A second
// Start while the owner lives is refused with the owner's pid.
//
// The server is killed: the cluster recovers at the next Start or Restart. A pid
// file that names an unrelated process, because the number was given out again,
// is set right without skipping PostgreSQL's own check of the shared memory.
//
// Temporary folders of killed owners are removed by the next temporary Start in
// the same parent folder, at most leftoverCountMax of them a start.
//
// The package builds on Unix systems only.
package pgserver
