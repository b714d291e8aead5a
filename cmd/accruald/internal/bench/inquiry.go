package bench

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/accruald/accruald/workers/inquiry/access"
)

// An Asker sends signed price inquiries over loopback.
type Asker struct {
	URL  string
	Path string
	Keys []*access.Key // taken in turn

	turn   atomic.Int64
	client http.Client
}

// askersBeside is how many connections ask side by side at full speed, and
// how many requests may be under way at a steady rate.
const (
	askersBeside   = 16
	underWayAskMax = 256
)

// Inquiries are what a round of inquiries came to.
type Inquiries struct {
	What             string `json:"what"`
	Lines            int    `json:"lines"`
	Rate             int    `json:"rate"` // asked for; 0 is as fast as it goes
	Requests         int    `json:"requests"`
	Refused          int    `json:"refused"` // by the rate limit of a key
	Millis           int64  `json:"millis"`
	RequestsASecond  int64  `json:"requests_per_second"`
	LatencyP50Micros int64  `json:"latency_p50_micros"`
	LatencyP99Micros int64  `json:"latency_p99_micros"`
}

// WriteText writes one line for people.
func (i *Inquiries) WriteText(w io.Writer) error {
	_, err := fmt.Fprintf(w, "%-32s %6d requests, %5d a second, p50 %s, p99 %s, %d refused by the rate limit\n", i.What, i.Requests, i.RequestsASecond,
		time.Duration(i.LatencyP50Micros)*time.Microsecond, time.Duration(i.LatencyP99Micros)*time.Microsecond, i.Refused)
	return err
}

// Measure asks for a time: as fast as so many askers can, or at a steady rate
// whose latency counts from when a request was due.
func (a *Asker) Measure(ctx context.Context, what string, lines, perSecond int, body []byte, period time.Duration) (*Inquiries, error) {
	a.client.Transport = &http.Transport{MaxIdleConnsPerHost: underWayAskMax, MaxConnsPerHost: underWayAskMax}
	defer a.client.CloseIdleConnections()
	out := &Inquiries{What: what, Lines: lines, Rate: perSecond}
	var mu sync.Mutex
	var took []time.Duration
	one := func(ctx context.Context, due time.Time) error {
		status, err := a.ask(ctx, body)
		if err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		if status == http.StatusTooManyRequests {
			out.Refused++
			return nil
		}
		took = append(took, time.Since(due))
		return nil
	}
	began := time.Now()
	var err error
	if perSecond == 0 {
		err = atOnce(ctx, began.Add(period), one)
	} else {
		err = steadily(ctx, perSecond, began.Add(period), one)
	}
	elapsed := time.Since(began)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	if len(took) == 0 {
		return nil, fmt.Errorf("%s: nothing was answered in %s", what, period)
	}
	slices.Sort(took)
	out.Requests, out.Millis = len(took), elapsed.Milliseconds()
	out.RequestsASecond = int64(len(took)) * int64(time.Second) / int64(elapsed)
	out.LatencyP50Micros, out.LatencyP99Micros = took[len(took)/2].Microseconds(), took[len(took)*99/100].Microseconds()
	return out, nil
}

func atOnce(ctx context.Context, until time.Time, one func(context.Context, time.Time) error) error {
	group, ctx := errgroup.WithContext(ctx)
	for range askersBeside {
		group.Go(func() error {
			for now := time.Now(); now.Before(until); now = time.Now() {
				if err := one(ctx, now); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return group.Wait()
}

// steadily sends a request whenever one is due, and no later because answers
// are late: what waits for its turn waits on its latency's account.
func steadily(ctx context.Context, perSecond int, until time.Time, one func(context.Context, time.Time) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(underWayAskMax)
	began := time.Now()
	for n := 0; ; n++ {
		due := began.Add(time.Duration(n) * time.Second / time.Duration(perSecond))
		if due.After(until) || !sleepUntil(ctx, due) {
			break
		}
		group.Go(func() error { return one(ctx, due) })
	}
	return group.Wait()
}

// sleepUntil returns false where a request failed meanwhile.
func sleepUntil(ctx context.Context, at time.Time) bool {
	wait := time.Until(at)
	if wait <= 0 {
		return ctx.Err() == nil // late: what waits is sent at once
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// ask sends one signed request by the next key.
func (a *Asker) ask(ctx context.Context, body []byte) (status int, err error) {
	key := a.Keys[int(a.turn.Add(1))%len(a.Keys)]
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, a.URL+a.Path, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Domain-Id", "bench")
	request.Header.Set("User-Agent", "accruald-bench")
	request.Header.Set("X-Sdk-Date", time.Now().UTC().Format("20060102T150405Z"))
	message := &access.Message{Method: request.Method, Path: a.Path, Header: request.Header, Body: body}
	authorization, err := access.Sign(message, key.ID, key.Secret, "user-agent", "x-domain-id", "x-sdk-date")
	if err != nil {
		return 0, err
	}
	request.Header.Set("Authorization", authorization)
	response, err := a.client.Do(request)
	if err != nil {
		return 0, err
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK && response.StatusCode != http.StatusTooManyRequests {
		err = fmt.Errorf("status %d: %s", response.StatusCode, answer)
	}
	return response.StatusCode, err
}
