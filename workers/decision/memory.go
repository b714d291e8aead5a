package decision

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/site"
)

// PartnerAll is the partition key of what belongs to no partner.
const PartnerAll = events.AllPartners

// Memory folds events in the order given, with all state in memory: the same
// decisions as over the database, without servers. Time comes from the events.
type Memory struct {
	Common   *Reference
	Partners map[string]*Partner
	Counts   Counts
	// Arrival is when the next events arrive; zero takes the highest event time
	// of their partner so far.
	Arrival time.Time

	sites    site.Profiles
	inbox    map[[2]string][32]byte // (partner, source and id) -> content
	postings map[string]map[PostingKey]decimal.Decimal
}

// Counts tell what became of the inputs.
type Counts struct {
	Inputs, Duplicates, Conflicts int
	Reference                     int // common reference events applied
}

// PostingKey is what postings are summed by.
type PostingKey struct{ Fact, Account, Currency string }

// NewMemory returns an engine without any event.
func NewMemory(sites site.Profiles) *Memory {
	return &Memory{Common: NewReference(sites), Partners: map[string]*Partner{}, sites: sites,
		inbox: map[[2]string][32]byte{}, postings: map[string]map[PostingKey]decimal.Decimal{}}
}

// Fold decides one event, or records it as rejected when why says that it
// could not be decoded, and returns the outgoing events in order.
func (m *Memory) Fold(ev *events.Event, why *events.Rejection) ([]events.Out, error) {
	m.Counts.Inputs++
	key := [2]string{ev.PartitionKey, InputID(ev.Source, ev.ID)}
	if known, ok := m.inbox[key]; ok {
		if known == ev.ContentHash {
			m.Counts.Duplicates++
			return nil, nil
		}
		return m.conflict(ev), nil
	}
	m.inbox[key] = ev.ContentHash
	if ev.PartitionKey == PartnerAll {
		return m.foldReference(ev, why)
	}
	p := m.partner(ev.PartitionKey)
	var outs []events.Out
	var err error
	if why != nil {
		outs = p.Reject(m.Common, ev, p.Counters.Highest, why)
	} else if outs, err = p.Receive(m.Common, ev, m.Arrival); err != nil {
		return nil, err
	}
	for _, own := range p.Issued {
		m.inbox[[2]string{p.ID, own.id()}] = own.Event.ContentHash
	}
	m.sum(p)
	p.Keep()
	return m.deliver(outs)
}

// deliver folds what goes to other partners' inputs, and returns the rest with
// what that comes to.
func (m *Memory) deliver(outs []events.Out) ([]events.Out, error) {
	var rest []events.Out
	for _, out := range outs {
		data, toInput := out.Data.(events.Data)
		if !toInput {
			rest = append(rest, out)
			continue
		}
		ev, err := events.New(events.Envelope{ID: out.ID, Source: events.Source, Subject: out.Subject, PartitionKey: out.PartnerID, Time: out.Time}, data)
		if err != nil {
			return nil, fmt.Errorf("deliver %s %q: %w", out.Type, out.ID, err)
		}
		decided, err := m.Fold(ev, nil)
		if err != nil {
			return nil, err
		}
		rest = append(rest, decided...)
	}
	return rest, nil
}

// conflict refuses an event that came before with other content, each content
// once.
func (m *Memory) conflict(ev *events.Event) []events.Out {
	key := [2]string{ev.PartitionKey, ConflictID(ev)}
	if _, again := m.inbox[key]; again {
		m.Counts.Duplicates++
		return nil
	}
	m.inbox[key] = ev.ContentHash
	m.Counts.Conflicts++
	if ev.PartitionKey == PartnerAll {
		return []events.Out{events.NewRejectedOut(ev, Conflict(ev), 1)}
	}
	p := m.partner(ev.PartitionKey)
	defer p.Keep()
	return p.Refuse(m.Common, ev, p.Counters.Highest)
}

// Conflict says that an event came again with other content.
func Conflict(ev *events.Event) *events.Rejection {
	return &events.Rejection{Code: CodeConflict, Message: fmt.Sprintf(
		"event %q of source %q was received before with other content; the first stands, send a correction under a new id", ev.ID, ev.Source)}
}

func (m *Memory) partner(id string) *Partner {
	p := m.Partners[id]
	if p == nil {
		p = NewPartner(id, m.sites, NewPartnerReference(), true)
		m.Partners[id], m.postings[id] = p, map[PostingKey]decimal.Decimal{}
	}
	return p
}

