package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/accruald/accruald/cmd/accruald/internal/bench"
	"github.com/accruald/accruald/cmd/accruald/internal/feed"
	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/events/bus"
	"github.com/accruald/accruald/workers"
	"github.com/accruald/accruald/workers/inquiry"
	"github.com/accruald/accruald/workers/inquiry/access"
	"github.com/accruald/accruald/workers/site"
)

// What inquiries are measured with: the partner and products of the small shipped example.
const (
	benchInquirySample = "samples/worked-example.jsonl"
	benchInquiryPath   = "/v2/bills/ratings/period-resources/subscribe-rate"
	benchPartners      = 8
	benchCustomers     = 5     // of each
	benchKeysOfOne     = 10    // of a customer: 400 keys in all
	benchRate          = 1_000 // requests a second at which latency is measured
	benchLines         = 100
	benchLinesRate     = 20
	benchPeriodMax     = time.Minute
)

// inquiries measures signed price inquiries over loopback, on servers of their own.
func (b *benchCommand) inquiries(ctx context.Context, c *console) (err error) {
	if b.Period <= 0 || b.Period > benchPeriodMax {
		return fmt.Errorf("measure inquiries for %s: use up to %s", b.Period, benchPeriodMax)
	}
	folder, err := b.temporary()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	log := slog.New(slog.NewTextHandler(c.err, &slog.HandlerOptions{Level: slog.LevelError}))
	servers, err := startPrivate(ctx, privateOptions{folder: filepath.Join(folder, "servers"), settings: benchSettings, log: log})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, servers.stop()) }()
	if err := decideSample(ctx, servers, log); err != nil {
		return err
	}
	masters, err := devMasters(folder)
	if err != nil {
		return err
	}
	partner, err := newPartnerAPI(ctx, apiFlags{Listen: "127.0.0.1:0", Skew: access.SkewDefault, Rate: access.RateDefault, Masters: masters},
		servers.databaseURL(), bus.Config{URL: servers.nats.URL(), Logger: log}, site.Default(), prometheus.NewRegistry(), log)
	if err != nil {
		return err
	}
	return together(ctx, partner.run, func(ctx context.Context) error { return b.ask(ctx, c, partner) })
}

// benchCaller names a customer and its partner; the first is that of the sample.
func benchCaller(partner, customer int) (partnerID, customerID string) {
	return fmt.Sprintf("P10%d", partner), fmt.Sprintf("C2%d%d", partner, customer)
}

// manifold adds partners and customers like those of the sample, without their orders.
func manifold(sample []byte) []byte {
	out := bytes.Clone(sample)
	for line := range bytes.Lines(sample) {
		if !bytes.Contains(line, []byte(`"type":"partner.enrolled.v1"`)) && !bytes.Contains(line, []byte(`"type":"customer.associated.v1"`)) {
			continue
		}
		for n := range benchPartners * benchCustomers {
			partnerID, customerID := benchCaller(n/benchCustomers, n%benchCustomers)
			other := bytes.ReplaceAll(bytes.ReplaceAll(line, []byte("P100"), []byte(partnerID)), []byte("C200"), []byte(customerID))
			out = append(append(out, bytes.TrimSpace(other)...), '\n') // equal ones are the same event
		}
	}
	return out
}

// decideSample puts the sample's reference data and orders into the database.
func decideSample(ctx context.Context, servers *privateServers, log *slog.Logger) error {
	text, err := events.Contract.ReadFile(benchInquirySample)
	if err != nil {
		return fmt.Errorf("read the shipped sample: %w", err)
	}
	sources := []feed.Source{feed.Text(benchInquirySample, manifold(text))}
	connection := bus.Config{URL: servers.nats.URL(), Name: "accruald bench", Logger: log}
	worker, err := workers.New(workers.Config{DatabaseURL: servers.databaseURL(), Bus: connection, Clock: workers.ClockInput, Logger: log}) //nolint:contextcheck // it connects to nothing; Run takes the context
	if err != nil {
		return err
	}
	b, err := bus.Connect(ctx, connection)
	if err != nil {
		return err
	}
	defer b.Close()
	if err := b.EnsureStreams(ctx); err != nil {
		return err
	}
	return together(ctx, worker.Run, func(ctx context.Context) error {
		if _, err := feed.NewPublisher(b, nil).Publish(ctx, feed.Played(sources, site.Default()), 0); err != nil {
			return err
		}
		return worker.Drained(ctx)
	})
}

// ask makes the keys and measures, one kind after the other.
func (b *benchCommand) ask(ctx context.Context, c *console, partner *partnerAPI) error {
	asker := &bench.Asker{URL: partner.server.URL(), Path: benchInquiryPath}
	now := time.Now()
	for n := range benchPartners * benchCustomers * benchKeysOfOne {
		partnerID, customerID := benchCaller(n%benchPartners, n/benchPartners%benchCustomers)
		key, err := partner.store.Create(ctx, access.Grant{Kind: access.KindSignature, Caller: access.Caller{PartnerID: partnerID, CustomerID: customerID,
			Roles: []access.Role{access.RoleCustomer}}}, now)
		if err != nil {
			return err
		}
		asker.Keys = append(asker.Keys, key)
	}
	if err := partner.knows(ctx, asker.Keys[len(asker.Keys)-1].ID); err != nil {
		return err
	}
	two, hundred, err := benchBodies()
	if err != nil {
		return err
	}
	if _, err := asker.Measure(ctx, "warming up", 2, 0, two, b.Period/5); err != nil {
		return err
	}
	out := bufio.NewWriter(c.out)
	var all []*bench.Inquiries
	for _, m := range []struct {
		what        string
		lines, rate int
		body        []byte
	}{
		{"2 lines, as fast as it goes", 2, 0, two},
		{fmt.Sprintf("2 lines at %d a second", benchRate), 2, benchRate, two},
		{fmt.Sprintf("%d lines at %d a second", benchLines, benchLinesRate), benchLines, benchLinesRate, hundred},
	} {
		time.Sleep(time.Second) // the keys' rate limits recover
		measured, err := asker.Measure(ctx, m.what, m.lines, m.rate, m.body, b.Period)
		if err != nil {
			return err
		}
		all = append(all, measured)
		if b.JSON {
			continue
		}
		if err := errors.Join(measured.WriteText(out), out.Flush()); err != nil {
			return err
		}
	}
	if b.JSON {
		return writeJSON(c.out, all)
	}
	return nil
}

// benchBodies are inquiries of two lines and of many.
func benchBodies() (two, many []byte, err error) {
	request := inquiry.SubscribeRequest{ProjectID: "bench"}
	for i := range benchLines {
		spec := []string{"s6.large.2.linux", "s6.xlarge.2.linux"}[i%2]
		request.ProductInfos = append(request.ProductInfos, inquiry.PeriodProduct{ID: fmt.Sprint(i + 1), CloudServiceType: "hws.service.type.ec2",
			ResourceType: "hws.resource.type.vm", ResourceSpec: spec, Region: "cn-east-2", PeriodType: 2, PeriodNum: 1, SubscriptionNum: 1})
	}
	if many, err = json.Marshal(request); err == nil {
		request.ProductInfos = request.ProductInfos[:2]
		two, err = json.Marshal(request)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("write the inquiries: %w", err)
	}
	return two, many, nil
}
