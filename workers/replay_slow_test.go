//go:build slow

package workers

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/reconciliation"
)

// Each kind of tampering is found with the first event that comes to something
// else, and nothing is reported of the other partner.
func TestReplayFindsTampering(t *testing.T) {
	t.Parallel()
	w := recordedWorld(t, 2)
	posting := `(select max(posting_no) / 2 from posting where partner_id = 'P100')`
	order := `(select order_id from customer_order where partner_id = 'P100' and document is not null order by order_id limit 1)`
	n := func(query string) int64 { return int64(w.count("select (" + query + ")::int")) }
	input := strconv.FormatInt(n(`select input_no from input where partner_id = 'P100' and type = 'order.placed.v1' and status = 'accepted' order by input_no offset 5 limit 1`), 10)
	for _, c := range []struct {
		name, change, undo string
		kinds              []reconciliation.Kind
		first              int64
	}{
		{"a posting", "update posting set amount = amount + 1 where partner_id = 'P100' and posting_no = " + posting,
			"update posting set amount = amount - 1 where partner_id = 'P100' and posting_no = " + posting,
			[]reconciliation.Kind{reconciliation.ReplayPosting, reconciliation.ReplayBalance},
			n("select input_no from posting where partner_id = 'P100' and posting_no = " + posting)},
		{"the document of a row", `update customer_order set document = replace(document::text, '"CustomerID":"', '"CustomerID":"X')::json where partner_id = 'P100' and order_id = ` + order,
			`update customer_order set document = replace(document::text, '"CustomerID":"X', '"CustomerID":"')::json where partner_id = 'P100' and order_id = ` + order,
			[]reconciliation.Kind{reconciliation.ReplayDigest}, 0},
		{"a recorded payload", `update input set payload = replace(convert_from(payload, 'UTF8'), '"C', '"D')::bytea where partner_id = 'P100' and input_no = ` + input,
			`update input set payload = replace(convert_from(payload, 'UTF8'), '"D', '"C')::bytea where partner_id = 'P100' and input_no = ` + input,
			[]reconciliation.Kind{reconciliation.ReplayInput}, n(input)},
		{"what became of an input", `update input set status = 'rejected', code = 'internal' where partner_id = 'P100' and input_no = ` + input,
			"", []reconciliation.Kind{reconciliation.ReplayDecision}, n(input)},
	} {
		w.tampered(c.change)
		partners, _ := w.replayed(ReplayOrder{})
		p := partners["P100"]
		var kinds []reconciliation.Kind
		for _, f := range p.Findings {
			kinds = append(kinds, f.Kind)
		}
		if !slices.Equal(kinds, c.kinds) || len(partners["P101"].Findings) > 0 {
			t.Errorf("%s: found %q, want %q; %+v", c.name, kinds, c.kinds, partners["P101"].Findings)
		}
		switch {
		case p.First == nil:
			t.Errorf("%s: no first event", c.name)
		case c.first == 0: // of a row: the last event that changed it is of its order
			if !strings.Contains(p.First.ID, fmt.Sprint(p.Findings[0].Key("id"))) {
				t.Errorf("%s: first event %+v, finding of %q", c.name, p.First, p.Findings[0].Keys)
			}
		case p.First.InputNo != c.first:
			t.Errorf("%s: first event %+v, want input %d", c.name, p.First, c.first)
		}
		if open := w.kept(p); !slices.Contains(open, string(c.kinds[0])) {
			t.Errorf("%s: open are %q", c.name, open)
		}
		if c.undo != "" {
			w.tampered(c.undo)
		} else {
			w.tampered(`update input set status = 'accepted', code = '' where partner_id = 'P100' and input_no = ` + input)
		}
	}
	partners, _ := w.replayed(ReplayOrder{})
	if open := w.kept(partners["P100"]); len(open) > 0 {
		t.Errorf("%q are open after all was undone: %+v", open, partners["P100"])
	}
	w.tampered(`update reference_log set payload = replace(convert_from(payload, 'UTF8'), '"470"', '"471"')::bytea where scope = '_all'`)
	partners, _ = w.replayed(ReplayOrder{})
	if p := partners[events.AllPartners]; len(p.Findings) != 1 || p.First.ID != "product/PR0" {
		t.Errorf("a changed price: %+v", p)
	}
	w.tampered(`update reference_log set payload = replace(convert_from(payload, 'UTF8'), '"471"', '"470"')::bytea where scope = '_all'`)
	dropped := n(input)
	w.tampered(fmt.Sprintf("delete from input where partner_id = 'P100' and input_no = %d", dropped))
	partners, outcome := w.replayed(ReplayOrder{PartnerID: "P100"})
	p := partners["P100"]
	if len(w.kept(p)) != 1 || len(p.Findings) != 1 || p.Findings[0].Kind != reconciliation.ReplayInput || p.First.InputNo != dropped || p.Whole || outcome.Digest != "" {
		t.Errorf("a dropped input %d: %+v", dropped, p)
	}
	if p.Inputs != dropped-1 || p.Postings == 0 {
		t.Errorf("%d inputs before the hole at %d, %d postings", p.Inputs, dropped, p.Postings)
	}
}
