package access

import (
	"math"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// RateDefault is how many requests a second one caller may send of one kind,
// as in the published API.
const RateDefault = 10

// rateCountMax bounds the pairs of caller and operation that are counted.
const rateCountMax = 50_000

// A Limiter counts requests by caller and operation.
type Limiter struct {
	perSecond int

	mu     sync.Mutex
	counts map[rateKey]*rateCount
}

type rateKey struct{ partnerID, keyID, operation string }

type rateCount struct {
	limiter *rate.Limiter
	used    time.Time
}

// NewLimiter allows so many requests a second, and as many at once; 0 allows
// all.
func NewLimiter(perSecond int) *Limiter {
	return &Limiter{perSecond: perSecond, counts: map[rateKey]*rateCount{}}
}

// Allow counts a request. If it is one too many, it returns after how many
// seconds another is allowed.
func (l *Limiter) Allow(c *Caller, operation string, now time.Time) (ok bool, retryAfter int) {
	if l.perSecond <= 0 {
		return true, 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	key := rateKey{c.PartnerID, c.KeyID, operation}
	count := l.counts[key]
	if count == nil {
		if len(l.counts) >= rateCountMax {
			l.forget(now)
		}
		count = &rateCount{limiter: rate.NewLimiter(rate.Limit(l.perSecond), l.perSecond)}
		l.counts[key] = count
	}
	count.used = now
	reservation := count.limiter.ReserveN(now, 1)
	if wait := reservation.DelayFrom(now); wait > 0 {
		reservation.CancelAt(now)
		return false, int(math.Ceil(wait.Seconds()))
	}
	return true, 0
}

// forget drops what was not used for a second: its count is as a new one. If
// all were used, the table begins anew, to nobody's harm.
func (l *Limiter) forget(now time.Time) {
	for key, count := range l.counts {
		if now.Sub(count.used) > time.Second {
			delete(l.counts, key)
		}
	}
	if len(l.counts) >= rateCountMax {
		clear(l.counts)
	}
}
