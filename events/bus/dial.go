package bus

import (
	"context"
	"fmt"

	"github.com/nats-io/nats.go"
)

// Dial connects for request and reply, where nothing is stored: neither
// JetStream nor room for the largest document is asked for. The first
// connection is repeated within ConnectWait; one that is lost is tried again
// for ever, also where it is refused, and what is published meanwhile is kept,
// within the client library's bound, to be sent then. Whoever dials closes.
func Dial(ctx context.Context, config Config) (*nats.Conn, error) {
	config = config.withDefaults()
	log := config.Logger.With("component", "bus", "connection", config.Name)
	conn, err := config.dial(ctx, append(config.options(),
		nats.IgnoreAuthErrorAbort(),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if err != nil { // nil: it was closed here
				log.Warn("connection to nats lost", "url", config.URL, "err", err)
			}
		}),
		nats.ReconnectHandler(func(conn *nats.Conn) { log.Info("connected to nats again", "url", conn.ConnectedUrlRedacted()) }),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { log.Warn("nats client error", "err", err) }),
	))
	if err != nil {
		return nil, fmt.Errorf("connect to nats at %q: %w: check the address, that the server runs, and the credentials", config.URL, err)
	}
	return conn, nil
}
