package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

const (
	// MaxPayloadBytesDefault is four times the largest valid document, so
	// that a too large one arrives, is rejected and reported, instead of
	// being refused on the wire where nobody sees it.
	MaxPayloadBytesDefault = 4 << 20

	readyWaitSecondsMax = 20
	loopback            = "127.0.0.1"
)

// Options describe the server. Only StoreDir is required.
type Options struct {
	// StoreDir is the folder of the streams; it is created if absent.
	StoreDir string
	// Port to listen on; 0 or -1 choose a free one.
	Port int
	// MaxPayload is the largest message in bytes, headers included; 0 means
	// MaxPayloadBytesDefault.
	MaxPayload int32
	// RelaxedSync lets the server acknowledge before the data is on the
	// disk. For measurements only: acknowledged events can be lost.
	RelaxedSync bool
	// Logger receives the server's log: notices at debug level, the rest at
	// its own. Nil means slog.Default().
	Logger *slog.Logger
}

// Server is a running server.
type Server struct {
	nats *server.Server
}

// Start starts a server and returns when it accepts connections. The error
// names the folder and the port; nothing is left running in that case.
func Start(options Options) (*Server, error) {
	if options.StoreDir == "" {
		return nil, errors.New("start embedded nats server: no store folder given: set StoreDir")
	}
	if options.Port == 0 {
		options.Port = server.RANDOM_PORT
	}
	if options.MaxPayload == 0 {
		options.MaxPayload = MaxPayloadBytesDefault
	}
	if options.Logger == nil {
		options.Logger = slog.Default()
	}

	srv, err := server.NewServer(&server.Options{
		ServerName:             "accruald-embedded",
		Host:                   loopback,
		Port:                   options.Port,
		MaxPayload:             options.MaxPayload,
		JetStream:              true,
		StoreDir:               options.StoreDir,
		SyncAlways:             !options.RelaxedSync,
		NoSigs:                 true,
		DisableJetStreamBanner: true,
	})
	if err != nil {
		return nil, fmt.Errorf("start embedded nats server in %q: %w", options.StoreDir, err)
	}
	srv.SetLoggerV2(slogLogger{options.Logger.With("component", "nats-server")}, false, false, false)

	go srv.Start() // owned by the server: ends with Shutdown, waited for there
	if !srv.ReadyForConnections(readyWaitSecondsMax * time.Second) {
		srv.Shutdown()
		srv.WaitForShutdown()
		return nil, fmt.Errorf("start embedded nats server in %q on port %d: not ready after %d s: "+
			"check that the port is free and the folder writable and on a working disk",
			options.StoreDir, options.Port, readyWaitSecondsMax)
	}
	return &Server{nats: srv}, nil
}

// URL is the address clients connect to.
func (s *Server) URL() string { return s.nats.ClientURL() }

// Shutdown stops the server and waits until its store is closed. A second
// call does nothing.
func (s *Server) Shutdown() {
	s.nats.Shutdown()
	s.nats.WaitForShutdown()
}

// slogLogger routes the server's log lines to slog.
type slogLogger struct{ log *slog.Logger }

func (l slogLogger) Noticef(format string, v ...any) { l.put(slog.LevelDebug, format, v) }
func (l slogLogger) Warnf(format string, v ...any)   { l.put(slog.LevelWarn, format, v) }
func (l slogLogger) Errorf(format string, v ...any)  { l.put(slog.LevelError, format, v) }
func (l slogLogger) Debugf(format string, v ...any)  { l.put(slog.LevelDebug, format, v) }
func (l slogLogger) Tracef(format string, v ...any)  { l.put(slog.LevelDebug, format, v) }

// Fatalf logs and does not end the process: a library must not; Start finds
// a server that does not come up by its bounded wait.
func (l slogLogger) Fatalf(format string, v ...any) { l.put(slog.LevelError, format, v) }

func (l slogLogger) put(level slog.Level, format string, v []any) {
	l.log.Log(context.Background(), level, "nats server", "text", fmt.Sprintf(format, v...))
}
