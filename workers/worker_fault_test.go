//go:build slow

package workers

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/events/bus"
	"github.com/accruald/accruald/schema"
	"github.com/accruald/accruald/schema/dbtest"
	"github.com/accruald/accruald/schema/pgserver"
)

// Variables that make a test process a worker, to be killed.
const (
	childDatabaseVariable = "ACCRUALD_TEST_CHILD_DATABASE"
	childBrokerVariable   = "ACCRUALD_TEST_CHILD_BROKER"
	childDeadlyVariable   = "ACCRUALD_TEST_CHILD_DEADLY_EVENT"
	childSilenceVariable  = "ACCRUALD_TEST_CHILD_SILENCE_SECONDS"
	childWallVariable     = "ACCRUALD_TEST_CHILD_WALL" // the time that its clock shows: it fires jobs
)

// TestConfigIsChecked refuses a worker that does not know its servers. In a
// process started by child it is the worker instead.
func TestConfigIsChecked(t *testing.T) {
	if database := os.Getenv(childDatabaseVariable); database != "" {
		beChild(t, database)
		return
	}
	for _, config := range []Config{
		{},
		{DatabaseURL: "postgres://127.0.0.1/x"},
		{DatabaseURL: "postgres://127.0.0.1/x", Bus: bus.Config{URL: "nats://127.0.0.1"}, BatchMax: BatchMaxLimit + 1},
		{DatabaseURL: "postgres://127.0.0.1/x", Bus: bus.Config{URL: "nats://127.0.0.1"}, Lanes: -1},
		{DatabaseURL: "postgres://127.0.0.1/x", Bus: bus.Config{URL: "nats://127.0.0.1"}, Clock: "sundial"},
		{DatabaseURL: "no url at all", Bus: bus.Config{URL: "nats://127.0.0.1"}},
	} {
		if _, err := New(config); err == nil {
			t.Errorf("accepted: %+v", config)
		}
	}
}

// deadly ends the process when it decides a certain event: after the try was
// noted, as deciding does.
type deadly struct {
	frame
	id string
}

func (d deadly) Process(ctx context.Context, batch []Delivery, position Position, before ...func(context.Context) error) (Committed, error) {
	for _, one := range batch {
		if one.Event.ID == d.id && one.Rejection == nil {
			for _, note := range before {
				if err := note(ctx); err != nil {
					return Committed{}, err
				}
			}
			os.Exit(9)
		}
	}
	return d.frame.Process(ctx, batch, position, before...)
}

