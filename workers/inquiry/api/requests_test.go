package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"

	"github.com/accruald/accruald/workers/inquiry/access"
)

const mainRight = access.Orders

var (
	mainCaller = &access.Caller{PartnerID: "P", KeyID: "K", Roles: []access.Role{access.RoleMain}}
	noLimit    = access.NewLimiter(0)
)

type plainRequest struct {
	ID    string   `path:"id" max:"64"`
	Limit int      `query:"limit" default:"10" min:"1" max:"1000"`
	Names []string `query:"names" max:"8"`
	Sure  *bool    `query:"sure"`
	Body  struct {
		Text string `json:"text"`
	} `body:""`
	Language
}

func echo(_ context.Context, _ *Call, r *plainRequest) (string, error) {
	sure := "unsaid"
	if r.Sure != nil {
		sure = fmt.Sprint(*r.Sure)
	}
	return fmt.Sprint(r.ID, " ", r.Limit, " ", r.Names, " ", sure, " ", r.Body.Text, " ", r.Language.Language), nil
}

// TestRequestsShareTheLoad: two replicas are found, answer both, count what they answered, and one of them leaves without
// an answer being lost.
func TestRequestsShareTheLoad(t *testing.T) {
	t.Parallel()
	broker := brokerOf(t)
	service := madeService(t, made("Echo", echo), made("Other", echo))
	first, _ := replicate(t, service, broker.URL(), nil), replicate(t, service, broker.URL(), nil)
	u := userOf(t, broker.URL())
	var found []micro.Info
	gather(u, micro.InfoVerb, 2, &found)
	for _, info := range found {
		if len(info.Endpoints) != 2 || info.Endpoints[0].Subject != "accruald.api.v1.Echo" || info.Endpoints[0].Metadata["path"] != "/v2/Echo/{id}" ||
			info.Endpoints[0].QueueGroup != requestGroup || info.Endpoints[0].Metadata["writes"] != "false" {
			t.Errorf("%+v", info)
		}
	}
	const askers, each = 8, 100
	var halfway, asked sync.WaitGroup
	halfway.Add(askers)
	var failed atomic.Int64
	for range askers {
		asked.Go(func() {
			for n := range each {
				if n == each/2 {
					halfway.Done()
				}
				if got := u.ask("Echo", `{"parameters":{"id":"a"},"body":{}}`); got.err != nil || got.status != "200" {
					failed.Add(1)
					t.Errorf("request %d: %+v", n, got)
				}
			}
		})
	}
	halfway.Wait()
	before := u.statistics(2)
	first.halt() // the others go on asking
	asked.Wait()
	if failed.Load() > 0 {
		t.Fatalf("%d of %d requests are not answered", failed.Load(), askers*each)
	}
	for _, s := range before {
		if s.Endpoints[0].NumRequests == 0 {
			t.Errorf("replica %s has answered nothing", s.ID)
		}
	}
	answered := first.endpoints["Echo"].told()
	last := u.statistics(1)[0].Endpoints[0]
	if sum := int(answered.Answers + last.Data.Answers); sum != askers*each || last.NumRequests != int(last.Data.Answers) ||
		last.Data.Errors+last.Data.Refused+int64(last.NumErrors) != 0 || last.Data.Average <= 0 {
		t.Errorf("%d answers are counted, of %d: %+v, %+v", sum, askers*each, answered, last)
	}
	if info := u.ask("Other", `{"parameters":{"id":"a"},"body":{}}`); info.status != "200" {
		t.Errorf("after it: %+v", info)
	}
}

// TestRequestsUnderWayAreAnswered: what a replica was given before it leaves it answers, however long that takes within
// the bound, and what comes meanwhile another one answers.
func TestRequestsUnderWayAreAnswered(t *testing.T) {
	t.Parallel()
	broker := brokerOf(t)
	hold, reached := make(chan struct{}), atomic.Int64{}
	service := madeService(t, made("Echo", echo), made("Held", func(context.Context, *Call, *plainRequest) (string, error) {
		reached.Add(1)
		<-hold
		return "done", nil
	}))
	leaving := replicate(t, service, broker.URL(), nil)
	u := userOf(t, broker.URL())
	const payload, count = `{"parameters":{"id":"a"},"body":{}}`, 2 * requestWorkerCount // some wait for a worker
	var asked sync.WaitGroup
	for range count {
		asked.Go(func() {
			if got := u.ask("Held", payload); got.status != "200" {
				t.Errorf("one that was under way: %+v", got)
			}
		})
	}
	for until := time.Now().Add(requestWait); int(reached.Load())+len(leaving.queue) < count; time.Sleep(time.Millisecond) {
		if time.Now().After(until) {
			t.Fatalf("%d are worked on, %d wait", reached.Load(), len(leaving.queue))
		}
	}
	replicate(t, service, broker.URL(), nil)
	leaving.stop()
	for leaving.connected() { // until it has withdrawn
		time.Sleep(time.Millisecond)
	}
	if got := u.ask("Echo", payload); got.status != "200" {
		t.Errorf("one that came meanwhile: %+v", got)
	}
	close(hold)
	asked.Wait()
	leaving.halt()
	if told := leaving.endpoints["Held"].told(); told.Answers != count || told.Errors != 0 {
		t.Errorf("it answered %+v", told)
	}
}

