package workers

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/site"
)

// TestReadModelFollowsAPartner: a partner that was asked about is answered
// without a round trip, news come with the next poll, and what was handed out
// before stays as it was.
func TestReadModelFollowsAPartner(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := 0
	tell := func(subject string, data events.Data) {
		t.Helper()
		n++
		ev, err := events.New(events.Envelope{ID: data.EventType() + string(rune('0'+n)), Source: "/test", Subject: subject, PartitionKey: "P100", Time: monthBegin}, data)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.frame.Process(t.Context(), []Delivery{delivery(ev)}, Position{}); err != nil {
			t.Fatal(err)
		}
	}
	grant := func(id string) {
		tell(id, &events.DiscountGranted{DiscountID: id, PartnerID: "P100", GrantedBy: "vendor", DiscountName: id, DiscountType: 605, Mode: "ratio",
			Value: decimal.RequireFromString("0.9"), EffectiveTime: monthBegin})
	}
	m := NewReadModel(w.pool, site.Default(), slog.New(slog.DiscardHandler))
	if m.Ready() == nil {
		t.Error("ready before anything was read")
	}
	poll := func() {
		t.Helper()
		checked := true
		if err := m.poll(t.Context(), &checked); err != nil {
			t.Fatal(err)
		}
	}
	// discounts of the partner, and how many statements it took to know them. The machine may take longer than data may be
	// old; so the clock of the model stands.
	discounts := func() (count int, trips int64) {
		t.Helper()
		m.began = time.Now()
		m.read.Store(0)
		for _, p := range m.partners.byID {
			p.read.Store(0)
		}
		before := w.trips.trips.Load()
		p, err := m.Partner(t.Context(), "P100")
		if err != nil {
			t.Fatal(err)
		}
		common, err := m.Common(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		standing, err := p.Standing(common, "", monthBegin)
		if err != nil {
			t.Fatal(err)
		}
		return len(standing.Book.Discounts), w.trips.trips.Load() - before
	}
	tell("P100", &events.PartnerEnrolled{PartnerID: "P100", Site: "cn", Level: "gold", Tier: 1, EffectiveTime: monthBegin})
	grant("D1")
	poll()
	if count, trips := discounts(); count != 1 || trips != 1 {
		t.Errorf("asked first: %d discounts by %d statements", count, trips)
	}
	if count, trips := discounts(); count != 1 || trips != 0 {
		t.Errorf("asked again: %d discounts by %d statements", count, trips)
	}
	handedOut, err := m.Partner(t.Context(), "P100")
	if err != nil {
		t.Fatal(err)
	}
	version := handedOut.Reference.Version()
	grant("D2")
	poll()
	if count, trips := discounts(); count != 2 || trips != 0 {
		t.Errorf("after news: %d discounts by %d statements", count, trips)
	}
	if handedOut.Reference.Version() != version {
		t.Error("what was handed out has changed")
	}
	for range 2 {
		if _, err := m.Partner(t.Context(), "P999"); !errors.Is(err, ErrUnknownPartner) {
			t.Errorf("an unknown partner: %v", err)
		}
	}
	if len(m.partners.byID) != 1 {
		t.Errorf("%d partners are kept", len(m.partners.byID))
	}
}

// TestReadModelRefusesOldData: where the database is away, a question waits
// and is then refused, rather than answered from older data.
func TestReadModelRefusesOldData(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := NewReadModel(w.pool, site.Default(), slog.New(slog.DiscardHandler))
	m.began = time.Now().Add(-time.Hour)
	m.read.Store(int64(time.Minute))
	if err := m.Ready(); !errors.Is(err, ErrStale) {
		t.Errorf("ready: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond) // longer would only wait longer
	defer cancel()
	if _, err := m.Common(ctx); !errors.Is(err, ErrStale) {
		t.Errorf("common reference data: %v", err)
	}
	if _, err := m.Open(ctx); !errors.Is(err, ErrStale) {
		t.Errorf("rows: %v", err)
	}
}

// TestSnapshotsWaitForNobody: who holds a connection needs no other to know a
// partner, or as many questions as the pool has connections would wait for each
// other.
func TestSnapshotsWaitForNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ev, err := events.New(events.Envelope{ID: "enrolled", Source: "/test", Subject: "P100", PartitionKey: "P100", Time: monthBegin},
		&events.PartnerEnrolled{PartnerID: "P100", Site: "cn", Level: "gold", Tier: 1, EffectiveTime: monthBegin})
	if err != nil {
		t.Fatal(err)
	}
	w.process(delivery(ev))
	config := w.pool.Config()
	config.MaxConns = 2
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	m := NewReadModel(pool, site.Default(), slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithTimeout(t.Context(), testWaitMax)
	defer cancel()
	var open []*Snapshot
	defer func() {
		for _, s := range open {
			s.Close(context.WithoutCancel(ctx))
		}
	}()
	for range config.MaxConns {
		m.began = time.Now()
		m.read.Store(0)
		s, err := m.Open(ctx)
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, s)
	}
	for _, s := range open {
		p, err := s.Partner(ctx, "P100")
		if err != nil || p.Reference.Site() != "cn" {
			t.Errorf("with every connection in use: %v", err)
		}
		if _, err := s.Partner(ctx, "P999"); !errors.Is(err, ErrUnknownPartner) {
			t.Errorf("an unknown partner: %v", err)
		}
	}
	if _, left := m.partners.byID["P999"]; left {
		t.Error("a partner that nobody enrolled is kept")
	}
}
