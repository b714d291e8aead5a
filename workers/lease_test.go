package workers

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/schema/dbtest"
)

// TestPartitionsAreSharedEvenly and move only to or from whom comes or goes.
func TestPartitionsAreSharedEvenly(t *testing.T) {
	t.Parallel()
	replicas := []string{"a", "b", "c", "d"}
	shares := map[string]int{}
	for partition := range referencePartition {
		before := preferred(replicas, partition)
		shares[before]++
		if after := preferred(replicas[:3], partition); before != "d" && after != before {
			t.Errorf("partition %d goes from %q to %q when d leaves", partition, before, after)
		}
	}
	for _, replica := range replicas {
		if shares[replica] < 6 || shares[replica] > 30 {
			t.Errorf("shares %v of 64", shares)
		}
	}
	if got := preferred(nil, 1); got != "" {
		t.Errorf("without replicas: %q", got)
	}
}

func newTestKeeper(t *testing.T, queries *db.Queries, replica string) *keeper {
	t.Helper()
	return newKeeper(queries, replica, 1, quiet, newHealth(time.Now))
}

func (k *keeper) mustBeat(t *testing.T) {
	t.Helper()
	if err := k.beat(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// TestLeases follows two replicas: the second takes nothing from the first
// until that gives up what it has lost, and each taking is a new epoch.
func TestLeases(t *testing.T) {
	t.Parallel()
	queries := db.New(dbtest.New(t))
	first, second := newTestKeeper(t, queries, "first"), newTestKeeper(t, queries, "second")
	first.mustBeat(t)
	if leases, _ := first.assigned(0); len(leases) != 64 || leases[0].epoch != 1 {
		t.Fatalf("the first alone has %d partitions", len(leases))
	}
	if _, leading := first.reference(); !leading {
		t.Error("the first alone does not lead the reference log")
	}
	second.mustBeat(t)
	if leases, _ := second.assigned(0); len(leases) != 0 {
		t.Fatalf("the second took %d partitions from one that lives", len(leases))
	}
	all, changed := first.assigned(0)
	first.mustBeat(t)
	select {
	case <-changed:
	default:
		t.Error("nobody was told that a replica came")
	}
	keeps, _ := first.assigned(0)
	if len(keeps) == 0 || len(keeps) == len(all) {
		t.Fatalf("the first keeps %d of %d", len(keeps), len(all))
	}
	var leaving []int
	for _, one := range all {
		if preferred([]string{"first", "second"}, one.partition) == "second" {
			leaving = append(leaving, one.partition)
		}
	}
	if err := first.release(t.Context(), leaving); err != nil {
		t.Fatal(err)
	}
	second.mustBeat(t)
	taken, _ := second.assigned(0)
	if len(taken)+len(keeps) != 64 || taken[0].epoch != 2 {
		t.Fatalf("the second has %d of %d, epoch %d", len(taken), len(leaving), taken[0].epoch)
	}
	if err := first.leave(t.Context()); err != nil {
		t.Fatal(err)
	}
	second.mustBeat(t)
	if leases, _ := second.assigned(0); len(leases) != 64 {
		t.Errorf("after the first left the second has %d", len(leases))
	}
}

// TestOneRequestAnswersManyLanes: whoever asks while a request is under way
// shares the next one.
func TestOneRequestAnswersManyLanes(t *testing.T) {
	t.Parallel()
	var newest newestReference
	asked := uint64(0)
	begun, answer := make(chan struct{}), make(chan struct{})
	results := make(chan string)
	ask := func(context.Context) (uint64, error) {
		asked++
		if asked == 1 {
			close(begun)
			<-answer
		}
		return asked, nil
	}
	call := func() {
		last, err := newest.after(t.Context(), ask)
		results <- fmt.Sprint(last, err)
	}
	go call()
	<-begun
	const late = 5
	for range late {
		go call()
	}
	eventually(t, "a second request is waited for", func() bool {
		newest.mu.Lock()
		defer newest.mu.Unlock()
		return newest.waiting != nil
	})
	close(answer)
	got := map[string]int{}
	for range late + 1 {
		got[<-results]++
	}
	if got["1 <nil>"] != 1 || asked > 1+late {
		t.Errorf("answers %v of %d requests", got, asked)
	}
}
