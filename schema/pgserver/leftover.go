package pgserver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// postmaster is what a server writes about itself into postmaster.pid.
type postmaster struct {
	pid    int
	status string // "starting", "ready", "stopping", …; empty while the file is being written
}

// Line numbers of postmaster.pid, from 0.
const (
	pidLine    = 0
	statusLine = 7
)

func pidFile(dataDir string) string { return filepath.Join(dataDir, "postmaster.pid") }

// readPostmaster returns a zero pid when there is no file or not yet anything in it.
func readPostmaster(dataDir string) (postmaster, error) {
	content, err := os.ReadFile(pidFile(dataDir))
	if errors.Is(err, fs.ErrNotExist) {
		return postmaster{}, nil
	}
	if err != nil {
		return postmaster{}, err
	}
	lines := strings.Split(string(content), "\n")
	var found postmaster
	if text := strings.TrimSpace(lines[pidLine]); text != "" {
		if found.pid, err = strconv.Atoi(text); err != nil || found.pid <= 0 {
			return postmaster{}, fmt.Errorf("read %q: process id %q is not understood; "+
				"if no PostgreSQL runs in that folder, delete the file", pidFile(dataDir), text)
		}
	}
	if len(lines) > statusLine {
		found.status = strings.TrimSpace(lines[statusLine])
	}
	return found, nil
}

// shutdownStep is one signal and how long it may take.
type shutdownStep struct {
	signal  syscall.Signal
	waitMax time.Duration
}

// shutdownSteps: fast (roll back, checkpoint, end), immediate (end; recover at the
// next start), then the kernel's.
var shutdownSteps = []shutdownStep{
	{syscall.SIGINT, 30 * time.Second},
	{syscall.SIGQUIT, 10 * time.Second},
	{syscall.SIGKILL, 5 * time.Second},
}

const pollInterval = 5 * time.Millisecond

// stopLeftover ends a server that an earlier, killed owner left running in dataDir.
// The caller holds the folder's lock, so no living owner misses it.
func stopLeftover(ctx context.Context, dataDir string, notify func(string)) error {
	found, err := readPostmaster(dataDir)
	if err != nil || found.pid == 0 {
		return err
	}
	if !processExists(found.pid) {
		return nil // PostgreSQL itself replaces the file of a dead server
	}
	ours, err := serverRuns(found.pid, dataDir)
	if err != nil {
		return err
	}
	if !ours {
		return disown(dataDir)
	}
	notify(fmt.Sprintf("stopping the PostgreSQL (process %d) that an earlier run left in %q", found.pid, dataDir))
	for _, step := range shutdownSteps {
		if err := syscall.Kill(found.pid, step.signal); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("stop the left PostgreSQL, process %d: %w", found.pid, err)
		}
		gone, err := waitGone(ctx, found.pid, dataDir, step.waitMax)
		if err != nil || gone {
			return err
		}
	}
	return fmt.Errorf("stop the left PostgreSQL in %q: process %d does not end; end it by hand", dataDir, found.pid)
}

func waitGone(ctx context.Context, pid int, dataDir string, waitMax time.Duration) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, waitMax)
	defer cancel()
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	for {
		runs, err := serverRuns(pid, dataDir)
		if err != nil || !runs {
			return err == nil, err
		}
		select {
		case <-ctx.Done():
			if errors.Is(ctx.Err(), context.DeadlineExceeded) {
				return false, nil
			}
			return false, ctx.Err()
		case <-ticker.C:
		}
	}
}

func processExists(pid int) bool {
	err := syscall.Kill(pid, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}

// serverRuns proves that the process is a postgres working in dataDir, which is where
// every postmaster stays. A process that ended but was not yet collected is none.
func serverRuns(pid int, dataDir string) (bool, error) {
	real, err := filepath.EvalSymlinks(dataDir)
	if err != nil {
		return false, err
	}
	proc := filepath.Join("/proc", strconv.Itoa(pid))
	if _, err := os.Stat("/proc/self/cwd"); err != nil {
		return commandRuns(pid, dataDir)
	}
	cwd, errCwd := os.Readlink(filepath.Join(proc, "cwd"))
	exe, errExe := os.Readlink(filepath.Join(proc, "exe"))
	if err := errors.Join(errCwd, errExe); err != nil {
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.ESRCH) {
			return false, nil
		}
		return false, err
	}
	// After an upgrade of the package the link ends in " (deleted)".
	return cwd == real && strings.HasPrefix(filepath.Base(exe), "postgres"), nil
}

// commandRuns is for systems without /proc: the command line names the data folder.
func commandRuns(pid int, dataDir string) (bool, error) {
	output, err := exec.Command("ps", "-ww", "-o", "command=", "-p", strconv.Itoa(pid)).Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return false, nil // no such process
	}
	if err != nil {
		return false, fmt.Errorf("ask ps for process %d: %w", pid, err)
	}
	return bytes.Contains(output, []byte("postgres")) && bytes.Contains(output, []byte(dataDir)), nil
}

// disown rewrites a pid file that names an unrelated process. Deleting the file would
// skip PostgreSQL's check that no orphan of the old server is still attached to its
// shared memory; but the pid of its own parent, ours, PostgreSQL takes as stale and
// goes on to that check.
func disown(dataDir string) error {
	content, err := os.ReadFile(pidFile(dataDir))
	if err != nil {
		return err
	}
	_, rest, _ := strings.Cut(string(content), "\n")
	// Opening without O_CREATE keeps owner and mode.
	file, err := os.OpenFile(pidFile(dataDir), os.O_WRONLY|os.O_TRUNC, 0)
	if err != nil {
		return err
	}
	_, err = file.WriteString(strconv.Itoa(os.Getpid()) + "\n" + rest)
	return errors.Join(err, file.Close())
}