func beChild(t *testing.T, database string) {
	config := Config{DatabaseURL: database, Bus: bus.Config{URL: os.Getenv(childBrokerVariable)}, Clock: ClockInput, BatchMax: 8}
	if wall := os.Getenv(childWallVariable); wall != "" {
		now, err := time.Parse(time.RFC3339, wall)
		if err != nil {
			t.Fatal(err)
		}
		config.Clock, config.Wall, config.Sites = ClockWall, &handWall{now: now}, closingSites(t)
	}
	worker, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	if id := os.Getenv(childDeadlyVariable); id != "" {
		worker.frame = deadly{worker.frame, id}
	}
	if seconds, err := strconv.Atoi(os.Getenv(childSilenceVariable)); err == nil {
		worker.keeper.silence = int32(seconds)
	}
	if err := worker.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// child starts a worker in a process of its own.
func (r *rig) child(variables ...string) *exec.Cmd {
	r.t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestConfigIsChecked$")
	cmd.Env = append(os.Environ(), childDatabaseVariable+"="+r.database, childBrokerVariable+"="+r.server.URL())
	cmd.Env = append(cmd.Env, variables...)
	if err := cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return cmd
}

// takeoverMax is how long a crashed owner's partitions may stand still: its
// silence, a heartbeat of another, and the opening of readers.
const (
	takeoverMax = 11 * time.Second
	openingMax  = 2 * time.Second
)

const _ = uint(takeoverMax - silenceSecondsMax*time.Second - heartbeatInterval - openingMax) // not negative

// TestKilledReplicaIsTakenOver kills one of two workers in the middle of its
// load. The other takes its partitions over with its first heartbeat after the
// silence, which is counted in heartbeats of the database's clock: a slow
// machine makes them late, not more.
func TestKilledReplicaIsTakenOver(t *testing.T) {
	t.Parallel()
	const silence = 3
	r := newRig(t)
	small := func(c *Config) { c.BatchMax = 8 }
	survivor := r.work(small, func(w *Worker) { w.keeper.silence = silence })
	facts := r.load(41, 600, partnersNamed(12)...)
	victim := r.child(childSilenceVariable + "=" + strconv.Itoa(silence))
	pool := r.pool()
	owned := func(also string) (n int) {
		err := pool.QueryRow(t.Context(), "select count(*) from stream_position where owner <> $1 and partition < 64"+also, survivor.keeper.replica).Scan(&n)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	eventually(t, "the other process owns partitions", func() bool { return owned("") > 0 })
	r.publish(facts)
	eventually(t, "the other process decides", func() bool { return owned(" and position > 0") > 0 })
	if err := victim.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = victim.Wait()
	late := map[time.Time]bool{} // heartbeats after the silence that found the partitions not taken over
	eventually(t, "everything is taken over", func() bool {
		var beat time.Time
		var silent, left bool
		err := pool.QueryRow(t.Context(), `select s.heartbeat_at, s.heartbeat_at > v.heartbeat_at + make_interval(secs => $2),
				exists (select from stream_position p where p.owner = v.replica_id and p.partition < 64)
			from replica s, replica v where s.replica_id = $1 and v.replica_id <> $1`, survivor.keeper.replica, silence).Scan(&beat, &silent, &left)
		if err != nil {
			t.Fatal(err)
		}
		if left && silent {
			late[beat] = true
		}
		return !left
	})
	if len(late) > 1 {
		t.Errorf("partitions were taken over after %d heartbeats, not with the first", len(late))
	}
	survivor.drained()
	survivor.halt()
	r.sound()
}

// TestDatabaseRestart kills the database in the middle of the load.
func TestDatabaseRestart(t *testing.T) {
	t.Parallel()
	server := dbtest.Server(t)
	r := newRigOn(t, server.URL(schema.Name))
	w := r.work(func(c *Config) { c.BatchMax = 8 }, nil)
	facts := r.load(51, 400, partnersNamed(6)...)
	r.publish(facts)
	w.decidedAtLeast(60)
	if err := server.Kill(pgserver.KillModeHard); err != nil {
		t.Fatal(err)
	}
	eventually(t, "/readyz names the database", func() bool { return w.health.ready().Missing[conditionDatabase] != "" })
	if err := server.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.drained()
	eventually(t, "/readyz is ready again", func() bool { return len(w.health.ready().Missing) == 0 })
	w.halt()
	r.sound()
}

// TestBrokerRestart stops the broker in the middle of the load.
func TestBrokerRestart(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	w := r.work(func(c *Config) { c.BatchMax = 8 }, nil)
	facts := r.load(61, 400, partnersNamed(6)...)
	r.publish(facts)
	w.decidedAtLeast(60)
	r.server.Shutdown()
	eventually(t, "/readyz names the broker", func() bool { return w.health.ready().Missing[conditionBroker] != "" })
	r.startBroker()
	w.drained()
	w.halt()
	r.sound()
}

// TestOlderDatabaseReadsTheRestAgain goes on with a copy of the database from
// before the second half of the load.
func TestOlderDatabaseReadsTheRestAgain(t *testing.T) {
	t.Parallel()
	server := dbtest.Server(t)
	r := newRigOn(t, server.URL(schema.Name))
	first := r.work(nil, nil)
	facts := r.load(71, 200, partnersNamed(4)...)
	half := len(facts) / 2
	r.publish(facts[:half])
	first.drained()
	first.halt()

	conn, err := pgx.Connect(t.Context(), server.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = conn.Exec(t.Context(), "create database older template "+schema.Name)
	if err = errors.Join(err, conn.Close(t.Context())); err != nil {
		t.Fatal(err)
	}
	second := r.work(nil, nil)
	r.publish(facts[half:])
	second.drained()
	second.halt()
	r.sound()

	r.database = server.URL("older")
	third := r.work(nil, nil)
	third.drained()
	third.halt()
	r.sound()
	if got := third.Progress(); got.Decided != int64(len(facts)-half) || got.Duplicates != 0 {
		t.Errorf("the restored database was given %d events again, of %d; %d were duplicates", got.Decided, len(facts)-half, got.Duplicates)
	}
}

// TestDeadlyEventIsPoison restarts a worker that one event kills, until that
// event is given up and everything else decided.
func TestDeadlyEventIsPoison(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	w := r.work(nil, nil)
	facts := r.load(81, 40, "P100")
	w.halt()
	r.send(facts)
	const number = 20
	for i, ev := range facts {
		if i == number {
			r.foldOne(ev, poisoned(poisonAttemptsMin, nil))
		} else {
			r.foldOne(ev, nil)
		}
	}
	const deathsMax = 3 * poisonAttemptsMin
	for deaths := 0; ; deaths++ {
		child := r.child(childDeadlyVariable+"="+facts[number].ID, childSilenceVariable+"=1")
		ended := make(chan error, 1)
		go func() { ended <- child.Wait() }()
		done := r.givenUpOrEnded(facts[number], ended)
		if done {
			break
		}
		if deaths == deathsMax {
			t.Fatalf("%d processes died of the event", deaths)
		}
	}
	last := r.work(nil, func(w *Worker) { w.keeper.silence = 1 })
	last.drained()
	last.halt()
	r.sound()
}

// givenUpOrEnded waits until the event is rejected as poison, or the process
// has died of it.
func (r *rig) givenUpOrEnded(ev *events.Event, ended <-chan error) (givenUp bool) {
	r.t.Helper()
	pool := r.pool()
	defer pool.Close()
	eventually(r.t, "the event is given up or ends the process", func() bool {
		var n int
		err := pool.QueryRow(r.t.Context(), "select count(*) from input where event_id = $1 and code = $2", ev.ID, CodePoison).Scan(&n)
		if err != nil {
			r.t.Fatal(err)
		}
		givenUp = n > 0
		select {
		case <-ended:
			return true
		default:
			return givenUp
		}
	})
	return givenUp
}