// TestRequestsAreRead: parameters by name as texts, numbers, truth values and lists, the body beside them, headers in any
// case of letters; what is wrong is named.
func TestRequestsAreRead(t *testing.T) {
	t.Parallel()
	broker := brokerOf(t)
	replicate(t, madeService(t, made("Echo", echo)), broker.URL(), nil)
	u := userOf(t, broker.URL())
	for _, c := range []struct{ payload, status, says string }{
		{`{"parameters":{"id":"a","limit":7,"names":["x","y"],"sure":true},"body":{"text":"t"}}`, "200", `"a 7 [x y] true t zh_CN"`},
		{`{"parameters":{"id":"a","limit":"7","names":"x,y","sure":"false"},"body":{}}`, "200", `"a 7 [x y] false  zh_CN"`},
		{`{"parameters":{"id":"a","limit":null},"body":{}}`, "200", `"a 10 [] unsaid  zh_CN"`},
		{`{"parameters":{"id":"a\u002f"},"body":{}}`, "200", `"a/ 10 [] unsaid  zh_CN"`},
		{``, "400", "id is mandatory"},
		{`{}`, "400", "id is mandatory"},
		{`{"parameters":{"id":["a","b"]},"body":{}}`, "400", "takes one"},
		{`{"parameters":{"id":{}},"body":{}}`, "400", "neither a text"},
		{`{"parameters":{"id":"a","names":[["x"]]},"body":{}}`, "400", "neither a text"},
		{`{"parameters":{"id":"a","names":[` + strings.Repeat("0,", listCountMax) + `0]},"body":{}}`, "400", "too many"},
		{`{"parameters":{"id":"a","limits":1},"body":{}}`, "400", "no parameter of Echo"},
		{`{"parameters":{"id":"a","X-Language":"en_US"},"body":{}}`, "400", "as a header"},
		{`{"parameters":{"id":"a","id":"b"},"body":{}}`, "400", "not one JSON object"},
		{`{"parameters":{"id":"a"}}`, "400", "not one JSON object"},
		{`{"parameters":{"id":"a"},"body":{"text":1}}`, "400", "/text"},
		{`{"parameters":[]}`, "400", "wrong kind"},
		{`{"parameters":{"id":"a\u0000"},"body":{}}`, "400", "zero"},
		{`nonsense`, "400", "not one JSON object"},
	} {
		got := u.ask("Echo", c.payload, "X-Request-Id", "mine")
		if got.err != nil || got.status != c.status || !strings.Contains(got.body, c.says) || got.header.Get(headerRequestID) != "mine" {
			t.Errorf("%.80s: %+v, want %s with %q", c.payload, got, c.status, c.says)
		}
		if (got.status == "200") != (got.code == "" && got.header.Get(micro.ErrorCodeHeader) == "") || got.status != "200" && got.header.Get(micro.ErrorCodeHeader) != got.status {
			t.Errorf("%.80s: headers %v", c.payload, got.header)
		}
	}
	if got := u.ask("Echo", `{"parameters":{"id":"a"},"body":{}}`, "x-language", "en_US"); got.body != `"a 10 [] unsaid  en_US"` {
		t.Errorf("a header in other letters: %+v", got)
	}
	if got := u.ask("Nothing", `{}`); !errors.Is(got.err, nats.ErrNoResponders) {
		t.Errorf("an operation that there is not: %+v", got)
	}
}

