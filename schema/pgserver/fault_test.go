package pgserver

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestKillRefusesUnknownMode(t *testing.T) {
	t.Parallel()
	requireError(t, start(t, Options{}).Kill(0), "mode 0")
}

func TestOwnerKilledPersistent(t *testing.T) {
	t.Parallel()
	dir := testFolder(t)
	seed(t, dir)
	owner := startHelper(t, dir, "")
	execute(t, connect(t, owner.url), "create table kept as select 7 as n")
	_, err := Start(t.Context(), Options{Dir: dir, Persistent: true})
	requireError(t, err, "by process "+strconv.Itoa(owner.cmd.Process.Pid))
	owner.kill(t)

	server := start(t, Options{Dir: dir, Persistent: true})
	if server.PID() == owner.serverPID {
		t.Errorf("process %d of the killed owner is reused", owner.serverPID)
	}
	if runs, err := serverRuns(owner.serverPID, server.dataDir()); err != nil || runs {
		t.Errorf("the killed owner's server runs: %v, %v", runs, err)
	}
	if got := queryText(t, connect(t, server.URL("postgres")), "select n::text from kept"); got != "7" {
		t.Errorf("kept %q, want 7", got)
	}
}

func TestOwnerKilledTemporary(t *testing.T) {
	t.Parallel()
	parent := testFolder(t)
	owner := startHelper(t, parent, template)
	alive := start(t, Options{Dir: parent})
	owner.kill(t)
	next := start(t, Options{Dir: parent})
	folders, err := filepath.Glob(filepath.Join(parent, "*"))
	require(t, err)
	if len(folders) != 2 {
		t.Errorf("folders %q, want those of the two living owners", folders)
	}
	for _, server := range []*Server{alive, next} {
		require(t, connect(t, server.URL("postgres")).Ping(t.Context()))
	}
}

// Where the kernel did not end the server with its owner, it is alive and its folder
// unlocked.
func TestLiveLeftoverIsStopped(t *testing.T) {
	t.Parallel()
	options := Options{Dir: testFolder(t), Persistent: true}
	seed(t, options.Dir)
	var told []string
	options.Notify = func(text string) { told = append(told, text) }
	ctx, cancel := context.WithTimeout(t.Context(), testWaitMax)
	defer cancel()
	left, err := Start(ctx, options)
	require(t, err)
	execute(t, connect(t, left.URL("postgres")), "create table kept as select 7 as n")
	require(t, left.lock.Close()) // what the death of an owner does

	server := start(t, options)
	<-left.server.done
	require(t, left.server.err) // a fast shutdown, no kill
	if got := queryText(t, connect(t, server.URL("postgres")), "select n::text from kept"); got != "7" {
		t.Errorf("kept %q, want 7", got)
	}
	if last := told[len(told)-1]; !strings.Contains(last, "stopping") {
		t.Errorf("told %q last, want the stopping of the leftover", last)
	}
}

// The number in a stale pid file may meanwhile belong to anybody, also to a process
// of the server's user, where PostgreSQL itself gives up.
func TestReusedProcessIDIsLeftAlone(t *testing.T) {
	t.Parallel()
	server := start(t, Options{})
	execute(t, connect(t, server.URL("postgres")), "create table kept as select 7 as n")
	require(t, server.Kill(KillModeHard))
	stranger, err := launch(exec.Command("sleep", "600"), server.runAs)
	require(t, err)
	t.Cleanup(func() {
		_ = stranger.cmd.Process.Kill()
		<-stranger.done
	})
	content, err := os.ReadFile(pidFile(server.dataDir()))
	require(t, err)
	_, rest, _ := strings.Cut(string(content), "\n")
	require(t, os.WriteFile(pidFile(server.dataDir()), []byte(strconv.Itoa(stranger.pid())+"\n"+rest), 0o600))

	require(t, stopLeftover(t.Context(), server.dataDir(), func(text string) { t.Error(text) }))
	require(t, server.Restart(t.Context()))
	if got := queryText(t, connect(t, server.URL("postgres")), "select n::text from kept"); got != "7" {
		t.Errorf("kept %q, want 7", got)
	}
	if !stranger.running() {
		t.Error("the unrelated process was ended")
	}
}

func TestRemoveLeftoverSparesWhatMayBeInUse(t *testing.T) {
	t.Parallel()
	parent := testFolder(t)
	young, old := filepath.Join(parent, temporaryPrefix+"1"), filepath.Join(parent, temporaryPrefix+"2")
	foreign := filepath.Join(parent, "somebody-elses")
	for _, dir := range []string{young, old, foreign} {
		require(t, os.Mkdir(dir, 0o700))
	}
	past := time.Now().Add(-unlockedAgeMax - time.Hour)
	require(t, os.Chtimes(old, past, past))
	require(t, os.Chtimes(foreign, past, past))
	require(t, removeLeftovers(t.Context(), parent, func(string) {}))
	left, err := filepath.Glob(filepath.Join(parent, "*"))
	require(t, err)
	if len(left) != 2 || left[0] != young || left[1] != foreign {
		t.Errorf("left %q, want %q and %q", left, young, foreign)
	}
}

func TestReadPostmasterRefusesNonsense(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]int{"": 0, "42\n/data\n": 42} {
		dir := t.TempDir()
		require(t, os.WriteFile(pidFile(dir), []byte(content), 0o600))
		found, err := readPostmaster(dir)
		require(t, err)
		if found.pid != want {
			t.Errorf("pid of %q is %d, want %d", content, found.pid, want)
		}
	}
	for _, content := range []string{"x\n", "-1\n", "0\n"} { // kill(-1) would reach everybody
		dir := t.TempDir()
		require(t, os.WriteFile(pidFile(dir), []byte(content), 0o600))
		_, err := readPostmaster(dir)
		requireError(t, err, "delete the file")
	}
}
