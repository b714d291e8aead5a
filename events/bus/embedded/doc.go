// Package embedded runs a NATS server with JetStream inside the process.
//
// It owns the life of one server: options, readiness, the way its log lines
// reach slog, and an orderly end. `accruald dev`, the benchmark and the tests
// use it; production connects to servers of its own.
//
// It does not own streams, consumers or clients: those are package bus.
//
// # Invariants
//
//   - The server listens on the loopback address only, without credentials.
//   - Every acknowledged write is on the disk (sync always) unless
//     RelaxedSync asks for less; the server's own default is to sync every
//     two minutes, which loses acknowledged events with the machine (F73).
//   - Shutdown returns after the last file is closed, so that a second Start
//     on the same folder finds a complete store.
//
// # Failure handling
//
// Start either returns a server that answers, or an error and no server: the
// wait for readiness is bounded by readyWaitSecondsMax.
package embedded
