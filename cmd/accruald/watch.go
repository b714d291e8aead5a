package main

import (
	"context"
	"fmt"
	"time"

	"github.com/accruald/accruald/workers"
)

const (
	watchInterval = 100 * time.Millisecond
	// stallMax is how long nothing may move before waiting is given up.
	stallMax = 2 * time.Minute
)

// watch shows how far a worker is until ctx ends, and returns an error if nothing moves for stallMax.
func watch(ctx context.Context, worker *workers.Worker, bar *progress) error {
	ticker := time.NewTicker(watchInterval)
	defer ticker.Stop()
	moved, before := time.Now(), worker.Progress()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		now := worker.Progress()
		bar.set(int(now.Decided + now.References))
		if now != before {
			moved, before = time.Now(), now
		}
		if time.Since(moved) > stallMax {
			return fmt.Errorf("nothing moved for %s after %d events: look at the log with --log-level info", stallMax, now.Decided+now.References)
		}
	}
}
