package access

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/accruald/accruald/schema/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

func masters(t *testing.T, text string) Masters {
	t.Helper()
	m, err := ParseMasters(text)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// message of a request that is signed by a key or carries a token.
func message(t *testing.T, key *Key, token bool) *Message {
	t.Helper()
	m := &Message{Method: http.MethodGet, Path: "/v2/products/service-types", Header: http.Header{"X-Sdk-Date": {time.Now().UTC().Format(DateLayout)}}}
	if token {
		m.Header.Set("Authorization", "Bearer "+string(key.Secret))
		return m
	}
	authorization, err := Sign(m, key.ID, key.Secret, "x-sdk-date")
	if err != nil {
		t.Fatal(err)
	}
	m.Header.Set("Authorization", authorization)
	return m
}

// TestKeys: a key is taken as long as it is valid; no secret is stored, listed
// or logged; a rotated key overlaps with its successor; secrets go from one
// master key to the next.
func TestKeys(t *testing.T) {
	t.Parallel()
	pool, now := dbtest.New(t), time.Now()
	first, second := NewMaster("first"), NewMaster("second")
	store := NewStore(pool, masters(t, first))
	caller := Caller{PartnerID: "P100", Roles: []Role{RoleMain}}
	var logged bytes.Buffer
	log := slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
	create := func(kind Kind) *Key {
		t.Helper()
		key, err := store.Create(t.Context(), Grant{Caller: caller, Kind: kind, ExpiresAt: now.Add(time.Hour)}, now)
		if err != nil {
			t.Fatal(err)
		}
		log.Info("made", "key", key, "again", fmt.Sprintf("%v %+v %#v %s", key, key, key, key))
		return key
	}
	signing, token := create(KindSignature), create(KindToken)
	ring := NewRing(store, nil, SkewDefault, log)
	var clock sync.Mutex
	at := now
	ring.now = func() time.Time { clock.Lock(); defer clock.Unlock(); return at }
	taken := func(key *Key, isToken bool) bool {
		t.Helper()
		if err := ring.poll(t.Context()); err != nil {
			t.Fatal(err)
		}
		proof, err := ring.Authenticate(t.Context(), message(t, key, isToken))
		if err != nil {
			log.Info("refused", "why", err)
			if !errors.Is(err, ErrUnauthenticated) {
				t.Fatal(err)
			}
			return false
		}
		return proof.Caller.PartnerID == "P100" && proof.Caller.KeyID == key.ID
	}
	if !taken(signing, false) || !taken(token, true) {
		t.Fatal("a new key is not taken")
	}
	forged := &Key{ID: signing.ID, Secret: []byte("guess")}
	if taken(forged, false) || taken(&Key{ID: "unknown", Secret: signing.Secret}, false) || taken(forged, true) {
		t.Error("a forged key is taken")
	}
	at = now.Add(time.Hour)
	if taken(token, true) {
		t.Error("an expired token is taken")
	}
	at = now
	successor, err := store.Rotate(t.Context(), signing.ID, time.Minute, now)
	if err != nil {
		t.Fatal(err)
	}
	if !taken(signing, false) || !taken(successor, false) {
		t.Error("a key and its successor do not overlap")
	}
	if lasts := successor.ExpiresAt.Sub(now); lasts.Round(time.Second) != time.Hour {
		t.Errorf("the successor of a key for an hour lasts %s", lasts)
	}
	if _, err := store.Rotate(t.Context(), signing.ID, time.Minute, now); !errors.Is(err, ErrUnknownKey) {
		t.Errorf("rotated twice: %v", err)
	}
	if at = now.Add(2 * time.Minute); taken(signing, false) {
		t.Error("the old key is taken after the overlap")
	}
	at = now
	if err := store.Revoke(t.Context(), token.ID, now); err != nil {
		t.Fatal(err)
	}
	if taken(token, true) {
		t.Error("a revoked token is taken")
	}
	store.masters = masters(t, second+first)
	if n, err := store.Reseal(t.Context()); err != nil || n != 2 {
		t.Errorf("sealed %d anew: %v", n, err)
	}
	ring.version, store.masters = -1, masters(t, second)
	if !taken(successor, false) {
		t.Error("a key that was sealed anew is not taken without the first master key")
	}
	listed, err := store.List(t.Context(), "P100")
	if err != nil || len(listed) != 3 {
		t.Fatalf("%d keys listed: %v", len(listed), err)
	}
	var dump string
	if err := pool.QueryRow(t.Context(), `select string_agg(k::text || encode(sealed, 'escape'), ' ') from api_key k`).Scan(&dump); err != nil {
		t.Fatal(err)
	}
	for _, secret := range [][]byte{signing.Secret, token.Secret, successor.Secret} {
		for name, text := range map[string]string{"log": logged.String(), "list": fmt.Sprintf("%+v", listed), "table": dump} {
			if strings.Contains(text, string(secret)) {
				t.Errorf("a secret stands in the %s", name)
			}
		}
	}
}

// TestSealedSecretsBelongToTheirRow: what was sealed opens in no other row
// and by no other key.
func TestSealedSecretsBelongToTheirRow(t *testing.T) {
	t.Parallel()
	m := masters(t, "# kept elsewhere\n\n"+NewMaster("a"))
	sealed, err := m.seal("P", "K", []byte("s"))
	if err != nil {
		t.Fatal(err)
	}
	if secret, err := m.open("a", "P", "K", sealed); err != nil || string(secret) != "s" {
		t.Errorf("%q, %v", secret, err)
	}
	other := masters(t, NewMaster("a"))
	for name, open := range map[string]func() ([]byte, error){
		"another partner": func() ([]byte, error) { return m.open("a", "Q", "K", sealed) },
		"another key":     func() ([]byte, error) { return m.open("a", "P", "L", sealed) },
		"another master":  func() ([]byte, error) { return other.open("a", "P", "K", sealed) },
		"no master":       func() ([]byte, error) { return m.open("b", "P", "K", sealed) },
		"cut short":       func() ([]byte, error) { return m.open("a", "P", "K", sealed[:5]) },
	} {
		if secret, err := open(); err == nil {
			t.Errorf("%s opens %q", name, secret)
		}
	}
	for _, text := range []string{"a", "a b", "a " + strings.Repeat("A", 43) + "=\na " + strings.Repeat("B", 43) + "="} {
		if _, err := ParseMasters(text); err == nil || strings.Contains(err.Error(), "AAAA") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestAnswersOnce: of equal requests at once one is worked on, all get its
// answer; what failed by a defect, or whose process ended, is tried again, as
// of the time at which it came first (F7, F12).
func TestAnswersOnce(t *testing.T) {
	t.Parallel()
	answers, now := NewAnswers(dbtest.New(t), slog.New(slog.DiscardHandler)), time.Now().Truncate(time.Microsecond)
	proof := &Proof{Caller: &Caller{PartnerID: "P", KeyID: "K"}, Request: [32]byte{1}, Until: now.Add(time.Hour)}
	var mu sync.Mutex
	ran := 0
	work := func(out Answered) func(time.Time) Answered {
		return func(time.Time) Answered {
			mu.Lock()
			defer mu.Unlock()
			ran++
			return out
		}
	}
	if out, err := answers.Once(t.Context(), proof, "Pay", now, work(Answered{Status: 500, Failed: true})); err != nil || out.Status != 500 || ran != 1 {
		t.Fatalf("%+v, %v, ran %d", out, err, ran)
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			out, err := answers.Once(t.Context(), proof, "Pay", now, work(Answered{Status: 200, Body: []byte("done")}))
			if err != nil || out.Status != 200 || string(out.Body) != "done" {
				t.Errorf("%+v, %v", out, err)
			}
		})
	}
	group.Wait()
	if ran != 2 {
		t.Errorf("worked on %d times after it failed once", ran)
	}
	crashed := &Proof{Caller: proof.Caller, Request: [32]byte{2}, Until: proof.Until}
	ended, cancel := context.WithCancel(t.Context())
	func() {
		defer func() { _ = recover() }()
		_, _ = answers.Once(ended, crashed, "Pay", now, func(time.Time) Answered { panic("the process ends") })
	}()
	cancel()
	later := now.Add(answerGivenUp + time.Second)
	out, err := answers.Once(t.Context(), crashed, "Pay", later, func(at time.Time) Answered {
		if !at.Equal(now) {
			t.Errorf("tried again as of %s, came at %s", at, now)
		}
		return Answered{Status: 200}
	})
	if err != nil || out.Status != 200 {
		t.Errorf("%+v, %v", out, err)
	}
	other := *proof
	other.Content = [32]byte{9}
	if _, err := answers.Once(t.Context(), &other, "Pay", now, work(Answered{Status: 200})); !errors.Is(err, ErrOtherRequest) || ran != 2 {
		t.Errorf("another request under the same key: %v, ran %d", err, ran)
	}
	unfinished := &Proof{Caller: proof.Caller, Request: [32]byte{3}, Content: [32]byte{1}, Until: proof.Until}
	_, err = answers.Once(t.Context(), unfinished, "Pay", now, func(time.Time) Answered {
		another := *unfinished
		another.Content = other.Content
		if _, err := answers.Once(t.Context(), &another, "Pay", later, work(Answered{Status: 200})); !errors.Is(err, ErrOtherRequest) || ran != 2 {
			t.Errorf("another request while the first is worked on: %v, ran %d", err, ran)
		}
		return Answered{Status: 200}
	})
	if err != nil {
		t.Error(err)
	}
	if proof.EventID("a") == crashed.EventID("a") || proof.EventID("a") == proof.EventID("b") {
		t.Error("ids of events do not name request and kind")
	}
}
