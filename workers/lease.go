package workers

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/accruald/accruald/events/bus"
	"github.com/accruald/accruald/schema/db"
)

const (
	heartbeatInterval = time.Second
	// silenceSecondsMax is after which silence a replica is taken for dead, by
	// the database's clock. With one heartbeat and the opening of readers, a
	// takeover is done within 11 s of a crash.
	silenceSecondsMax = 8
	// replicaRowSecondsMax keeps the rows of ended processes for an operator.
	replicaRowSecondsMax = 3_600
	leaseWaitMax         = 5 * time.Second

	// referencePartition stands behind the partitions of the input: its lease
	// is the right to grow the reference log, its outbox what that sends.
	referencePartition = bus.Partitions
)

// lease is the right to decide a partition, valid while its epoch stands.
type lease struct {
	partition int
	epoch     int64
}

// keeper shares the partitions among the live replicas: each partition wants
// the replica whose hash with it is highest, so that a replica that comes or
// goes moves only its own share. It never takes a partition from one that
// lives: that one gives it up, after its batch.
type keeper struct {
	queries *db.Queries
	replica string
	silence int32 // seconds after which a replica is taken for dead
	lanes   int
	log     *slog.Logger
	health  *health
	changes broadcast

	mu     sync.Mutex
	held   map[int]int64 // partition -> epoch, as the database had it
	wanted map[int]bool
}

func newKeeper(queries *db.Queries, replica string, lanes int, log *slog.Logger, health *health) *keeper {
	return &keeper{queries: queries, replica: replica, silence: silenceSecondsMax, lanes: lanes, log: log, health: health,
		held: map[int]int64{}, wanted: map[int]bool{}}
}

// run beats until ctx ends. Without the database it goes on trying: what is
// held stays in use, since only the database could say who else has it.
func (k *keeper) run(ctx context.Context) error {
	var wait backoff
	for {
		next := heartbeatInterval
		switch err := k.beat(ctx); {
		case err == nil:
			wait.reset()
		case ctx.Err() == nil:
			next = max(next, wait.next())
			k.log.Warn("no heartbeat: the database does not answer", "err", err, "next_try_in", next)
		}
		k.health.beat(loopLeases)
		if !pause(ctx, next) {
			return nil
		}
	}
}

// beat says that this replica lives and takes what is free and wanted.
func (k *keeper) beat(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, leaseWaitMax)
	defer cancel()
	if err := k.queries.Heartbeat(ctx, k.replica); err != nil {
		return fmt.Errorf("write heartbeat of replica %q: %w", k.replica, err)
	}
	live, err := k.queries.LiveReplicas(ctx, k.silence)
	if err != nil {
		return fmt.Errorf("read live replicas: %w", err)
	}
	owners, err := k.queries.Owners(ctx)
	if err != nil {
		return fmt.Errorf("read owners of partitions: %w", err)
	}
	held, wanted, free := map[int]int64{}, map[int]bool{}, []int32(nil)
	for _, row := range owners {
		partition := int(row.Partition)
		if preferred(live, partition) == k.replica {
			wanted[partition] = true
			if row.Owner == nil || !slices.Contains(live, *row.Owner) {
				free = append(free, row.Partition)
			}
		}
		if row.Owner != nil && *row.Owner == k.replica {
			held[partition] = row.Epoch
		}
	}
	if len(free) > 0 {
		taken, err := k.queries.Claim(ctx, k.replica, free, k.silence)
		if err != nil {
			return fmt.Errorf("take %d free partitions: %w", len(free), err)
		}
		for _, row := range taken {
			held[int(row.Partition)] = row.Epoch
		}
		k.log.Info("partitions taken", "count", len(taken), "live_replicas", len(live))
	}
	k.update(held, wanted)
	if err := k.queries.RemoveSilentReplicas(ctx, replicaRowSecondsMax); err != nil {
		return fmt.Errorf("remove rows of ended replicas: %w", err)
	}
	return nil
}

func (k *keeper) update(held map[int]int64, wanted map[int]bool) {
	k.mu.Lock()
	same := maps.Equal(k.held, held) && maps.Equal(k.wanted, wanted)
	k.held, k.wanted = held, wanted
	k.mu.Unlock()
	if !same {
		k.changes.announce()
	}
}

// assigned are the leases that a lane is to use now, and a channel that is
// closed when any lease changes.
func (k *keeper) assigned(lane int) ([]lease, <-chan struct{}) {
	changed := k.changes.next()
	k.mu.Lock()
	defer k.mu.Unlock()
	var leases []lease
	for _, partition := range slices.Sorted(maps.Keys(k.held)) {
		if partition < bus.Partitions && partition%k.lanes == lane && k.wanted[partition] {
			leases = append(leases, lease{partition, k.held[partition]})
		}
	}
	return leases, changed
}

// reference is the lease of the reference log, if this replica has it.
func (k *keeper) reference() (lease, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	epoch, held := k.held[referencePartition]
	return lease{referencePartition, epoch}, held && k.wanted[referencePartition]
}

// leavingReference reports whether the reference lease is held and wanted by
// another replica.
func (k *keeper) leavingReference() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	_, held := k.held[referencePartition]
	return held && !k.wanted[referencePartition]
}

// holds reports whether a partition is held and to be decided here.
func (k *keeper) holds(partition int) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	_, held := k.held[partition]
	return held && k.wanted[partition]
}

// count is how many partitions of the input are held.
func (k *keeper) count() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	n := len(k.held)
	if _, held := k.held[referencePartition]; held {
		n--
	}
	return n
}

// release gives partitions up, for whoever wants them.
func (k *keeper) release(ctx context.Context, partitions []int) error {
	if len(partitions) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, leaseWaitMax)
	defer cancel()
	if err := k.queries.Release(ctx, numbers32(partitions), k.replica); err != nil {
		return fmt.Errorf("give up %d partitions: %w", len(partitions), err)
	}
	k.mu.Lock()
	for _, partition := range partitions {
		delete(k.held, partition)
	}
	k.mu.Unlock()
	return nil
}

// leave gives everything up and takes the replica off the list, so that the
// others need not wait for its silence.
func (k *keeper) leave(ctx context.Context) error {
	all := make([]int, 0, referencePartition+1)
	for partition := range referencePartition + 1 {
		all = append(all, partition)
	}
	if err := k.release(ctx, all); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, leaseWaitMax)
	defer cancel()
	if err := k.queries.RemoveReplica(ctx, k.replica); err != nil {
		return fmt.Errorf("take replica %q off the list: %w", k.replica, err)
	}
	return nil
}

// preferred is the replica whose hash with the partition is highest.
func preferred(replicas []string, partition int) string {
	best, highest := "", uint64(0)
	for _, replica := range replicas {
		sum := sha256.Sum256(binary.BigEndian.AppendUint32([]byte(replica), uint32(partition)))
		if weight := binary.BigEndian.Uint64(sum[:]); best == "" || weight > highest {
			best, highest = replica, weight
		}
	}
	return best
}

func numbers32(partitions []int) []int32 {
	numbers := make([]int32, len(partitions))
	for i, partition := range partitions {
		numbers[i] = int32(partition) // 0 to 64
	}
	return numbers
}
