//go:build slow

package pgserver

import (
	"testing"
)

func TestKilledServerRecovers(t *testing.T) {
	t.Parallel()
	for name, mode := range map[string]KillMode{"immediate": KillModeImmediate, "hard": KillModeHard} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := start(t, Options{})
			url := server.URL("postgres")
			conn := connect(t, url)
			execute(t, conn, "create table kept as select 7 as n")
			open := connect(t, url)
			execute(t, open, "begin; insert into kept values (8)")
			require(t, server.Kill(mode))
			if err := conn.Ping(t.Context()); err == nil {
				t.Error("a connection survived the kill")
			}
			require(t, server.Restart(t.Context()))
			if server.URL("postgres") != url {
				t.Errorf("address is %q after the restart, want %q", server.URL("postgres"), url)
			}
			if got := queryText(t, connect(t, url), "select string_agg(n::text, ',') from kept"); got != "7" {
				t.Errorf("recovered %q, want the committed row 7 alone", got)
			}
		})
	}
}
