package sdktest

import (
	"encoding/json" // as the SDK decodes
	"net/http"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/global"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/config"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/sdkerr"
	bss "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/bss/v2"
	bssintl "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/bssintl/v2"
)

// caller is an access key with clients of both packages.
type caller struct {
	*daemon
	Key, Secret string
	BSS         *bss.BssClient
	Intl        *bssintl.BssintlClient
}

// Of the shipped quarter.
const (
	partner  = "P110" // cn
	customer = "C105" // of it, settles immediately
)

// callerOf makes a key by `accruald keys create` with those arguments.
func callerOf(t *testing.T, args ...string) *caller {
	t.Helper()
	d := start(t)
	c := &caller{daemon: d}
	key := *decoded[struct{ Key, Secret string }](t, d.command(t, "", append([]string{"keys", "create", "--json"}, args...)...))
	time.Sleep(keysTakenWait)
	return c.with(key.Key, key.Secret)
}

// with makes clients for another key.
func (c *caller) with(key, secret string) *caller {
	c = &caller{daemon: c.daemon, Key: key, Secret: secret}
	return c.connect(config.DefaultHttpConfig())
}

func (c *caller) connect(settings *config.HttpConfig) *caller {
	credentials := global.NewCredentialsBuilder().WithAk(c.Key).WithSk(c.Secret).WithDomainId("domain").Build()
	c.BSS = bss.NewBssClient(bss.BssClientBuilder().WithEndpoints([]string{c.URL}).WithCredential(credentials).WithHttpConfig(settings).Build())
	c.Intl = bssintl.NewBssintlClient(bssintl.BssintlClientBuilder().WithEndpoints([]string{c.URL}).WithCredential(credentials).WithHttpConfig(settings).Build())
	return c
}

// patient makes the caller's clients stay below the rate limit.
func (c *caller) patient() *caller {
	return c.connect(config.DefaultHttpConfig().WithHttpRoundTripper(pacer{}))
}

// pacer sends a request after a tenth of a second and some more.
type pacer struct{}

func (pacer) RoundTrip(r *http.Request) (*http.Response, error) {
	time.Sleep(110 * time.Millisecond)
	return http.DefaultTransport.RoundTrip(r)
}

// keysTakenWait is longer than a running accruald takes to know of a new key.
const keysTakenWait = 600 * time.Millisecond

// ofCustomer is a caller that is bound to the customer of the quarter.
func ofCustomer(t *testing.T) *caller {
	t.Helper()
	return callerOf(t, "--partner", partner, "--customer", customer, "--role", "customer")
}

// ofMain is the main account of the partner of the quarter.
func ofMain(t *testing.T) *caller {
	t.Helper()
	return callerOf(t, "--partner", partner, "--role", "main")
}

func decoded[R any](t *testing.T, document []byte) *R {
	t.Helper()
	out := new(R)
	if err := json.Unmarshal(document, out); err != nil {
		t.Fatalf("decode %s: %v", document, err)
	}
	return out
}

// same compares what the SDK decoded with what is expected, but for the
// status of HTTP.
func same(t *testing.T, what string, got, want any) {
	t.Helper()
	for _, response := range []any{got, want} {
		if v := reflect.ValueOf(response).Elem(); v.Kind() == reflect.Struct && v.FieldByName("HttpStatusCode").IsValid() {
			v.FieldByName("HttpStatusCode").SetInt(http.StatusOK)
		}
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\n got %s\nwant %s", what, encoded(t, got), encoded(t, want))
	}
}

// refused checks the status and code of a refusal.
func refused(t *testing.T, what string, err error, status int, codes ...string) {
	t.Helper()
	refusal, is := err.(*sdkerr.ServiceResponseError)
	if !is || refusal.StatusCode != status || !slices.Contains(codes, refusal.ErrorCode) {
		t.Errorf("%s: %v, want status %d and code %v", what, err, status, codes)
	}
}

// words are what a refusal says, but for the id of the request.
func words(err error) string {
	refusal, is := err.(*sdkerr.ServiceResponseError)
	if !is {
		return ""
	}
	return refusal.ErrorCode + " " + refusal.ErrorMessage
}

func ptr[T any](v T) *T { return &v }

func encoded(t *testing.T, value any) []byte {
	t.Helper()
	document, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return document
}

// reflected is a value as the SDK keeps parameters.
func reflected(value any) reflect.Value { return reflect.ValueOf(value) }
