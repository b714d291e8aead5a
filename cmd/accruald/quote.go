package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/accruald/accruald/cmd/accruald/internal/books"
	"github.com/accruald/accruald/cmd/accruald/internal/feed"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/inquiry"
)

// quoteCommand answers one price inquiry in the shape of the published partner API.
type quoteCommand struct {
	Kind     string    `arg:"" enum:"subscribe,on-demand,renew,change,spec,refund" help:"What is asked: subscribe, on-demand, renew, change (specification), spec (list price by specification) or refund."`
	File     string    `arg:"" optional:"" default:"-" help:"Request as JSON in the published shape; - is standard input."`
	Events   []string  `placeholder:"FILE" help:"Take reference data and resources from these files of events (default: from the database)."`
	Partner  string    `help:"Partner whose discounts count (default: the only one of the files)."`
	Customer string    `help:"Customer who asks; needed but for spec (default: none)."`
	At       time.Time `placeholder:"TIME" help:"Time of the inquiry, as 2026-03-18T09:20:00+08:00 (default: now)."`

	Database databaseFlags `embed:""`
	Sites    siteFlags     `embed:""`
}

// requestBytesMax bounds a request: a hundred lines need a tenth of it.
const requestBytesMax = 1 << 20

// errRefused ends an inquiry whose published error body was printed.
var errRefused = errors.New("the inquiry was refused")

// Run is called by kong. A refused inquiry prints the published error body.
func (q *quoteCommand) Run(ctx context.Context, c *console) error {
	if q.File == feed.Stdin && slices.Contains(q.Events, feed.Stdin) {
		return errors.New("quote: the request and the events cannot both come from standard input: name a file for one of them")
	}
	body, err := q.read(c.in)
	if err != nil {
		return err
	}
	if q.At.IsZero() {
		q.At = time.Now()
	}
	response, err := q.answer(ctx, c, body)
	if err == nil {
		return writeJSON(c.out, response)
	}
	published, refused := errors.AsType[*inquiry.Error](err)
	if !refused {
		return err
	}
	if cause := published.Unwrap(); cause != nil {
		err = cause
	}
	return errors.Join(writeJSON(c.out, published), fmt.Errorf("%w: %w", errRefused, err))
}

func (q *quoteCommand) read(stdin io.Reader) ([]byte, error) {
	in := stdin
	if q.File != feed.Stdin {
		file, err := os.Open(q.File)
		if err != nil {
			return nil, fmt.Errorf("open the request: %w", err)
		}
		defer func() { _ = file.Close() }()
		in = file
	}
	body, err := io.ReadAll(io.LimitReader(in, requestBytesMax+1))
	if err != nil {
		return nil, fmt.Errorf("read the request: %w", err)
	}
	if len(body) > requestBytesMax {
		return nil, fmt.Errorf("the request has more than %d bytes: ask for fewer lines at a time", requestBytesMax)
	}
	return body, nil
}

// answer decodes the request and asks the rules.
func (q *quoteCommand) answer(ctx context.Context, c *console, body []byte) (any, error) {
	switch q.Kind {
	case "subscribe":
		return answered(ctx, q, c, body, nil, func(a *asked, r *inquiry.SubscribeRequest) (any, error) {
			return inquiry.Subscribe(a.standing.Book, a.who, r)
		})
	case "on-demand":
		return answered(ctx, q, c, body, nil, func(a *asked, r *inquiry.OnDemandRequest) (any, error) {
			return inquiry.OnDemand(a.standing.Book, a.who, r)
		})
	case "renew":
		ids := func(r *inquiry.RenewRequest) []string { return r.ResourceIDs }
		return answered(ctx, q, c, body, ids, func(a *asked, r *inquiry.RenewRequest) (any, error) {
			return inquiry.Renew(a.standing.Book, a.who, a.family, r)
		})
	case "change":
		ids := func(r *inquiry.ChangeRequest) []string { return []string{r.ResourceID} }
		return answered(ctx, q, c, body, ids, func(a *asked, r *inquiry.ChangeRequest) (any, error) {
			return inquiry.Change(a.standing.Book, a.who, a.family, r)
		})
	case "spec":
		return answered(ctx, q, c, body, nil, func(a *asked, r *inquiry.SpecRequest) (any, error) {
			return inquiry.Spec(a.standing.Book, a.who.At, r)
		})
	default: // refund, by the enum of the argument
		ids := func(r *inquiry.RefundRequest) []string { return r.ResourceIDs }
		return answered(ctx, q, c, body, ids, func(a *asked, r *inquiry.RefundRequest) (any, error) {
			profile := a.standing.Book.Site
			return inquiry.Refund(profile, a.who, a.family, a.partner.FiveDayQuota(profile, a.family), a.partner.ValidReturns, r)
		})
	}
}

// asked is what one inquiry is answered with.
type asked struct {
	who      inquiry.Asker
	partner  *decision.Partner
	standing *decision.Standing
	family   []*decision.Resource
}

// timed are requests that may name the time they ask about.
type timed interface {
	At(asked time.Time) (time.Time, error)
}

// answered decodes one kind of request, finds what it is about and hands both on.
func answered[R any](ctx context.Context, q *quoteCommand, c *console, body []byte, ids func(*R) []string, answer func(*asked, *R) (any, error)) (any, error) {
	request, err := inquiry.Decode[R](body)
	if err != nil {
		return nil, err
	}
	at := q.At
	if t, ok := any(request).(timed); ok {
		if at, err = t.At(at); err != nil {
			return nil, err
		}
	}
	if q.Customer == "" && q.Kind != "spec" {
		return nil, fmt.Errorf("quote %s: name the customer who asks by --customer", q.Kind)
	}
	b, err := openBooks(ctx, c, q.Events, q.Database, q.Sites, at)
	if err != nil {
		return nil, err
	}
	defer b.Close()
	p, err := b.Partner(ctx, q.Partner)
	if err != nil {
		return nil, err
	}
	a := &asked{who: inquiry.Asker{CustomerID: q.Customer, At: at}, partner: p}
	if a.standing, err = p.Standing(b.Common, q.Customer, at); err != nil {
		return nil, inquiry.ErrorOf(err)
	}
	a.who.IndirectPartnerID = a.standing.IndirectPartnerID
	if ids != nil {
		named := ids(request)
		if err := b.Load(ctx, p, decision.ScopesOfInquiry(q.Customer, a.standing.Book.Site, at, named)...); err != nil {
			return nil, err
		}
		if err := b.Current(p, at, named); err != nil {
			return nil, err
		}
		a.family = p.Family(named...)
	}
	return answer(a, request)
}

// openBooks folds files, or where there are none reads the database.
func openBooks(ctx context.Context, c *console, files []string, database databaseFlags, profiles siteFlags, until time.Time) (*books.Books, error) {
	sites, err := profiles.load()
	if err != nil {
		return nil, err
	}
	if len(files) > 0 {
		sources, err := feed.Sources(files, c.in)
		if err != nil {
			return nil, err
		}
		return books.Events(ctx, sources, sites, until)
	}
	pool, err := database.connect(ctx)
	if err != nil {
		return nil, err
	}
	return books.Database(ctx, pool, sites)
}

// writeJSON writes a value over several lines.
func writeJSON(w io.Writer, value any) error {
	out := bufio.NewWriter(w)
	if err := json.MarshalWrite(out, value, jsontext.WithIndent("  ")); err != nil {
		return fmt.Errorf("encode the answer: %w", err)
	}
	return errors.Join(out.WriteByte('\n'), out.Flush())
}
