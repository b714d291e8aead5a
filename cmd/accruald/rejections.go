package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/accruald/accruald/cmd/accruald/internal/records"
	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/events/bus"
	"github.com/accruald/accruald/workers/decision"
)

// rejectionsCommand looks at rejected events and answers them. Retrying and discarding are events of their own, which
// take their place among the partner's others.
type rejectionsCommand struct {
	List    rejectionsListCommand    `cmd:"" default:"withargs" help:"List the events that stand rejected."`
	Show    rejectionsShowCommand    `cmd:"" help:"Show one rejected event as it was received."`
	Retry   rejectionsRetryCommand   `cmd:"" help:"Have a rejected event decided again."`
	Discard rejectionsDiscardCommand `cmd:"" help:"Give a rejected event up."`
}

type rejectionsListCommand struct {
	Partner  string        `help:"Only of this partner (default: all)."`
	JSON     bool          `name:"json" help:"One JSON object a line."`
	Database databaseFlags `embed:""`
}

// rejectionRow is a line of --json. With show it has the payload as received: as Data where it is JSON, else as Payload if
// it is text, else in base64.
type rejectionRow struct {
	PartnerID string         `json:"partner_id"`
	Source    string         `json:"source"`
	ID        string         `json:"id"`
	Type      string         `json:"type"`
	Time      time.Time      `json:"time"`
	ArrivedAt time.Time      `json:"arrived_at"`
	Status    string         `json:"status"`
	Code      string         `json:"code"`
	Message   string         `json:"message"`
	Pointer   string         `json:"pointer"`
	Retryable bool           `json:"retryable"`
	Attempts  int            `json:"attempts"`
	Data      jsontext.Value `json:"data,omitzero"`
	Payload   string         `json:"payload,omitzero"`
	Base64    []byte         `json:"payload_base64,omitzero"`
}

// Run is called by kong.
func (l *rejectionsListCommand) Run(ctx context.Context, c *console) error {
	pool, err := l.Database.connect(ctx)
	if err != nil {
		return err
	}
	defer pool.Close()
	var rows []rejectionRow
	err = records.EachRejected(ctx, pool, l.Partner, func(r records.Rejected) error {
		rows = append(rows, rejectionRow{PartnerID: r.PartnerID, Source: r.Source, ID: r.EventID, Type: r.Type, Time: r.Time,
			ArrivedAt: r.ArrivedAt, Status: decision.StatusRejected, Code: r.Code, Message: r.Message, Pointer: r.Pointer, Retryable: r.Retryable, Attempts: int(r.Attempts)})
		return nil
	})
	if err != nil {
		return err
	}
	slices.SortStableFunc(rows, func(a, b rejectionRow) int { return a.ArrivedAt.Compare(b.ArrivedAt) })
	fmt.Fprintf(c.err, "%d events stand rejected\n", len(rows))
	out := bufio.NewWriter(c.out)
	if !l.JSON {
		return errors.Join(writeRejections(out, rows), out.Flush())
	}
	for _, row := range rows {
		if err := writeJSONLine(out, row); err != nil {
			return err
		}
	}
	return out.Flush()
}

// writeRejections sets the rows under each other, the first that arrived first.
func writeRejections(w io.Writer, rows []rejectionRow) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, r := range rows {
		place := ""
		if r.Pointer != "" {
			place = " at " + r.Pointer
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s%s: %s\n", r.ArrivedAt.UTC().Format(time.RFC3339), r.PartnerID, r.Type, r.Source, r.ID, r.Code, place, r.Message)
	}
	return table.Flush()
}

// named is the event a command is about.
type named struct {
	Partner string `arg:"" help:"Partner id, the event's partition key."`
	Source  string `arg:"" help:"Source of the event."`
	ID      string `arg:"" help:"Id of the event."`
}

// find looks the event up.
func (n named) find(ctx context.Context, pool *pgxpool.Pool) (records.Input, error) {
	in, err := records.Find(ctx, pool, n.Partner, n.Source, n.ID)
	if errors.Is(err, pgx.ErrNoRows) {
		return in, fmt.Errorf("partner %q has received no event %q of source %q: take the three from `accruald rejections`", n.Partner, n.ID, n.Source)
	}
	if err != nil {
		return in, fmt.Errorf("look up event %q: %w", n.ID, err)
	}
	return in, nil
}

type rejectionsShowCommand struct {
	Event    named         `embed:""`
	Database databaseFlags `embed:""`
}

