package workers

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/schedule"
)

var update = flag.Bool("update", false, "write the golden files instead of comparing with them")

// How much is compared grows with the kinds of findings, and is none of what is told here.
var comparedCount = regexp.MustCompile(`"compared_count":[0-9]+`)

// A worker fires the reconciliation by its clock and works on it: a row that somebody changed around the triggers is a
// finding, which is stored and told on the stream; when the row is mended the next run closes it, and tells that.
func TestScheduledReconciliation(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var others []string
	for _, name := range schedule.Names() {
		if name != decision.JobReconcile {
			others = append(others, fmt.Sprintf(`{"name": %q, "off": true}`, name))
		}
	}
	h := newHistory(t, 395, "P100", "P101")
	wall := &handWall{now: h.at.Add(time.Minute)}
	w := r.scheduled(wall, sitesWith(t, map[string]string{"cn": strings.Join(others, ", ")}))
	r.publish(h.reference("immediate"))
	r.publish(h.facts(20, 1))
	w.drained()
	pool := r.pool()
	changed := func(sql string) {
		t.Helper()
		err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
			_, err := tx.Exec(t.Context(), "set local session_replication_role = replica; "+sql)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	const bill = "where bill_id = (select min(bill_id) from incentive_bill)"
	changed("update incentive_bill set total = total + 1, payable = payable + 1 " + bill)
	at := time.Date(2026, 3, 6, 4, 0, 1, 0, shanghai)
	wall.turn(at)
	r.finished(wall, 1)
	if modes := r.count("select count(*) from reconciliation_run where mode = 'full' and state = 'finished' and run_id = 'reconcile/cn/2026-03-06T04:00'"); modes != 1 {
		t.Errorf("%d full runs of the 6th are finished", modes)
	}
	if n := r.count("select count(*) from finding where kind = 'row_differs' and state = 'open' and opened_run = 'reconcile/cn/2026-03-06T04:00'"); n != 1 {
		t.Errorf("%d findings of the row are open", n)
	}
	changed("update incentive_bill set total = total - 1, payable = payable - 1 " + bill)
	wall.turn(at.AddDate(0, 0, 1))
	r.finished(wall, 2)
	if open, closed := r.count("select count(*) from finding where state = 'open'"), r.count("select count(*) from finding where closed_run = 'reconcile/cn/2026-03-07T04:00'"); open != 0 || closed != 1 {
		t.Errorf("%d findings are open, %d were closed", open, closed)
	}
	w.drained()
	var told []string
	eventually(t, "both runs are told", func() bool {
		told = told[:0]
		for _, m := range r.output() {
			if strings.Contains(m.subject, ".reconciliation.") {
				told = append(told, fmt.Sprintf("%s %s %s\n%s\n", m.subject, m.partner, m.id, comparedCount.ReplaceAll(m.data, []byte(`"compared_count":0`))))
			}
		}
		return len(told) >= 4
	})
	w.halt()
	goldenOf(t, "reconciliation.txt", strings.Join(told, ""))
}

// goldenOf compares text with a file below testdata.
func goldenOf(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil { //nolint:gosec // as the other files of the tree
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if text != string(want) {
		t.Errorf("%s differs: run the tests with -update and look at the change\n got:\n%s\nwant:\n%s", name, text, want)
	}
}
