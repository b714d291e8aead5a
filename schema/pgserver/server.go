package pgserver

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

const (
	// startCountMax bounds the attempts when the port was taken or memory of a killed
	// server is still attached.
	startCountMax = 10
	// startPause lets processes of a killed server end between two attempts.
	startPause = 100 * time.Millisecond
	// socketPathMax is what the smallest of the systems (104 bytes) leaves for the
	// folder before "/.s.PGSQL.65535.lock".
	socketPathMax = 83
)

// Server is a running private PostgreSQL. Its methods are safe for concurrent use.
type Server struct {
	options  Options
	runAs    account
	binaries binaries
	dir      string
	socket   string // folder; empty when its path would be too long
	password string

	mu     sync.Mutex
	lock   *os.File // nil after Stop
	port   int
	server *process
}

// Start makes the folder and the cluster where needed, starts the server and returns
// when it accepts connections. The context bounds the start only.
func Start(ctx context.Context, options Options) (_ *Server, err error) {
	if err := options.Validate(); err != nil {
		return nil, fmt.Errorf("start PostgreSQL: %w", err)
	}
	runAs, err := serverAccount()
	if err != nil {
		return nil, err
	}
	dir, lock, err := openFolder(ctx, options, runAs)
	if err != nil {
		return nil, err
	}
	s := &Server{options: options, runAs: runAs, dir: dir, lock: lock, port: options.Port}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.release())
		}
	}()
	if err := stopLeftover(ctx, s.dataDir(), options.notify); err != nil {
		return nil, err
	}
	if s.binaries, s.password, err = prepareCluster(ctx, dir, options, runAs); err != nil {
		return nil, err
	}
	if err := s.makeSocketFolder(); err != nil {
		return nil, fmt.Errorf("make the socket folder in %q: %w", dir, err)
	}
	if err := s.run(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *Server) makeSocketFolder() error {
	socket := filepath.Join(s.dir, socketName)
	if len(socket) > socketPathMax {
		return nil
	}
	if err := os.Mkdir(socket, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	s.socket = socket
	return s.runAs.handOver(socket)
}

// run starts the server process, again while the cause of failure is a passing one.
func (s *Server) run(ctx context.Context) error {
	for attempt := 1; ; attempt++ {
		log, err := s.runOnce(ctx)
		if err == nil {
			return nil
		}
		if attempt == startCountMax || !errors.Is(err, errEarlyExit) || !isTransient(log) {
			return fmt.Errorf("start PostgreSQL %s in %q on port %d: %w: %s",
				s.binaries.version, s.dir, s.port, err, lastLines(log))
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(startPause):
		}
	}
}

// runOnce returns the log together with an error.
func (s *Server) runOnce(ctx context.Context) (string, error) {
	if s.server == nil && s.options.Port == 0 {
		port, err := freePort() // a restarted server keeps its port
		if err != nil {
			return "", err
		}
		s.port = port
	}
	logFile, err := openLog(s.dir)
	if err != nil {
		return "", err
	}
	defer func() { _ = logFile.Close() }()
	// Not CommandContext: the context bounds the start, not the server's life.
	cmd := exec.Command(s.binaries.path("postgres"), s.arguments()...)
	cmd.Stdout, cmd.Stderr = logFile, logFile
	server, err := launch(cmd, s.runAs)
	if err != nil {
		return "", err
	}
	if err := server.waitReady(ctx, s.dataDir()); err != nil {
		err = errors.Join(err, server.stop())
		log, _ := os.ReadFile(logFile.Name()) // only makes the error better
		return string(log), err
	}
	s.server = server
	return "", nil
}

func (s *Server) arguments() []string {
	settings := maps.Clone(defaultSettings)
	maps.Copy(settings, s.options.Settings)
	settings["listen_addresses"] = "127.0.0.1"
	settings["port"] = strconv.Itoa(s.port)
	settings["unix_socket_directories"] = s.socket
	settings["unix_socket_permissions"] = "0700"
	arguments := []string{"-D", s.dataDir()}
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		arguments = append(arguments, "-c", name+"="+settings[name])
	}
	return arguments
}

func freePort() (int, error) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	return listener.Addr().(*net.TCPAddr).Port, listener.Close()
}

func (s *Server) dataDir() string { return filepath.Join(s.dir, dataName) }

// Dir is the folder that holds the server; another one than Options.Dir when the
// server is temporary or its user cannot reach that folder.
func (s *Server) Dir() string { return s.dir }

// PID is the process id of the postmaster.
func (s *Server) PID() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.server.pid()
}

// URL returns the address of a database, password included, over TCP.
func (s *Server) URL(database string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	address := url.URL{
		Scheme: "postgres", User: url.UserPassword(Role, s.password),
		Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)), Path: "/" + database,
		RawQuery: "sslmode=disable",
	}
	return address.String()
}

// duplicateDatabase is PostgreSQL's code for a name that exists.
const duplicateDatabase = "42P04"

// CreateDatabase makes an empty database; an existing one is left as it is.
func (s *Server) CreateDatabase(ctx context.Context, name string) error {
	conn, err := pgx.Connect(ctx, s.URL("postgres"))
	if err != nil {
		return fmt.Errorf("create database %q: %w", name, err)
	}
	defer func() { _ = conn.Close(ctx) }()
	_, err = conn.Exec(ctx, "create database "+pgx.Identifier{name}.Sanitize())
	var refused *pgconn.PgError
	if errors.As(err, &refused) && refused.Code == duplicateDatabase {
		return nil
	}
	if err != nil {
		return fmt.Errorf("create database %q: %w", name, err)
	}
	return nil
}