// TestRequestsAreBounded: what is too large, too many, too slow, or cannot be answered is refused, and a defect concerns
// its request alone.
func TestRequestsAreBounded(t *testing.T) {
	t.Parallel()
	broker := brokerOf(t)
	hold, reached := make(chan struct{}), atomic.Int64{}
	service := madeService(t,
		made("Held", func(_ context.Context, _ *Call, _ *plainRequest) (string, error) {
			reached.Add(1)
			<-hold
			return "done", nil
		}),
		made("Slow", func(ctx context.Context, _ *Call, _ *plainRequest) (string, error) {
			<-ctx.Done()
			return "", ctx.Err()
		}),
		made("Broken", func(context.Context, *Call, *plainRequest) (string, error) { panic("of the function") }),
		made("Long", func(context.Context, *Call, *plainRequest) (string, error) { return strings.Repeat("x", 5<<20), nil }))
	s := replicate(t, service, broker.URL(), nil)
	u := userOf(t, broker.URL())
	const payload = `{"parameters":{"id":"a"},"body":{}}`
	for _, c := range []struct{ operation, payload, status, says string }{
		{"Held", strings.Repeat(" ", requestBytesMax+1), "400", "too large"},
		{"Broken", payload, "500", "CBC.0999"},
		{"Long", payload, "400", "by limit"},
	} {
		if got := u.ask(c.operation, c.payload); got.status != c.status || !strings.Contains(got.body, c.says) || strings.Contains(got.body, "function") {
			t.Errorf("%s: %.300s", c.operation, fmt.Sprint(got))
		}
	}
	if got := u.ask("Broken", payload, "X-Large", strings.Repeat("x", headerBytesMax)); got.status != "400" || !strings.Contains(got.body, "bytes of headers") {
		t.Errorf("large headers: %+v", got)
	}
	// Nobody to answer, and a reply subject that would have the server publish by its own rights.
	stolen, err := u.SubscribeSync("billing.in.>")
	if err != nil {
		t.Fatal(err)
	}
	if err := u.Publish(RequestPrefix+".Held", []byte(payload)); err != nil {
		t.Fatal(err)
	}
	for _, reply := range []string{"billing.in.P.order.paid", "accruald.api.v1.Held", "_INBO.x"} {
		if err := u.PublishRequest(RequestPrefix+".Held", reply, []byte(payload)); err != nil {
			t.Fatal(err)
		}
	}
	// As many as there is room for are held, the others are told to come again.
	const more = 40
	var asked sync.WaitGroup
	answers := make(chan told, requestWorkerCount+requestQueueMax+more)
	for range cap(answers) {
		asked.Go(func() { answers <- u.ask("Held", payload) })
	}
	for range more {
		if got := <-answers; got.status != "429" || got.code != codeTooMany || got.header.Get("Retry-After") != "1" {
			t.Errorf("beyond the room: %+v", got)
		}
	}
	close(hold)
	asked.Wait()
	for range requestWorkerCount + requestQueueMax {
		if got := <-answers; got.status != "200" {
			t.Errorf("of those that had room: %+v", got)
		}
	}
	if reached.Load() != requestWorkerCount+requestQueueMax {
		t.Errorf("%d requests were worked on", reached.Load())
	}
	if m, err := stolen.NextMsg(time.Millisecond); err == nil {
		t.Errorf("the server published %s to %s", m.Data, m.Subject)
	}
	if told := s.endpoints["Held"].told(); told.Refused != more+1 || told.Answers != requestWorkerCount+requestQueueMax {
		t.Errorf("counted: %+v", told)
	}
	if stats := u.statistics(1)[0].Endpoints[0]; stats.NumErrors != more+1 || !strings.Contains(stats.LastError, codeTooMany) {
		t.Errorf("the service counts %+v", stats)
	}
	s.halt()
	hurried := replicate(t, service, broker.URL(), func(s *RequestServer) { s.answerMax = 20 * time.Millisecond })
	if got := u.ask("Slow", payload); got.status != "500" || got.code != "CBC.0999" || !strings.Contains(got.body, "correlation_id") {
		t.Errorf("too slow: %+v", got)
	}
	if answer, outcome := hurried.answer(t.Context(), &request{op: &service.Operations[0], message: fakeRequest{}, at: time.Now().Add(-2 * requestQueueWaitMax)}); answer.Status != http.StatusTooManyRequests || outcome != outcomeLate {
		t.Errorf("one that waited for too long: %+v, %s", answer, outcome)
	}
}

// fakeRequest has nothing in it.
type fakeRequest struct{ micro.Request }

func (fakeRequest) Headers() micro.Headers { return nil }

func TestAnswerable(t *testing.T) {
	t.Parallel()
	for reply, want := range map[string]bool{
		"_INBOX.a.b": true, "_INBOX_client.a": true, "_R_.a": true, "_GR_.abc.def._INBOX.a": true,
		"": false, "billing.in.P.order.paid": false, "_GR_.abc.def.billing.in.P.order.paid": false, "_GR_._INBOX.a.billing": false, "_GR_.": false, "x._INBOX.a": false,
	} {
		if got := answerable(reply); got != want {
			t.Errorf("%q: %v", reply, got)
		}
	}
}

// TestRequestsComeBack: a broker that is started later, or again, is served again.
func TestRequestsComeBack(t *testing.T) {
	t.Parallel()
	broker := brokerOf(t)
	address, err := url.Parse(broker.URL())
	if err != nil {
		t.Fatal(err)
	}
	s := replicate(t, madeService(t, made("Echo", echo)), broker.URL(), nil)
	u := userOf(t, broker.URL())
	broker.Shutdown()
	for s.connected() {
		time.Sleep(time.Millisecond)
	}
	restarted(t, address.Port())
	for until := time.Now().Add(requestWait); ; time.Sleep(5 * time.Millisecond) {
		if got := u.ask("Echo", `{"parameters":{"id":"a"},"body":{}}`); got.status == "200" {
			break
		} else if time.Now().After(until) {
			t.Fatalf("after the restart: %+v", got)
		}
	}
}
