package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"

	"github.com/accruald/accruald/events/bus/embedded"
	"github.com/accruald/accruald/workers/inquiry/access"
	"github.com/accruald/accruald/workers/inquiry/api"
)

// answering is a broker at which one operation is answered by who proved to ask, and what was sent.
func answering(t *testing.T, secret []byte) (url string) {
	t.Helper()
	server, err := embedded.Start(embedded.Options{StoreDir: t.TempDir(), RelaxedSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Shutdown)
	conn, err := nats.Connect(server.URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	_, err = conn.Subscribe(api.RequestPrefix+".ListServiceTypes", func(m *nats.Msg) {
		who := m.Header.Get("Authorization")
		if signature, err := access.ParseSignature(who); err == nil {
			message := &access.Message{Method: "NATS", Path: "/" + m.Subject, Header: http.Header(m.Header), Body: m.Data}
			who = fmt.Sprint(signature.KeyID, " ", signature.Verify(message, secret, time.Now(), time.Minute))
		}
		answer := &nats.Msg{Data: fmt.Appendf(nil, "%s | %s | %s %s", who, m.Data, m.Header.Get("X-Language"), m.Header.Get("Idempotency-Key")), Header: nats.Header{}}
		if strings.Contains(string(m.Data), "refuse") {
			answer.Header.Set(micro.ErrorHeader, "CBC.0151")
		}
		_ = m.RespondMsg(answer)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.Flush(); err != nil {
		t.Fatal(err)
	}
	return server.URL()
}

// TestAsk: a request is signed or has a token, the answer is printed, and a refusal is told by the status.
func TestAsk(t *testing.T) {
	secret := "of-the-key"
	url := answering(t, []byte(secret))
	t.Setenv("ACCRUALD_NATS_URL", url)
	for _, c := range []struct {
		name, stdin string
		args        []string
		status      int
		out, err    string
	}{
		{"signed", "", []string{"--key", "K1", "--secret", secret, "ListServiceTypes"}, statusDone, "K1 <nil> | {} | zh_CN \n", ""},
		{"by a token", "", []string{"--token", "T1", "--language", "en_US", "--once", "mine", "ListServiceTypes", `{"parameters":{"limit":1}}`}, statusDone,
			"Bearer T1 | {\"parameters\":{\"limit\":1}} | en_US mine\n", ""},
		{"from standard input", `{"a":1}`, []string{"--token", "T1", "--inbox", "_INBOX_client", "ListServiceTypes", "-"}, statusDone, `| {"a":1} |`, ""},
		{"refused", "", []string{"--token", "T1", "ListServiceTypes", `"refuse"`}, statusRefused, "refuse", "ListServiceTypes is refused: CBC.0151"},
		{"nobody there", "", []string{"--token", "T1", "ListUsageTypes"}, statusRefused, "", "nobody answers"},
		{"no operation", "", []string{"--token", "T1", "ListNothing"}, statusRefused, "", "no such operation"},
		{"no proof", "", []string{"ListServiceTypes"}, statusRefused, "", "accruald keys create"},
		{"half a proof", "", []string{"--key", "K1", "ListServiceTypes"}, statusRefused, "", "with its secret"},
		{"two proofs", "", []string{"--key", "K1", "--secret", "s", "--token", "T1", "ListServiceTypes"}, statusRefused, "", "or a token"},
	} {
		got := call(t, c.stdin, append([]string{"ask"}, c.args...)...)
		if got.status != c.status || !strings.Contains(got.out, c.out) || !strings.Contains(got.err, c.err) || strings.Contains(got.out+got.err, secret) {
			t.Errorf("%s: status %d, %q, %q", c.name, got.status, got.out, got.err)
		}
	}
}