// Run is called by kong.
func (s *rejectionsShowCommand) Run(ctx context.Context, c *console) error {
	pool, err := s.Database.connect(ctx)
	if err != nil {
		return err
	}
	defer pool.Close()
	in, err := s.Event.find(ctx, pool)
	if err != nil {
		return err
	}
	row := rejectionRow{PartnerID: in.PartnerID, Source: in.Source, ID: in.EventID, Type: in.Type, Time: in.Time, ArrivedAt: in.ArrivedAt,
		Status: in.Status, Code: in.Code, Message: in.Message, Pointer: in.Pointer, Retryable: in.Retryable, Attempts: int(in.Attempts)}
	switch data := jsontext.Value(in.Payload); {
	case data.IsValid():
		row.Data = data
	case utf8.Valid(in.Payload):
		row.Payload = string(in.Payload)
	default:
		row.Base64 = in.Payload
	}
	if err := json.MarshalWrite(c.out, row, jsontext.WithIndent("  ")); err != nil {
		return fmt.Errorf("encode event %q: %w", s.Event.ID, err)
	}
	_, err = fmt.Fprintln(c.out)
	return err
}

// answerFlags are those of retry and discard.
type answerFlags struct {
	Event named     `embed:""`
	Actor string    `required:"" help:"Who decides this, for the record."`
	Nats  natsFlags `embed:""`
	Log   logFlags  `embed:""`

	Database databaseFlags `embed:""`
}

type rejectionsRetryCommand struct {
	Answer answerFlags `embed:""`
}

// Run is called by kong.
func (r *rejectionsRetryCommand) Run(ctx context.Context, c *console) error {
	return r.Answer.publish(ctx, c, &events.RejectionRetried{RejectionAction: r.Answer.action()})
}

type rejectionsDiscardCommand struct {
	Answer answerFlags `embed:""`
}

// Run is called by kong.
func (d *rejectionsDiscardCommand) Run(ctx context.Context, c *console) error {
	return d.Answer.publish(ctx, c, &events.RejectionDiscarded{RejectionAction: d.Answer.action()})
}

func (a *answerFlags) action() events.RejectionAction {
	return events.RejectionAction{PartnerID: a.Event.Partner, Source: a.Event.Source, ID: a.Event.ID, Actor: a.Actor}
}

// publish sends the answer under a new id each time, since an event may be retried more than once.
func (a *answerFlags) publish(ctx context.Context, c *console, data events.Data) error {
	if err := a.stands(ctx); err != nil {
		return err
	}
	now := time.Now().Truncate(time.Microsecond)
	ev, err := events.New(events.Envelope{
		ID:     events.DeriveID(data.EventType(), a.Event.Source, a.Event.ID, now.UTC().Format(time.RFC3339Nano)),
		Source: "/accruald/operations", Subject: a.Event.ID, PartitionKey: a.Event.Partner, Time: now}, data)
	if err != nil {
		return err
	}
	log, err := a.Log.logger(c)
	if err != nil {
		return err
	}
	b, err := bus.Connect(ctx, a.Nats.config("accruald rejections", log))
	if err != nil {
		return err
	}
	defer b.Close()
	header, payload := ev.Message()
	if _, err := b.Publish(ctx, events.InSubject(ev), header, payload); err != nil {
		return fmt.Errorf("publish %s of event %q: %w", ev.Type, a.Event.ID, err)
	}
	_, err = fmt.Fprintf(c.out, "published %s of event %q under id %s\n", ev.Type, a.Event.ID, ev.ID)
	return err
}

// stands refuses what is not rejected, or not any more.
func (a *answerFlags) stands(ctx context.Context) error {
	pool, err := a.Database.connect(ctx)
	if err != nil {
		return err
	}
	defer pool.Close()
	in, err := a.Event.find(ctx, pool)
	if err != nil {
		return err
	}
	if in.Status != decision.StatusRejected {
		return fmt.Errorf("event %q of partner %q is %s: only what stands rejected can be answered; `accruald rejections` lists it", in.EventID, in.PartnerID, in.Status)
	}
	return nil
}

// writeJSONLine writes one value on one line.
func writeJSONLine(w *bufio.Writer, value any) error {
	if err := json.MarshalWrite(w, value); err != nil {
		return fmt.Errorf("encode a line: %w", err)
	}
	return w.WriteByte('\n')
}
