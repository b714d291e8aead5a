package workers

import (
	"math/rand/v2"
	"time"
)

const (
	backoffMillisMin = 50
	backoffMillisMax = 5_000
	// backoffDoublingsMax keeps the shift below the largest wait's reach.
	backoffDoublingsMax = 10
)

// backoff counts attempts at something that is tried again for ever and gives
// the wait before the next: doubling up to a bound, half of it random, so
// that a fleet does not come back at one instant.
type backoff struct{ attempts int }

func (b *backoff) next() time.Duration {
	wait := time.Duration(min(backoffMillisMin<<min(b.attempts, backoffDoublingsMax), backoffMillisMax)) * time.Millisecond
	b.attempts++
	return wait/2 + rand.N(wait/2)
}

func (b *backoff) reset() { b.attempts = 0 }
