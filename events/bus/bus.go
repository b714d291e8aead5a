package bus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const (
	// DocumentBytesMax is the largest valid event document.
	DocumentBytesMax = 1 << 20
	// headerBytesMax is room for the CloudEvents headers and ids beside it.
	headerBytesMax = 64 << 10

	connectWaitDefault       = 10 * time.Second
	connectAttemptSecondsMax = 5
	requestWaitSecondsMax    = 10
	reconnectWaitMillisMin   = 50
	reconnectWaitMillisMax   = 5_000
	pingIntervalSeconds      = 10
	pingsOutstandingMax      = 2
	serverMajorMin           = 2
	serverMinorMin           = 12
)

// Config says where the broker is and how to be let in. Only URL is required.
type Config struct {
	// URL is one server or several, separated by commas.
	URL string
	// Name shows up in the server's list of connections.
	Name string

	// CredentialsFile holds a JWT and its seed; User and Password are the
	// plain way. At most one of the two is used.
	CredentialsFile string
	User, Password  string
	// CAFile, CertFile and KeyFile switch TLS on.
	CAFile, CertFile, KeyFile string

	// Inbox is what the subjects begin with on which answers arrive; "" means
	// the client library's.
	Inbox string

	// StreamPrefix is put before the names of the streams. The subjects stay
	// the same, so two installations need two accounts all the same.
	StreamPrefix string
	// Replicas of the streams this Bus creates; 0 means 1.
	Replicas int
	// ConnectWait bounds the first connection; 0 means 10 s. A lost
	// connection is tried again for ever.
	ConnectWait time.Duration
	// Logger receives what happens to the connection; nil means
	// slog.Default().
	Logger *slog.Logger
}

// Bus is one connection to the broker. It is safe for concurrent use.
type Bus struct {
	config Config
	log    *slog.Logger
	conn   *nats.Conn
	js     jetstream.JetStream

	mu      sync.Mutex
	readers map[*PartitionReader]struct{}
	lostAt  time.Time // zero while connected
	lostWhy error
	closed  bool
}

// Connect connects and checks that the server can do what is needed: version
// 2.12, JetStream, and messages of one largest document with its headers.
// The error says which of them is missing and what to do.
func Connect(ctx context.Context, config Config) (*Bus, error) {
	if config.URL == "" {
		return nil, errors.New("connect to nats: no server given: set its URL, for example nats://127.0.0.1:4222")
	}
	config = config.withDefaults()
	b := &Bus{
		config:  config,
		log:     config.Logger.With("component", "bus"),
		readers: make(map[*PartitionReader]struct{}),
	}
	if err := b.dial(ctx); err != nil {
		return nil, err
	}
	if err := b.checkServer(ctx); err != nil {
		b.conn.Close()
		return nil, err
	}
	return b, nil
}

func (c Config) withDefaults() Config {
	if c.Replicas == 0 {
		c.Replicas = 1
	}
	if c.ConnectWait == 0 {
		c.ConnectWait = connectWaitDefault
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	return c
}

func (b *Bus) dial(ctx context.Context) error {
	conn, err := b.config.dial(ctx, b.options())
	if err == nil {
		b.conn = conn
		if b.js, err = jetstream.New(conn, jetstream.WithDefaultTimeout(requestWaitSecondsMax*time.Second)); err == nil {
			return nil
		}
		conn.Close()
	}
	return fmt.Errorf("connect to nats at %q: %w: check the address, that the server runs, and the credentials", b.config.URL, err)
}

// dial repeats the first connection within ConnectWait: daemons and their
// broker are often started at the same moment.
func (c Config) dial(ctx context.Context, options []nats.Option) (*nats.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, c.ConnectWait)
	defer cancel()
	for attempt := 0; ; attempt++ {
		conn, err := nats.Connect(c.URL, options...)
		if err == nil || !Temporary(err) || !pause(ctx, reconnectDelay(attempt)) {
			return conn, err
		}
	}
}

func (b *Bus) options() []nats.Option {
	return append(b.config.options(),
		// Nothing is kept to be sent after a reconnect: what the caller was
		// told has failed must not be stored later, behind its repetition.
		nats.ReconnectBufSize(-1),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) { b.onLost(err) }),
		nats.ReconnectHandler(func(conn *nats.Conn) { b.onReconnected(conn.ConnectedUrlRedacted()) }),
		nats.ClosedHandler(func(*nats.Conn) { b.onLost(nats.ErrConnectionClosed) }),
		nats.ReconnectErrHandler(func(_ *nats.Conn, err error) { b.onReconnectFailed(err) }),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { b.log.Warn("nats client error", "err", err) }),
	)
}

