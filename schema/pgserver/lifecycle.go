package pgserver

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

// Stop ends the server by a fast shutdown, waits for it, and deletes the folder of a
// temporary server. Stopping twice is no error.
func (s *Server) Stop() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lock == nil {
		return nil
	}
	if err := s.server.stop(); err != nil {
		return err // the lock stays: the folder is in use
	}
	return s.release()
}

// release gives the folder up; a temporary one is deleted while still locked.
func (s *Server) release() error {
	var removed error
	if !s.options.Persistent {
		removed = os.RemoveAll(s.dir)
	}
	err := errors.Join(removed, s.lock.Close())
	s.lock = nil
	return err
}

// killWaitMax bounds the end of a killed postmaster.
const killWaitMax = 10 * time.Second

// KillMode says how Kill ends the server.
type KillMode int

const (
	// KillModeImmediate: every process of the server ends at once, without a
	// checkpoint (SIGQUIT to the postmaster).
	KillModeImmediate KillMode = iota + 1
	// KillModeHard: the postmaster vanishes (SIGKILL); its children notice and end.
	KillModeHard
)

// Kill ends the server as a fault would and waits for the postmaster's end. Folder,
// lock and port stay; Restart recovers.
func (s *Server) Kill(mode KillMode) error {
	signals := map[KillMode]syscall.Signal{KillModeImmediate: syscall.SIGQUIT, KillModeHard: syscall.SIGKILL}
	signal, known := signals[mode]
	if !known {
		return fmt.Errorf("kill PostgreSQL: mode %d is unknown", mode)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.server.signal(signal); err != nil {
		return err
	}
	select {
	case <-s.server.done:
		return nil
	case <-time.After(killWaitMax):
		return fmt.Errorf("kill PostgreSQL: process %d does not end", s.server.pid())
	}
}

// Restart starts the server again on the same folder and port, after a fast shutdown
// if it still runs. URLs stay valid; connections do not.
func (s *Server) Restart(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lock == nil {
		return fmt.Errorf("restart PostgreSQL in %q: it was stopped; start a new one", s.dir)
	}
	if err := s.server.stop(); err != nil {
		return err
	}
	return s.run(ctx)
}
