package api

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/accruald/accruald/workers/inquiry/access"
)

// leaks returns the ids in a text that the caller is not to know.
func (b *books) leaks(a *asker, bills map[string]string, text string) (out []string) {
	for _, m := range anyID.FindAllStringSubmatch(text, -1) {
		known := a.tree == m[1]
		if slices.Contains([]string{"C", "O", "V", "K"}, m[2]) && m[3] != "" {
			known = a.serves(m[1], m[3])
		}
		if !known && !strings.Contains(a.account()+a.PartnerID, m[0]) { // who names itself learns nothing
			out = append(out, m[0])
		}
	}
	for bill, tree := range bills {
		if tree != a.tree && strings.Contains(text, bill) {
			out = append(out, bill)
		}
	}
	return out
}

// judge compares what was answered for an object with what was answered for one that does not exist.
func judge(op *Operation, a *asker, p *probe, shown bool, got, absent reply) (findings []string) {
	find := func(wrong bool, format string, args ...any) {
		if wrong {
			findings = append(findings, fmt.Sprintf(format, args...))
		}
	}
	denied := `{"error_code":"CBC.0151","error_msg":"` + Denied().Message + `"}`
	find(shown && !p.nobodys && got == absent, "the caller is not shown its object: %+v", got)
	find(shown && !p.nobodys && op.Writes && absent.events >= got.events, "%d events are handed in for the object, %d for what is not there", got.events, absent.events)
	find(!shown && got != absent, "the object is answered by\n%+v\nwhat is not there by\n%+v", got, absent)
	find(!shown && got.events > 0 && !strings.Contains(p.body, "{resource}"), "%d events are handed in", got.events)
	find(!a.May(op.Right) && (got.status != http.StatusForbidden || got.body != denied), "without the right: %+v", got)
	return findings
}

// TestIsolationCanFail: each way of telling too much, or of proving nothing, is found.
func TestIsolationCanFail(t *testing.T) {
	t.Parallel()
	main := &asker{Caller: access.Caller{PartnerID: "isoAP", Roles: []access.Role{access.RoleMain}}, tree: "isoA"}
	finance := &asker{Caller: access.Caller{PartnerID: "isoAP", Roles: []access.Role{access.RoleFinance}}, tree: "isoA"}
	denied := reply{status: http.StatusForbidden, body: `{"error_code":"CBC.0151","error_msg":"` + Denied().Message + `"}`}
	reads, writes := &Operation{Right: access.Orders}, &Operation{Right: access.Orders, Writes: true}
	for name, c := range map[string]struct {
		op          *Operation
		asker       *asker
		shown       bool
		got, absent reply
	}{
		"another status":            {reads, main, false, reply{status: 400}, denied},
		"another header":            {reads, main, false, reply{status: 403, header: "Retry-After", body: denied.body}, denied},
		"other words":               {reads, main, false, reply{status: 403, body: "another"}, denied},
		"an event":                  {writes, main, false, reply{status: 403, events: 1}, reply{status: 403, events: 1}},
		"more without the right":    {reads, finance, false, reply{status: 403, body: "why"}, reply{status: 403, body: "why"}},
		"nothing shown":             {reads, main, true, denied, denied},
		"nothing done for an owner": {writes, main, true, reply{status: 200}, denied},
	} {
		if len(judge(c.op, c.asker, &probe{}, c.shown, c.got, c.absent)) == 0 {
			t.Errorf("%s is not found", name)
		}
	}
	if found := judge(reads, main, &probe{}, false, denied, denied); len(found) > 0 {
		t.Errorf("two equal refusals: %q", found)
	}
	b, bills := &books{}, map[string]string{"bill-of-the-other": "isoB"}
	for _, text := range []string{"isoBP", "isoBC1", "of isoBQ here", "bill-of-the-other"} {
		if len(b.leaks(main, bills, text)) == 0 {
			t.Errorf("%s is not found in an answer", text)
		}
	}
	customer := &asker{Caller: access.Caller{PartnerID: "isoAP", CustomerID: "isoAC1"}, tree: "isoA"}
	if len(b.leaks(customer, nil, "isoAO2p")) == 0 || len(b.leaks(customer, nil, "isoAO1p")) != 0 {
		t.Error("an order of another customer is not told from an own one")
	}
	r := row{}
	if missing := r.missing(&Operation{Handle: with(func(context.Context, *Call, *orderRequest) (string, error) { return "", nil })}); len(missing) != 1 {
		t.Errorf("a parameter without a probe: %q", missing)
	}
}

// missing lists the parameters that may name an object and are neither probed nor said to name none, and probes of
// parameters that there are not.
func (r *row) missing(op *Operation) (findings []string) {
	var names []string
	for _, p := range op.Handle.Parameters {
		names = append(names, p.Name)
	}
	if op.Handle.Body != nil {
		for i := range op.Handle.Body.Type.NumField() {
			name, _, _ := strings.Cut(op.Handle.Body.Type.Field(i).Tag.Get("json"), ",")
			names = append(names, name)
		}
	}
	for _, name := range names {
		may := strings.HasSuffix(strings.ToLower(name), "id") || strings.HasSuffix(name, "ids") || strings.HasSuffix(name, "_infos")
		probed := slices.ContainsFunc(r.probes, func(p probe) bool { return p.parameter == name })
		if may && !probed && !slices.Contains(public, name) && !slices.Contains(r.harmless, name) {
			findings = append(findings, "the parameter "+name+" may name an object: probe it, or say that it is harmless")
		}
	}
	for _, p := range r.probes {
		if !slices.Contains(names, p.parameter) {
			findings = append(findings, "the probed parameter "+p.parameter+" is not one of the operation")
		}
	}
	return findings
}