// options are how every connection is made and kept.
func (c Config) options() []nats.Option {
	options := []nats.Option{
		nats.Name(c.Name),
		nats.Timeout(connectAttemptSecondsMax * time.Second),
		nats.MaxReconnects(-1),
		nats.CustomReconnectDelay(reconnectDelay),
		nats.PingInterval(pingIntervalSeconds * time.Second),
		nats.MaxPingsOutstanding(pingsOutstandingMax),
	}
	if c.Inbox != "" {
		options = append(options, nats.CustomInboxPrefix(c.Inbox))
	}
	if c.CredentialsFile != "" {
		options = append(options, nats.UserCredentials(c.CredentialsFile))
	} else if c.User != "" {
		options = append(options, nats.UserInfo(c.User, c.Password))
	}
	if c.CAFile != "" {
		options = append(options, nats.RootCAs(c.CAFile))
	}
	if c.CertFile != "" {
		options = append(options, nats.ClientCert(c.CertFile, c.KeyFile))
	}
	return options
}

func (b *Bus) checkServer(ctx context.Context) error {
	version := b.conn.ConnectedServerVersion()
	var major, minor int
	if _, err := fmt.Sscanf(version, "%d.%d", &major, &minor); err != nil {
		return fmt.Errorf("read version %q of the nats server at %q: %w", version, b.config.URL, err)
	}
	if major < serverMajorMin || (major == serverMajorMin && minor < serverMinorMin) {
		return fmt.Errorf("nats server at %q is version %s, atomic batches need %d.%d or later: upgrade the server",
			b.config.URL, version, serverMajorMin, serverMinorMin)
	}
	if got, want := b.conn.MaxPayload(), int64(DocumentBytesMax+headerBytesMax); got < want {
		return fmt.Errorf("nats server at %q takes messages of %d bytes, documents need %d: set max_payload to 4MB in its configuration",
			b.config.URL, got, want)
	}
	if _, err := b.js.AccountInfo(ctx); err != nil {
		return fmt.Errorf("ask the nats server at %q for jetstream: %w: switch JetStream on, for the server and for this account", b.config.URL, err)
	}
	return nil
}

// Healthy returns nil while the connection stands, else why and since when
// it does not.
func (b *Bus) Healthy() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return nats.ErrConnectionClosed
	}
	if b.conn.IsConnected() {
		return nil
	}
	why := b.lostWhy
	if why == nil {
		why = nats.ErrDisconnected
	}
	return fmt.Errorf("no connection to nats at %q since %s: %w: trying again for ever; check the server and the network",
		b.config.URL, b.lostAt.Format(time.RFC3339), why)
}

// Close closes every reader, waits for them, and closes the connection.
func (b *Bus) Close() {
	b.mu.Lock()
	b.closed = true
	readers := b.openReaders()
	b.mu.Unlock()
	for _, r := range readers {
		r.Close()
	}
	b.conn.Close()
}

// openReaders needs mu.
func (b *Bus) openReaders() []*PartitionReader {
	readers := make([]*PartitionReader, 0, len(b.readers))
	for r := range b.readers {
		readers = append(readers, r)
	}
	return readers
}

func (b *Bus) onLost(err error) {
	b.mu.Lock()
	b.lostAt, b.lostWhy = time.Now(), err
	closed := b.closed
	b.mu.Unlock()
	if !closed {
		b.log.Warn("connection to nats lost", "url", b.config.URL, "err", err)
	}
}

// onReconnected makes every reader open again: what the server sent into the
// old connection counts as delivered there and would be missing here.
func (b *Bus) onReconnected(url string) {
	b.mu.Lock()
	b.lostAt, b.lostWhy = time.Time{}, nil
	readers := b.openReaders()
	b.mu.Unlock()
	b.log.Info("connected to nats again", "url", url)
	for _, r := range readers {
		r.interrupt()
	}
}

// onReconnectFailed keeps the reason for Healthy; the log has the loss.
func (b *Bus) onReconnectFailed(err error) {
	b.mu.Lock()
	b.lostWhy = err
	b.mu.Unlock()
}

// reconnectDelay doubles from the smallest to the largest wait, with a random
// half so that a fleet does not come back at one instant.
func reconnectDelay(attempts int) time.Duration {
	wait := time.Duration(reconnectWaitMillisMin<<min(attempts, 10)) * time.Millisecond
	wait = min(wait, reconnectWaitMillisMax*time.Millisecond)
	return wait/2 + rand.N(wait/2)
}

// pause waits and reports whether ctx is still alive afterwards.
func pause(ctx context.Context, wait time.Duration) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// bounded gives one request to the server its time limit.
func bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, requestWaitSecondsMax*time.Second)
}
