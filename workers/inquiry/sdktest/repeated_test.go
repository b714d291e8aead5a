package sdktest

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/bss/v2/model"
	"github.com/jackc/pgx/v5"
)

const issuePath = "/v2/promotions/benefits/partner-coupons"

// A write is a signed request whose bytes are sent as often as one likes.
type write struct {
	method, url string
	header      http.Header
	body        string
}

// issue signs that a coupon of an amount is issued to a customer of the
// network; amounts tell the coupons of tests apart.
func (c *caller) issue(t *testing.T, customerID, amount string) *write {
	t.Helper()
	return c.write(t, fmt.Sprintf(`{"quota_id":"Q-%s","customer_ids":[%q],"face_value":%s}`, network, customerID, amount))
}

func (c *caller) write(t *testing.T, body string) *write {
	t.Helper()
	r := signed(t, c, http.MethodPost, issuePath, nil, body, time.Now())
	return &write{method: r.Method, url: r.URL.String(), header: r.Header, body: body}
}

// send returns the whole answer.
func (w *write) send(t *testing.T) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), w.method, w.url, strings.NewReader(w.body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header = w.header.Clone()
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

// coupons counts those of a customer.
func (c *caller) coupons(t *testing.T, customerID string) int {
	t.Helper()
	records, err := c.BSS.ListPartnerCouponsRecord(&model.ListPartnerCouponsRecordRequest{CustomerId: &customerID, OperationTypes: &[]string{"1"}})
	if err != nil {
		t.Fatal(err)
	}
	return int(*records.TotalCount)
}

func (d *daemon) connect(t *testing.T) *pgx.Conn {
	t.Helper()
	connection, err := pgx.Connect(t.Context(), d.Database)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close(t.Context()) })
	return connection
}

// TestSlowDecision: what is not decided in time is accepted with the ids that
// come of it; the same bytes get that answer again, and the effect comes once.
// It holds the books of a partner, so it runs before all that run side by side.
func TestSlowDecision(t *testing.T) {
	c := inNetwork(t, "--role", "main")
	tx, err := c.daemon.connect(t).Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), "select from partner where partner_id = $1 for update", network); err != nil {
		t.Fatal(err)
	}
	slow := c.issue(t, "S505", "3")
	status, body := slow.send(t)
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if status != http.StatusAccepted || !strings.Contains(body, "S505") {
		t.Errorf("while the books are held: %d %s", status, body)
	}
	if again, repeated := slow.send(t); again != status || repeated != body {
		t.Errorf("again: %d %s, first %d %s", again, repeated, status, body)
	}
	for range 100 {
		if c.coupons(t, "S505") > 0 {
			break
		}
		time.Sleep(150 * time.Millisecond)
	}
	if n := c.coupons(t, "S505"); n != 1 {
		t.Errorf("%d coupons were issued", n)
	}
}

// TestSameBytesTwice: a write that is sent again has no second effect and gets
// the same answer: at once, later, and where the process that took it on ended
// before or after it handed the event in (F7).
func TestSameBytesTwice(t *testing.T) {
	t.Parallel()
	c := inNetwork(t, "--role", "main")
	twice := c.issue(t, "S503", "5")
	type answer struct {
		status int
		body   string
	}
	answers := make(chan answer, 4)
	for range cap(answers) {
		go func() {
			status, body := twice.send(t)
			answers <- answer{status, body}
		}()
	}
	first := <-answers
	if first.status != http.StatusOK || !strings.Contains(first.body, "S503") {
		t.Fatalf("%+v", first)
	}
	for range cap(answers) - 1 {
		if other := <-answers; other != first {
			t.Errorf("at once: %+v, want %+v", other, first)
		}
	}
	connection := c.daemon.connect(t)
	abandon := func(age time.Duration) {
		t.Helper()
		tag, err := connection.Exec(t.Context(), "update api_answer set status = null, body = '', begun_at = begun_at - $3::interval where partner_id = $1 and key_id = $2",
			network, c.Key, age)
		if err != nil || tag.RowsAffected() != 1 {
			t.Fatalf("%v, %v", tag, err)
		}
	}
	abandon(2 * time.Minute) // its process ended between the event and the answer
	if status, body := twice.send(t); status != first.status || body != first.body {
		t.Errorf("after a crash: %d %s, want %+v", status, body, first)
	}
	if n := c.coupons(t, "S503"); n != 1 {
		t.Errorf("%d coupons were issued", n)
	}
	early := c.issue(t, "S504", "6") // its process ended before it handed the event in; a signature stands for the content
	signature := early.header.Get("Authorization")
	signature = signature[strings.Index(signature, "Signature=")+len("Signature="):]
	if _, err := connection.Exec(t.Context(), `insert into api_answer (partner_id, key_id, signature, operation, content, asked_at, begun_at, expires_at)
		values ($1, $2, decode($3, 'hex'), 'CreatePartnerCoupons', decode(repeat('00', 32), 'hex'), now() - interval '2 minutes', now() - interval '2 minutes', now() + interval '1 hour')`,
		network, c.Key, signature); err != nil {
		t.Fatal(err)
	}
	if status, body := early.send(t); status != http.StatusOK || !strings.Contains(body, "S504") {
		t.Errorf("taken on by a process that ended: %d %s", status, body)
	}
	if n := c.coupons(t, "S504"); n != 1 {
		t.Errorf("%d coupons were issued", n)
	}
	wrong := c.write(t, `{"quota_id":"Q-none","customer_ids":["S503"],"face_value":1}`)
	status, body := wrong.send(t)
	if again, repeated := wrong.send(t); status != http.StatusBadRequest || again != status || repeated != body {
		t.Errorf("refused: %d %s, again %d %s", status, body, again, repeated)
	}
}
