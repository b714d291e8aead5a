package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/events/bus"
	"github.com/accruald/accruald/schema"
	"github.com/accruald/accruald/schema/dbtest"
	"github.com/accruald/accruald/workers"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/site"
)

// kept is a database in which the worked example was decided in the order of its lines.
type kept struct {
	t        *testing.T
	database []string // flags
	memory   *decision.Memory
}

// keepBooks decides the worked example event by event, so that inputs and postings have the same numbers each time.
func keepBooks(t *testing.T) *kept {
	t.Helper()
	k := &kept{t: t, database: []string{"--database-url", dbtest.URL(t)}, memory: decision.NewMemory(site.Default())}
	config, err := schema.ParseConfig(k.database[1])
	if err != nil {
		t.Fatal(err)
	}
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	frame := workers.NewFrame(pool, k.memory.Common, site.Default()) // memory keeps the reference data for both
	for line := range strings.Lines(read(t, examplePath)) {
		ev, err := events.DecodeStructured([]byte(line))
		if err != nil {
			t.Fatal(err)
		}
		inputs := []*events.Event{ev}
		if fired, is := ev.Data.(*events.ScheduleFired); is {
			inputs = nil
			for _, id := range k.memory.Enrolled(fired.Site) {
				applied, err := decision.FanOut(ev, id, site.Default())
				if err != nil {
					t.Fatal(err)
				}
				inputs = append(inputs, applied)
			}
		} else if ev.PartitionKey == events.AllPartners {
			inputs = nil
		}
		if _, err := k.memory.Fold(ev, nil); err != nil {
			t.Fatal(err)
		}
		for _, input := range inputs {
			if _, err := frame.Process(t.Context(), []workers.Delivery{{Event: input, Partition: bus.PartitionOf(input.PartitionKey)}}, workers.Position{}); err != nil {
				t.Fatal(err)
			}
		}
	}
	return k
}

// TestLedgerOfTheWorkedExample shows the trial balance that the worked example comes to, in the database as in memory, and finds what a superuser changes in it.
func TestLedgerOfTheWorkedExample(t *testing.T) {
	t.Parallel()
	k := keepBooks(t)
	var all strings.Builder
	for _, args := range [][]string{
		{"trial-balance"}, {"trial-balance", "--partner", "P100", "--cycle", "2026-03"}, {"trial-balance", "--currency", "CNY", "--csv"},
		{"trial-balance", "--cycle", "2026-04", "--json"}, {"trial-balance", "--currency", "USD"}, {"verify"}, {"verify", "--partner", "P100", "--json"},
	} {
		got := k.ledger(args...)
		if got.status != statusDone || got.err != "" {
			t.Errorf("%q: status %d, complaints %q", args, got.status, got.err)
		}
		if slices.Contains(args, "--csv") {
			checkCSV(t, args, got.out)
		}
		all.WriteString("$ accruald ledger " + strings.Join(args, " ") + "\n" + strings.ReplaceAll(got.out, "\r\n", "\n") + "\n")
	}
	all.WriteString("$ accruald ledger accounts\n" + call(t, "", "ledger", "accounts").out)
	golden(t, "ledger.txt", all.String())
	if last := k.memory.Partners["P100"].Counters.PostingHash.String(); !strings.Contains(all.String(), "sound, last hash "+last) {
		t.Errorf("in memory the last hash is %s", last)
	}

	k.tamper("update posting set amount = amount + 0.01 where posting_no = 3")
	verified, balanced := k.ledger("verify"), k.ledger("trial-balance")
	if verified.status != statusRefused || !strings.Contains(verified.err, `posting 3 of partner "P100"`) || !strings.Contains(verified.out, "broken at posting 3") {
		t.Errorf("verify: %+v", verified)
	}
	if balanced.status != statusRefused || !strings.Contains(balanced.err, "out of balance in CNY by 0.01") || !strings.Contains(balanced.out, "total") {
		t.Errorf("trial balance: %+v", balanced)
	}
	if got := k.ledger("verify", "--json"); got.status != statusRefused || !strings.Contains(got.out, `"posting_no": 3`) || !strings.Contains(got.out, `"sound": false`) {
		t.Errorf("verify --json: %+v", got)
	}
	k.tamper("update posting set amount = amount - 0.01 where posting_no = 3", "update posting set account = 'pocket' where posting_no = 3")
	if got := k.ledger("trial-balance"); got.status != statusDone || !strings.Contains(got.out, "not in the chart of accounts") {
		t.Errorf("an account that is not in the chart: %+v", got)
	}
	k.tamper("insert into posting select 'P101', posting_no, input_no, fact, account, bill_id, currency, amount, hash from posting where posting_no < 3")
	if got := k.ledger("verify"); got.status != statusRefused || !strings.Contains(got.err, `2 ledgers are broken, the first of them: posting 3 of partner "P100"`) || strings.Count(got.err, "\n") != 1 {
		t.Errorf("two broken ledgers: %+v", got)
	}
	if got := k.ledger("verify", "--partner", "P7"); got.status != statusRefused || !strings.Contains(got.err, `"P7"`) {
		t.Errorf("verify an unknown partner: %+v", got)
	}
}

func (k *kept) ledger(args ...string) result {
	k.t.Helper()
	return call(k.t, "", slices.Concat([]string{"ledger"}, args, k.database)...)
}

// tamper changes rows as somebody to whom no trigger applies.
func (k *kept) tamper(statements ...string) {
	k.t.Helper()
	config, err := schema.ParseConfig(k.database[1])
	if err != nil {
		k.t.Fatal(err)
	}
	conn, err := pgx.ConnectConfig(k.t.Context(), config.ConnConfig)
	if err != nil {
		k.t.Fatal(err)
	}
	for _, s := range append([]string{"set session_replication_role = replica"}, statements...) {
		if _, err := conn.Exec(k.t.Context(), s); err != nil {
			k.t.Errorf("%s: %v", s, err)
		}
	}
	if err := conn.Close(k.t.Context()); err != nil {
		k.t.Error(err)
	}
}
