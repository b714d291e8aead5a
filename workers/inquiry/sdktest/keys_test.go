package sdktest

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/bss/v2/model"
)

// TestKeysEndAndRotate: a revoked key is refused soon, a rotated one is valid
// beside its successor, a list shows no secret, and reads may repeat.
func TestKeysEndAndRotate(t *testing.T) {
	t.Parallel()
	c := ofMain(t)
	ask := func(c *caller) error {
		_, err := c.BSS.ListServiceTypes(&model.ListServiceTypesRequest{})
		return err
	}
	for range 3 { // equal reads in one second carry equal signatures
		if err := ask(c); err != nil {
			t.Fatal(err)
		}
	}
	next := *decoded[struct{ Key, Secret string }](t, c.command(t, "", "keys", "rotate", "--json", c.Key))
	listed := string(c.command(t, "", "keys", "list", "--partner", partner, "--json"))
	if !strings.Contains(listed, next.Key) || strings.Contains(listed, next.Secret) || strings.Contains(listed, c.Secret) {
		t.Errorf("the list is %s", listed)
	}
	successor := c.with(next.Key, next.Secret)
	time.Sleep(keysTakenWait)
	for name, c := range map[string]*caller{"the old key": c, "its successor": successor} {
		if err := ask(c); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	c.command(t, "", "keys", "revoke", next.Key)
	time.Sleep(keysTakenWait)
	refused(t, "a revoked key", ask(successor), http.StatusUnauthorized, "CBC.0154")
	if err := ask(c); err != nil {
		t.Errorf("the other key: %v", err)
	}
}

// TestTokens: a token of ours is sent as a bearer token or as the published
// API's header.
func TestTokens(t *testing.T) {
	t.Parallel()
	c := callerOf(t, "--partner", partner, "--role", "finance", "--kind", "token")
	for name, value := range map[string]string{"Authorization": "Bearer " + c.Secret, "X-Auth-Token": c.Secret} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.URL+listPath, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set(name, value)
		if status, code := send(t, r); status != http.StatusOK {
			t.Errorf("%s: status %d, code %s", name, status, code)
		}
		r.Header.Set(name, value+"x")
		if status, code := send(t, r); status != http.StatusUnauthorized || code != "CBC.0154" {
			t.Errorf("%s with another token: status %d, code %s", name, status, code)
		}
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.URL+ratePath, strings.NewReader(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Auth-Token", c.Secret)
	if status, code := send(t, r); status != http.StatusForbidden || code != "CBC.0151" {
		t.Errorf("prices for the finance role: status %d, code %s", status, code)
	}
}

// TestRateLimit: the eleventh request of a second is refused with the time
// after which the next is taken; another caller is not concerned.
func TestRateLimit(t *testing.T) {
	t.Parallel()
	c, other := ofMain(t), ofMain(t)
	limited := 0
	for range 40 {
		_, err := c.BSS.ListServiceTypes(&model.ListServiceTypesRequest{})
		if err != nil {
			refused(t, "one too many", err, http.StatusTooManyRequests, "CBC.0250")
			limited++
		}
	}
	if limited == 0 {
		t.Error("40 requests at once were taken")
	}
	if _, err := other.BSS.ListServiceTypes(&model.ListServiceTypesRequest{}); err != nil {
		t.Errorf("another caller: %v", err)
	}
}