func (m *Memory) foldReference(ev *events.Event, why *events.Rejection) ([]events.Out, error) {
	if why != nil {
		return []events.Out{events.NewRejectedOut(ev, why, 1)}, nil
	}
	fired, isClock := ev.Data.(*events.ScheduleFired)
	if !isClock {
		if err := m.Common.Apply(m.Common.Version()+1, ev); err != nil {
			return []events.Out{events.NewRejectedOut(ev, rejection(err), 1)}, nil
		}
		m.Counts.Reference++
		return nil, nil
	}
	var outs []events.Out
	for _, id := range m.Enrolled(fired.Site) {
		applied, err := FanOut(ev, id, m.sites)
		if err != nil {
			return nil, err
		}
		if _, reached := m.inbox[[2]string{id, InputID(applied.Source, applied.ID)}]; reached {
			continue
		}
		decided, err := m.Fold(applied, nil)
		if err != nil {
			return nil, err
		}
		outs = append(outs, decided...)
	}
	return outs, nil
}

// Enrolled lists the partners of a site, by id.
func (m *Memory) Enrolled(siteCode string) []string {
	var ids []string
	for id, p := range m.Partners {
		if p.Reference.Site() == siteCode {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// FanOut makes the event by which a job that fired reaches one partner, behind
// what is queued there: the same whoever fires the run, under whatever id and
// however often, so that it reaches each partner once.
func FanOut(ev *events.Event, partnerID string, sites site.Profiles) (*events.Event, error) {
	fired, ok := ev.Data.(*events.ScheduleFired)
	if !ok {
		return nil, fmt.Errorf("fan out event %q: %s is not %s", ev.ID, ev.Type, events.TypeScheduleFired)
	}
	profile, err := sites.Get(fired.Site)
	if err != nil {
		return nil, fmt.Errorf("fan out event %q: %w", ev.ID, err)
	}
	at := fired.ScheduledFor.Truncate(time.Microsecond).In(profile.Zone()) // as the database keeps it
	return events.New(events.Envelope{
		ID: PartID(fired.Job, fired.Site, at, partnerID), Source: events.Source, Type: events.TypeScheduleApplied,
		Subject: fired.Job, PartitionKey: partnerID, Time: at},
		&events.ScheduleApplied{PartnerID: partnerID, Job: fired.Job, Site: fired.Site, ScheduledFor: at})
}

// PartID is the id of one partner's part of a run.
func PartID(job, siteCode string, scheduledFor time.Time, partnerID string) string {
	return events.DeriveID(job, siteCode, scheduledFor.UTC().Format(time.RFC3339Nano), events.TypeScheduleApplied, partnerID)
}

func (m *Memory) sum(p *Partner) {
	sums := m.postings[p.ID]
	for _, line := range p.Postings {
		k := PostingKey{line.Fact, line.Account, string(line.Currency)}
		sums[k] = sums[k].Add(line.Amount)
	}
}

// Balances returns a partner's posting sums by fact, account and currency.
func (m *Memory) Balances(partnerID string) map[PostingKey]decimal.Decimal {
	return m.postings[partnerID]
}

// Digest returns the digest over the final rows of all partners.
func (m *Memory) Digest() (string, error) {
	g := NewDigest()
	ids := sortedKeys(m.Partners)
	for _, add := range []func(*Partner) error{
		func(p *Partner) error { return digestTable(g, DigestOrders, p.ID, p.Orders) },
		func(p *Partner) error { return digestTable(g, DigestResources, p.ID, p.Resources) },
		func(p *Partner) error { return digestTable(g, DigestDetails, p.ID, p.Details) },
		func(p *Partner) error { return digestTable(g, DigestBills, p.ID, p.Bills) },
		func(p *Partner) error { return digestTable(g, DigestHolds, p.ID, p.Holds) },
		func(p *Partner) error { return digestTable(g, DigestRequests, p.ID, p.Requests) },
		func(p *Partner) error { return digestTable(g, DigestInvoices, p.ID, p.Invoices) },
		func(p *Partner) error { return m.digestPostings(g, p.ID) },
	} {
		for _, id := range ids {
			if err := add(m.Partners[id]); err != nil {
				return "", err
			}
		}
	}
	return g.Sum(), nil
}

func digestTable[R any](g *Digest, kind, partnerID string, t *Table[R]) error {
	for _, id := range t.IDs() {
		doc, err := Document(t.Get(id))
		if err != nil {
			return err
		}
		if err := g.Row(kind, partnerID, id, doc); err != nil {
			return err
		}
	}
	return nil
}

func (m *Memory) digestPostings(g *Digest, partnerID string) error {
	sums := m.postings[partnerID]
	keys := make([]PostingKey, 0, len(sums))
	for k := range sums {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b PostingKey) int {
		return strings.Compare(a.Fact+"\x00"+a.Account+"\x00"+a.Currency, b.Fact+"\x00"+b.Account+"\x00"+b.Currency)
	})
	for _, k := range keys {
		if err := g.Posting(partnerID, k.Fact, k.Account, k.Currency, sums[k]); err != nil {
			return err
		}
	}
	return nil
}
