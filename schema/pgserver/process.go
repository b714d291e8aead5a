package pgserver

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"
)

const (
	// startWaitMax allows for the recovery of a killed server.
	startWaitMax = 2 * time.Minute
	// logLinesMax is how much of the log an error quotes.
	logLinesMax = 8
)

// process is one running child. Its goroutine ends with the child, and done tells.
type process struct {
	cmd  *exec.Cmd
	done chan struct{}
	err  error // of Wait; read after done
}

// launch starts the child on a thread that lives as long as the child: the parent
// death signal follows the thread that forked, and the Go runtime ends idle threads.
func launch(cmd *exec.Cmd, runAs account) (*process, error) {
	cmd.SysProcAttr = childAttributes(runAs)
	cmd.Env = childEnvironment()
	cmd.Dir = "/" // the caller's folder may be closed to the server's user
	child := &process{cmd: cmd, done: make(chan struct{})}
	started := make(chan error, 1)
	go func() {
		defer close(child.done)
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			child.err = cmd.Wait()
		}
	}()
	if err := <-started; err != nil {
		<-child.done
		return nil, err
	}
	return child, nil
}

// runChild runs a program of the server to its end.
func runChild(cmd *exec.Cmd, runAs account) error {
	child, err := launch(cmd, runAs)
	if err != nil {
		return err
	}
	<-child.done
	return child.err
}

func (p *process) pid() int { return p.cmd.Process.Pid }

func (p *process) running() bool {
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

// signal of an ended process is no error: the aim is reached.
func (p *process) signal(signal syscall.Signal) error {
	if err := p.cmd.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("signal PostgreSQL, process %d: %w", p.pid(), err)
	}
	return nil
}

// stop asks for a fast shutdown, then with growing force, and waits for the end.
func (p *process) stop() error {
	for _, step := range shutdownSteps {
		if err := p.signal(step.signal); err != nil {
			return err
		}
		timer := time.NewTimer(step.waitMax)
		select {
		case <-p.done:
			timer.Stop()
			return nil
		case <-timer.C:
		}
	}
	return fmt.Errorf("stop PostgreSQL: process %d does not end; end it by hand", p.pid())
}

var errEarlyExit = errors.New("the server ended before it was ready")

// waitReady returns when the server accepts connections, which it writes into its pid
// file; that needs no connection and no guess.
func (p *process) waitReady(ctx context.Context, dataDir string) error {
	ctx, cancel := context.WithTimeout(ctx, startWaitMax)
	defer cancel()
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	for {
		found, err := readPostmaster(dataDir)
		if err != nil {
			return err
		}
		if found.pid == p.pid() && found.status == "ready" {
			return nil
		}
		select {
		case <-p.done:
			return errEarlyExit
		case <-ctx.Done():
			return fmt.Errorf("wait for the server to be ready: %w", ctx.Err())
		case <-ticker.C:
		}
	}
}

// transientCauses are the two reasons of an early exit that pass: somebody took the
// port first, and processes of a killed server are still ending.
var transientCauses = []string{
	"Address already in use",
	"pre-existing shared memory block",
}

func isTransient(log string) bool {
	for _, cause := range transientCauses {
		if strings.Contains(log, cause) {
			return true
		}
	}
	return false
}

// openLog begins a new log and keeps the previous one, which may tell of a crash.
func openLog(dir string) (*os.File, error) {
	path := filepath.Join(dir, logName)
	if err := os.Rename(path, path+".old"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
}

func lastLines(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-logLinesMax):], "\n")
}
