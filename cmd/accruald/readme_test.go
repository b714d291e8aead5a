package main

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/schedule"
	"github.com/accruald/accruald/workers/settlement"
	"github.com/accruald/accruald/workers/site"
)

const readmePath = "../../README.md"

// TestReadmeIsCurrent: what the README says of flags, event types and states is what the program has.
func TestReadmeIsCurrent(t *testing.T) {
	readme, err := os.ReadFile(readmePath)
	if err != nil {
		t.Fatal(err)
	}
	text := string(readme)
	for name, want := range map[string]string{
		"configuration": configurationTable(t), "event types in": inboundTable(t), "jobs": jobList(t), "event types out": outboundTable(),
		"state machines": stateMachines(t), "operations": operationTable(),
	} {
		begin, end := "<!-- begin "+name+" -->\n", "<!-- end "+name+" -->"
		from, to := strings.Index(text, begin), strings.Index(text, end)
		if from < 0 || to < from {
			t.Errorf("README.md has no part %q", name)
			continue
		}
		if have := text[from+len(begin) : to]; have != want {
			if !*update {
				t.Errorf("part %q of README.md is not current: go generate ./cmd/accruald\n got:\n%s\nwant:\n%s", name, have, want)
			}
			text = text[:from+len(begin)] + want + text[to:]
		}
	}
	if *update {
		if err := os.WriteFile(readmePath, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// configurationTable lists the worker's flags.
func configurationTable(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("| Flag | Environment | Default | |\n|---|---|---|---|\n")
	noDefault := regexp.MustCompile(` \(default: [^)]*\)`)
	for _, flag := range flagsByCommand(t)["worker"] {
		if flag.Name == "help" {
			continue
		}
		value := "none"
		if flag.HasDefault {
			value = "`" + flag.Default + "`"
		} else if found := noDefault.FindString(flag.Help); found != "" {
			value = strings.TrimSuffix(strings.TrimPrefix(found, " (default: "), ")")
		}
		fmt.Fprintf(&b, "| `--%s` | `%s` | %s | %s |\n", flag.Name, strings.Join(flag.Envs, " "), value, noDefault.ReplaceAllString(flag.Help, ""))
	}
	return b.String()
}

// sections are how the contract groups what comes in.
var sections = []struct {
	section events.Section
	title   string
}{
	{events.SectionReference, "Reference data of nobody in particular"},
	{events.SectionPartner, "Reference data of one partner"},
	{events.SectionOrder, "Orders, usage and payments"},
	{events.SectionSettlement, "Settlement and the clock"},
	{events.SectionOperation, "Answers to rejections"},
}

// inboundTable lists what comes in, and whether it is decided, by asking the rules about every sample.
func inboundTable(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("| | Decided | Rejected as `not_supported` until decided |\n|---|---|---|\n")
	for _, s := range sections {
		var decided, refused []string
		for _, typ := range events.InboundTypes() {
			if events.SectionOf(typ) != s.section {
				continue
			}
			if name := "`" + typ + "`"; isDecided(t, typ) {
				decided = append(decided, name)
			} else {
				refused = append(refused, name)
			}
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", s.title, strings.Join(decided, " "), strings.Join(refused, " "))
	}
	return b.String()
}

// isDecided folds the golden sample of a type for an enrolled partner.
func isDecided(t *testing.T, typ string) bool {
	t.Helper()
	m := decision.NewMemory(site.Default())
	refused := false
	for _, name := range []string{events.TypePartnerEnrolled, typ} {
		text, err := events.Contract.ReadFile("samples/" + name + ".json")
		if err != nil {
			t.Fatal(err)
		}
		ev, err := events.DecodeStructured(text)
		if err != nil {
			t.Fatal(err)
		}
		outs, err := m.Fold(ev, nil)
		if err != nil {
			t.Fatal(err)
		}
		refused = slices.ContainsFunc(outs, func(o events.Out) bool {
			rejected, ok := o.Data.(*events.EventRejected)
			return ok && rejected.ID == ev.ID && rejected.Code == decision.CodeNotSupported
		})
	}
	return !refused
}

// jobs are those of the contract; decoding knows the list and refuses another.
var jobs = []string{
	"close_cycle", "settle_usage", "statement", "auto_confirm", "release_holds", "expire", "auto_request", "auto_renew", "reconcile", "opportunity_windows",
}

// jobList says which jobs are decided.
func jobList(t *testing.T) string {
	t.Helper()
	var decided, refused []string
	for _, job := range jobs {
		if name := "`" + job + "`"; isRun(t, job) {
			decided = append(decided, name)
		} else {
			refused = append(refused, name)
		}
	}
	if len(refused) > 0 {
		t.Errorf("jobs of the contract that are rejected by name: %s", strings.Join(refused, ", "))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Jobs that are decided: %s.\n\n| Job | When, on the site's clock, as cron has it |\n|---|---|\n", strings.Join(decided, ", "))
	for _, name := range schedule.Names() {
		var times []string
		for _, job := range schedule.Jobs() {
			if job.Name == name {
				times = append(times, "`"+job.Spec+"`")
			}
		}
		fmt.Fprintf(&b, "| `%s` | %s |\n", name, strings.Join(times, ", "))
	}
	return b.String()
}

// isRun runs a job for an enrolled partner and tells whether it is decided.
func isRun(t *testing.T, job string) bool {
	t.Helper()
	m := decision.NewMemory(site.Default())
	at := time.Date(2026, 4, 1, 0, 10, 0, 0, time.UTC)
	enrolled, err := events.New(events.Envelope{ID: "1", Source: "/test", Subject: "P1", PartitionKey: "P1", Time: at}, &events.PartnerEnrolled{
		PartnerID: "P1", Site: "cn", Level: "gold", Tier: 1, EffectiveTime: at})
	if err != nil {
		t.Fatal(err)
	}
	fired, err := events.New(events.Envelope{ID: "2", Source: "/test", Subject: job, PartitionKey: events.AllPartners, Time: at},
		&events.ScheduleFired{Job: job, Site: "cn", ScheduledFor: at})
	if err != nil {
		t.Fatal(err)
	}
	var outs []events.Out
	for _, ev := range []*events.Event{enrolled, fired} {
		if outs, err = m.Fold(ev, nil); err != nil {
			t.Fatal(err)
		}
	}
	return !slices.ContainsFunc(outs, func(o events.Out) bool { return o.Type == events.TypeEventRejected })
}

// meanings says of each outgoing type what it tells.
var meanings = map[string]string{
	events.TypeOrderPriced:                "what an order costs, with every discount considered and every step of the computation",
	events.TypeOrderSettled:               "how an order was paid, or what is given back of which order and tender",
	events.TypeIncentiveAccrued:           "what a line earned under a policy, or the difference to what was told before",
	events.TypeIncentiveFrozen:            "what of it a hold freezes",
	events.TypeIncentiveReleased:          "what of it a hold lets go",
	events.TypePayableChanged:             "a bill's amounts: total = frozen + payable + requested + paid out + expired + offset",
	events.TypeBillStateChanged:           "a step of a bill",
	events.TypePaymentRequestStateChanged: "a step of a payment request",
	events.TypeInvoiceStateChanged:        "a step of an invoice",
	events.TypeOpportunityStateChanged:    "a step of an opportunity",
	events.TypeStatementIssued:            "a partner's bill of a cycle",
	events.TypeCouponQuotaChanged:         "the balance of a coupon quota, before and after",
	events.TypeOwedInvoiceChanged:         "what is owed in invoices at a tax rate, before and after",
	events.TypeReconciliationFinished:     "what a comparison came to",
	events.TypeFindingOpened:              "a difference that a comparison found",
	events.TypeFindingClosed:              "a difference that is gone",
	events.TypeEventRejected:              "an event that was refused: code, pointer, and a sentence on how to mend it",
}

func outboundTable() string {
	var b strings.Builder
	b.WriteString("| Type | Tells |\n|---|---|\n")
	for _, typ := range events.OutboundTypes() {
		fmt.Fprintf(&b, "| `%s` | %s |\n", typ, meanings[typ])
	}
	return b.String()
}

// stateMachines draws the tables that the rules run on, and says what of them no event or job reaches yet.
func stateMachines(t *testing.T) string {
	t.Helper()
	const later = "not in force yet"
	begins := map[string]string{"opportunity": events.TypeOpportunityRegistered, "customer_registration": events.TypeCustomerRegistrationRequested}
	runs := map[string]bool{"expire": isRun(t, "expire")}
	var b strings.Builder
	for _, table := range settlement.Tables() {
		title := "**" + table.Name + "**"
		if typ, found := begins[table.Name]; found && !isDecided(t, typ) {
			title += " (" + later + ")"
		}
		fmt.Fprintf(&b, "\n%s\n\n```mermaid\nstateDiagram-v2\n", title)
		for _, edge := range table.Edges {
			from, label := edge.From, edge.Trigger
			if from == "" {
				from = "[*]"
			}
			if edge.When != "" {
				label += " (" + edge.When + ")"
			}
			if run, found := runs[edge.Trigger]; found && !run {
				label += " (" + later + ")"
			}
			fmt.Fprintf(&b, "    %s --> %s: %s\n", from, edge.To, label)
		}
		b.WriteString("```\n")
	}
	return b.String() + "\n"
}
