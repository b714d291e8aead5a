package api

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// connectionCountMax bounds the connections that are open at once; more wait
// to be accepted.
const connectionCountMax = 4_096

// boundedListener accepts so many connections and no more until one closes.
type boundedListener struct {
	net.Listener
	free chan struct{}
}

func bounded(l net.Listener, most int) net.Listener {
	return &boundedListener{Listener: l, free: make(chan struct{}, most)}
}

// Accept waits for room first. A listener that is closed gives an error when
// a connection has made room, or at once if there is some.
func (l *boundedListener) Accept() (net.Conn, error) {
	l.free <- struct{}{}
	conn, err := l.Listener.Accept()
	if err != nil {
		<-l.free
		return nil, err
	}
	return &boundedConn{Conn: conn, release: sync.OnceFunc(func() { <-l.free })}, nil
}

type boundedConn struct {
	net.Conn
	release func()
}

func (c *boundedConn) Close() error {
	defer c.release()
	return c.Conn.Close()
}

// certificateCheckInterval is how soon a changed certificate is taken.
const certificateCheckInterval = 10 * time.Second

// certificate is a pair of files that may be replaced while it is served.
type certificate struct {
	certFile, keyFile string
	log               *slog.Logger
	current           atomic.Pointer[tls.Certificate]

	mu      sync.Mutex
	checked time.Time // when the files were looked at
	changed time.Time // the later of their times when they were read
}

func newCertificate(certFile, keyFile string, log *slog.Logger) (*certificate, error) {
	c := &certificate{certFile: certFile, keyFile: keyFile, log: log}
	if err := c.load(); err != nil {
		return nil, err
	}
	return c, nil
}

func (c *certificate) load() error {
	changed, err := c.modified()
	if err != nil {
		return err
	}
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return fmt.Errorf("load the certificate %q with the key %q: %w", c.certFile, c.keyFile, err)
	}
	c.changed = changed
	c.current.Store(&pair)
	return nil
}

func (c *certificate) modified() (last time.Time, err error) {
	for _, name := range []string{c.certFile, c.keyFile} {
		info, err := os.Stat(name)
		if err != nil {
			return last, fmt.Errorf("look at the certificate: %w", err)
		}
		if info.ModTime().After(last) {
			last = info.ModTime()
		}
	}
	return last, nil
}

// get serves a handshake. One that comes some time after the last look reads
// the files again if they changed; a pair that cannot be read, as one of which
// a file is still being written, leaves the old one.
func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	if c.mu.TryLock() {
		defer c.mu.Unlock()
		if now := time.Now(); now.Sub(c.checked) >= certificateCheckInterval {
			c.checked = now
			if changed, err := c.modified(); err != nil || !changed.Equal(c.changed) {
				if err == nil {
					err = c.load()
				}
				if err != nil {
					c.log.Error("the certificate was not read again: the old one is served", "err", err)
				}
			}
		}
	}
	return c.current.Load(), nil
}
