package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"

	"github.com/accruald/accruald/events/bus"
	"github.com/accruald/accruald/workers/inquiry/api"
)

// askWaitMax is longer than any answer takes; payloadBytesMax is more than is taken.
const (
	askWaitMax      = 35 * time.Second
	payloadBytesMax = 2 << 20
)

// askCommand asks the partner API over NATS request and reply.
type askCommand struct {
	Operation string    `arg:"" help:"Operation, as ListServiceTypes; the page /docs lists them."`
	Payload   string    `arg:"" optional:"" default:"{}" help:"What is sent: {\"parameters\":{...},\"body\":{...}}, or - for standard input (default: ${default})."`
	Key       string    `env:"ACCRUALD_KEY" help:"Access key that signs the request (default: none)."`
	Secret    string    `env:"ACCRUALD_SECRET" help:"Its secret; better given by the environment (default: none)."`
	Token     string    `env:"ACCRUALD_TOKEN" help:"Bearer token in place of a key; whoever listens at the broker reads it (default: none)."`
	Once      string    `placeholder:"ID" help:"Name of a request that changes something: a repetition by the same token and name has no effect (default: none)."`
	Language  string    `enum:"zh_CN,en_US" default:"zh_CN" help:"Language of names: zh_CN or en_US."`
	Inbox     string    `env:"ACCRUALD_NATS_INBOX" default:"_INBOX" help:"What the subject of the answer begins with; the user of NATS has to be allowed to listen there."`
	Nats      natsFlags `embed:""`
}

// Run is called by kong.
func (a *askCommand) Run(ctx context.Context, c *console) error {
	m, err := a.message(c.in, time.Now())
	if err != nil {
		return err
	}
	config := a.Nats.config("accruald ask", slog.New(slog.NewTextHandler(c.err, &slog.HandlerOptions{Level: slog.LevelWarn})))
	config.Inbox = a.Inbox
	conn, err := bus.Dial(ctx, config)
	if err != nil {
		return err
	}
	defer conn.Close()
	asking, cancel := context.WithTimeout(ctx, askWaitMax)
	defer cancel()
	answer, err := conn.RequestMsgWithContext(asking, m)
	switch {
	case errors.Is(err, nats.ErrNoResponders):
		return fmt.Errorf("ask for %s: nobody answers at %q: start a worker with the role inquiry, or correct the operation", a.Operation, a.Nats.URL)
	case err != nil:
		return fmt.Errorf("ask for %s: %w: see that the user of NATS may ask and listen to %s.>", a.Operation, err, a.Inbox)
	}
	if len(answer.Data) > 0 {
		fmt.Fprintf(c.out, "%s\n", answer.Data)
	}
	if code := answer.Header.Get(micro.ErrorHeader); code != "" {
		return fmt.Errorf("%s is refused: %s", a.Operation, code)
	}
	return nil
}

// message is the request, with a proof of who sends it.
func (a *askCommand) message(in io.Reader, now time.Time) (*nats.Msg, error) {
	known := slices.ContainsFunc(api.Operations(), func(op api.Operation) bool { return op.ID == a.Operation })
	switch {
	case !known:
		return nil, fmt.Errorf("ask for %q: there is no such operation; README and the page /docs list them", a.Operation)
	case (a.Key == "") != (a.Secret == ""), (a.Key == "") == (a.Token == ""):
		return nil, errors.New("ask without a proof of who asks: give a key with its secret, or a token; accruald keys create makes them")
	}
	payload := []byte(a.Payload)
	if a.Payload == "-" {
		var err error
		if payload, err = io.ReadAll(io.LimitReader(in, payloadBytesMax)); err != nil {
			return nil, fmt.Errorf("read the payload: %w", err)
		}
	}
	m := &nats.Msg{Subject: api.RequestPrefix + "." + a.Operation, Data: payload, Header: nats.Header{"X-Language": {a.Language}}}
	if a.Once != "" {
		m.Header.Set("Idempotency-Key", a.Once)
	}
	if a.Token != "" {
		m.Header.Set("Authorization", "Bearer "+strings.TrimSpace(a.Token))
		return m, nil
	}
	return m, api.SignRequest(m, a.Key, []byte(a.Secret), now)
}
