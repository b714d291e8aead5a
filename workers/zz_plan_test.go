package workers

import (
	"fmt"
	"strings"
	"testing"

	"github.com/accruald/accruald/schema/db"
)

func TestZZPlans(t *testing.T) {
	w := newWorld(t)
	for _, s := range []string{
		`insert into partner (partner_id, waiting, retryable) select 'P'||i, (i%50=0)::int, (i%70=0)::int from generate_series(0,999) i`,
		`insert into customer_order select 'P'||(i%1000), 'O'||i, 1, 'C', 'settled', ('{"a":"'||repeat('x',500)||'"}')::json from generate_series(1,200000) i`,
		`insert into chain select 'P'||(i%1000), 'O'||i, 1, '{}' from generate_series(1,200000) i`,
		`insert into chain_key select 'P'||(i%1000), 'o/O'||i, 'O'||i from generate_series(1,200000) i`,
		`insert into resource select 'P'||(i%1000), 'R'||i, 1, 'C', 'active', '{}' from generate_series(1,200000) i`,
		`insert into incentive_detail select 'P'||(i%1000), 'D'||i, 1, 'B'||(i%1000)||'-'||(i/1000%12), 'O'||i, null, 'CNY', 1, 0, '{}' from generate_series(1,200000) i`,
		`insert into incentive_bill select 'P'||(i%1000), 'B'||(i%1000)||'-'||(i/1000%12), 1, '2026-03','P','resale','CNY','estimated',0,0,0,0,0,0,0,'{}' from generate_series(1,12000) i`,
		`insert into input select 'P'||(i%1000), i/1000+1, 's','e'||i,'t','s','P'||(i%1000), now(), 0, now(), '{}'::bytea, sha256(i::text::bytea), case when i%1000=7 then 'waiting' else 'accepted' end, case when i%1000=7 then null else i/1000+1 end, 1, 1, 'o/O'||i, case when i%1000=7 then 'o/X'||i end, false,'','','',1,null,1 from generate_series(1,400000) i`,
		`insert into inbox_key select 'P'||(i%1000), substr(sha256(i::text::bytea),1,16), sha256(i::text::bytea), i/1000+1 from generate_series(1,400000) i`,
		`insert into debt select 'P'||(i%1000), 'O'||i, 1,'C','2026-03','CNY',1,0,0,'{}' from generate_series(1,20000) i`,
		`insert into hold select 'P'||(i%1000), 'H'||i, 1,'credit_not_repaid',true,'O'||i,'CNY',1,'{}' from generate_series(1,20000) i`,
		`insert into repayment select 'P'||(i%1000), 'Y'||i, 1,'CNY',1,'{}' from generate_series(1,5000) i`,
		`insert into payment_request select 'P'||(i%1000), 'Q'||i, 1,'paid','CNY',1,1,'{}' from generate_series(1,5000) i`,
		`insert into invoice select 'P'||(i%1000), 'I'||i, 1,'issued','Q'||i, array['O'||i],'CNY',1,'{}' from generate_series(1,5000) i`,
		`insert into allowance select 'P'||(i%1000), 'A'||i, 1,'{}' from generate_series(1,5000) i`,
		`insert into reference_log select 'P'||(i%1000), i/1000+1,'s','e','t','s',now(),0,'','' from generate_series(1,20000) i`,
		`insert into outbox select i%64, i/64, 'm','t','P','s',now(),0,'' from generate_series(64,100000) i`,
		`update stream_position set outbox_no = 2000`,
		`analyze`,
	} {
		if _, err := w.pool.Exec(t.Context(), s); err != nil {
			t.Fatal(s, err)
		}
	}
	var ps, os, keys, rs, bs, ds, hs []string
	for i := 1; i <= 256; i++ {
		ps = append(ps, fmt.Sprintf("'P%d'", (i*37)%1000))
		os = append(os, fmt.Sprintf("'O%d'", i*37))
		keys = append(keys, fmt.Sprintf("'o/O%d'", i*37))
		rs = append(rs, fmt.Sprintf("'R%d'", i*37))
		bs = append(bs, fmt.Sprintf("'B%d-3'", (i*37)%1000))
		ds = append(ds, fmt.Sprintf("'Q%d'", i*19))
		hs = append(hs, fmt.Sprintf("substr(sha256('%d'::bytea),1,16)", i*37))
	}
	arr := func(s []string) string { return "array[" + strings.Join(s, ",") + "]" }
	seq := func(v string) string { return "array_fill(" + v + ", array[256])" }
	uniq := arr(ps[:27])
	_, _, _, _, _, _ = keys, rs, bs, ds, seq, uniq
	_, _, _ = os, ps, hs
	for _, q := range []struct {
		name, sql string
		args      []string
		perform   bool
	}{
		{"CleanOutbox", db.CleanOutbox, []string{"array[1,2,3]", "array[500,500,500]", "10000"}, false},
		{"StuckInputs", db.StuckInputs, []string{"20"}, true},
	} {
		sql := q.sql
		for i := len(q.args); i > 0; i-- {
			sql = strings.ReplaceAll(sql, fmt.Sprintf("$%d", i), q.args[i-1])
		}
		for _, planned := range []bool{true, false} {
			tx, _ := w.pool.Begin(t.Context())
			if planned {
				if _, err := tx.Exec(t.Context(), db.PlanForKeys); err != nil {
					t.Fatal(err)
				}
			}
			rows, err := tx.Query(t.Context(), "explain (analyze, costs off, timing off, summary on) "+sql)
			if err != nil {
				t.Log(q.name, err)
				continue
			}
			var out []string
			for rows.Next() {
				var line string
				_ = rows.Scan(&line)
				if strings.Contains(line, "Scan") || strings.Contains(line, "Cond") || strings.Contains(line, "Filter") || strings.Contains(line, "Execution") || strings.Contains(line, "Join") || strings.Contains(line, "Loop") || strings.Contains(line, "Sort ") {
					if len(line) > 150 {
						line = line[:150]
					}
					out = append(out, line)
				}
			}
			if rows.Err() != nil {
				out = append(out, rows.Err().Error())
			}
			_ = tx.Rollback(t.Context())
			fmt.Printf("== %s planned=%t\n%s\n", q.name, planned, strings.Join(out, "\n"))
		}
	}
}
