package pgserver

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Variables that make the test binary a helper process: one that owns a server until
// it is killed.
const (
	helperDirVariable      = "ACCRUALD_TEST_SERVER_DIR"
	helperCopyFromVariable = "ACCRUALD_TEST_SERVER_COPY_FROM" // empty: persistent
)

const testWaitMax = 60 * time.Second

// template is a stopped server with an empty cluster: initdb is slow and its own test.
var template string

func TestMain(m *testing.M) {
	run := func() error { return runWithTemplate(m) }
	if dir := os.Getenv(helperDirVariable); dir != "" {
		run = func() error { return ownServer(dir) }
	}
	if err := run(); err != nil {
		panic(err)
	}
}

const testFolderPrefix = "accruald-pgserver-test-"

func runWithTemplate(m *testing.M) error {
	if err := removeOldTestFolders(); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", testFolderPrefix)
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if err := os.Chmod(dir, 0o711); err != nil {
		return err
	}
	server, err := Start(context.Background(), Options{Dir: dir, Persistent: true, Settings: map[string]string{"fsync": "off"}})
	if err != nil {
		return err
	}
	template = server.Dir()
	if err := server.Stop(); err != nil {
		return err
	}
	m.Run() // the binary exits with its result when TestMain returns
	return nil
}

// removeOldTestFolders clears what killed test runs left.
func removeOldTestFolders() error {
	folders, err := filepath.Glob(filepath.Join(os.TempDir(), testFolderPrefix+"*"))
	if err != nil {
		return err
	}
	for _, dir := range folders {
		info, err := os.Lstat(dir)
		if err == nil && requireOwn(dir) == nil && time.Since(info.ModTime()) > unlockedAgeMax {
			if err := os.RemoveAll(dir); err != nil {
				return err
			}
		}
	}
	return nil
}

// ownServer is the helper process: it prints pid, folder and URL of its server and
// waits to be killed, or for the end of the test that started it.
func ownServer(dir string) error {
	copyFrom := os.Getenv(helperCopyFromVariable)
	options := Options{Dir: dir, CopyFrom: copyFrom, Persistent: copyFrom == ""}
	server, err := Start(context.Background(), options)
	if err != nil {
		return err
	}
	fmt.Fprintln(os.Stdout, server.PID(), server.Dir(), server.URL("postgres"))
	_, _ = bufio.NewReader(os.Stdin).ReadByte()
	return server.Stop()
}

// helper is an owner in another process.
type helper struct {
	cmd       *exec.Cmd
	serverPID int
	dir, url  string
}

func startHelper(t *testing.T, dir, copyFrom string) helper {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), helperDirVariable+"="+dir, helperCopyFromVariable+"="+copyFrom)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	require(t, err)
	stdout, err := cmd.StdoutPipe()
	require(t, err)
	require(t, cmd.Start())
	started := helper{cmd: cmd}
	t.Cleanup(func() {
		_ = stdin.Close() // lets a helper that was not killed stop
		_ = cmd.Wait()
	})
	if _, err := fmt.Fscan(stdout, &started.serverPID, &started.dir, &started.url); err != nil {
		t.Fatalf("read what the helper started: %v", err)
	}
	return started
}

// kill ends the owner as the kernel's out-of-memory killer would.
func (h helper) kill(t *testing.T) {
	t.Helper()
	require(t, h.cmd.Process.Kill())
	var exit *exec.ExitError
	if err := h.cmd.Wait(); !errors.As(err, &exit) {
		t.Fatalf("wait for the killed helper: %v", err)
	}
}

// testFolder is a folder that the server's user can enter, unlike t.TempDir under
// some umasks.
func testFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", testFolderPrefix)
	require(t, err)
	require(t, os.Chmod(dir, 0o711))
	t.Cleanup(func() { require(t, os.RemoveAll(dir)) })
	return dir
}

// seed puts the template's cluster into the folder of a persistent server.
func seed(t *testing.T, dir string) {
	t.Helper()
	runAs, err := serverAccount()
	require(t, err)
	require(t, runAs.makeFolder(dir))
	require(t, copyCluster(dir, template, runAs))
}

func start(t *testing.T, options Options) *Server {
	t.Helper()
	if options.CopyFrom == "" && !options.Persistent {
		options.CopyFrom = template
	}
	ctx, cancel := context.WithTimeout(t.Context(), testWaitMax)
	defer cancel()
	server, err := Start(ctx, options)
	require(t, err)
	t.Cleanup(func() { require(t, server.Stop()) })
	return server
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), testWaitMax)
	defer cancel()
	conn, err := pgx.Connect(ctx, url)
	require(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) }) // its server may be gone
	return conn
}

func execute(t *testing.T, conn *pgx.Conn, statement string) {
	t.Helper()
	_, err := conn.Exec(t.Context(), statement)
	require(t, err)
}

func queryText(t *testing.T, conn *pgx.Conn, query string) string {
	t.Helper()
	var text string
	require(t, conn.QueryRow(t.Context(), query).Scan(&text))
	return text
}

func require(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func requireError(t *testing.T, err error, part string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), part) {
		t.Fatalf("error %v does not say %q", err, part)
	}
}
