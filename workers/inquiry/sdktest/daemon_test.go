package sdktest

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

const (
	upWaitMax   = 4 * time.Minute // build, servers, and the quarter on a busy machine
	downWaitMax = 30 * time.Second
	root        = "../../.."
)

// daemon is the accruald that all tests share.
type daemon struct {
	program  string
	folder   string
	process  *exec.Cmd
	URL      string // of the partner API
	NATS     string
	checker  *checker
	Database string
}

var (
	shared     *daemon
	sharedErr  error
	sharedOnce sync.Once
)

// start returns the shared accruald, with the shipped quarter decided.
func start(t *testing.T) *daemon {
	t.Helper()
	sharedOnce.Do(func() { shared, sharedErr = run() })
	if sharedErr != nil {
		t.Fatalf("start accruald: %v", sharedErr)
	}
	return shared
}

func TestMain(m *testing.M) {
	status := m.Run()
	if shared != nil {
		status = max(status, shared.checker.end())
		if err := shared.stop(); err != nil {
			fmt.Fprintln(os.Stderr, "stop accruald:", err)
			status = max(status, 1)
		}
	}
	os.Exit(status)
}

func run() (*daemon, error) {
	folder, err := os.MkdirTemp("", "accruald-sdktest-")
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(folder, 0o711); err != nil { // PostgreSQL runs as somebody else
		return nil, err
	}
	d := &daemon{folder: folder, program: filepath.Join(folder, "accruald")}
	build := exec.Command("go", "build", "-o", d.program, "./cmd/accruald")
	build.Dir = root
	if said, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build: %w: %s", err, said)
	}
	d.process = exec.Command(d.program, "dev", "--data", filepath.Join(folder, "data"), "--listen", "127.0.0.1:0", "--api-listen", "127.0.0.1:0")
	var complaints bytes.Buffer
	d.process.Stderr = &complaints
	out, err := d.process.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := d.process.Start(); err != nil {
		return nil, err
	}
	late := time.AfterFunc(upWaitMax, func() { _ = d.process.Process.Kill() })
	defer late.Stop()
	told := regexp.MustCompile(`^  (inquiries|NATS|database) +(\S+)$`)
	for lines := bufio.NewScanner(out); d.Database == "" && lines.Scan(); {
		if m := told.FindStringSubmatch(lines.Text()); m != nil {
			*map[string]*string{"inquiries": &d.URL, "NATS": &d.NATS, "database": &d.Database}[m[1]] = m[2]
		}
	}
	if d.URL == "" || d.NATS == "" || d.Database == "" {
		_ = d.stop()
		return nil, fmt.Errorf("it did not say that it is up: %s", complaints.String())
	}
	if d.checker, err = checked(d.URL); err != nil {
		_ = d.stop()
		return nil, fmt.Errorf("read the OpenAPI document: %w", err)
	}
	d.URL = d.checker.server.URL
	return d, nil
}

func (d *daemon) stop() error {
	err := d.process.Process.Signal(syscall.SIGTERM)
	late := time.AfterFunc(downWaitMax, func() { _ = d.process.Process.Kill() })
	defer late.Stop()
	return errors.Join(err, d.process.Wait(), os.RemoveAll(d.folder))
}

// command runs accruald beside the shared one, on its database, and returns
// what it printed. Refusals are printed too.
func (d *daemon) command(t *testing.T, stdin string, args ...string) []byte {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, d.program, args...)
	c.Env = append(os.Environ(), "ACCRUALD_DATABASE_URL="+d.Database, "ACCRUALD_MASTER_KEYS="+filepath.Join(d.folder, "data", "master-keys"), "ACCRUALD_NATS_URL="+d.NATS)
	c.Stdin = strings.NewReader(stdin)
	var out, complaints bytes.Buffer
	c.Stdout, c.Stderr = &out, &complaints
	if err := c.Run(); err != nil && out.Len() == 0 {
		t.Fatalf("accruald %s: %v: %s", strings.Join(args, " "), err, complaints.String())
	}
	return out.Bytes()
}

// quote answers a price inquiry by `accruald quote`, decoded as the SDK
// decodes answers.
func quote[R any](t *testing.T, d *daemon, kind string, request any, args ...string) *R {
	t.Helper()
	body := encoded(t, request)
	return decoded[R](t, d.command(t, string(body), append([]string{"quote", kind}, args...)...))
}
