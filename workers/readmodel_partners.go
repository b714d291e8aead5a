package workers

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers/decision"
)

// A followedPartner is the reference data of one partner. What was handed out
// is never changed: news makes another.
type followedPartner struct {
	id   string
	used atomic.Int64 // all times are nanoseconds after the read model's began
	read atomic.Int64

	mu        sync.Mutex // held by who brings it up to date over the pool, so that one does and the others wait
	reference atomic.Pointer[decision.PartnerReference]
}

// reference returns the reference data of a partner, read now if it was not
// asked about lately.
func (m *ReadModel) reference(ctx context.Context, id string) (*decision.PartnerReference, error) {
	now := int64(time.Since(m.began))
	p := m.partners.get(id)
	p.used.Store(now)
	if reference := p.reference.Load(); reference != nil && m.young(p.read.Load()) {
		return reference, nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if reference := p.reference.Load(); reference != nil && m.young(p.read.Load()) {
		return reference, nil
	}
	return m.readNow(ctx, m.queries, p, now)
}

// within is reference, of a version or later, for who holds a connection: it
// reads over that one, and waits neither for another nor for who waits for
// another. Holders that wait for each other would use up the pool.
func (m *ReadModel) within(ctx context.Context, queries *db.Queries, opened int64, id string, version int64) (*decision.PartnerReference, error) {
	p := m.partners.get(id)
	p.used.Store(int64(time.Since(m.began)))
	if reference := p.reference.Load(); reference != nil && m.young(p.read.Load()) && reference.Version() >= version {
		return reference, nil
	}
	return m.readNow(ctx, queries, p, opened)
}

// readNow reads what is new of a partner, as of a time.
func (m *ReadModel) readNow(ctx context.Context, queries *db.Queries, p *followedPartner, now int64) (*decision.PartnerReference, error) {
	known := p.reference.Load()
	rows, err := queries.LoadPartnerReferences(ctx, []string{p.id}, []int64{versionOf(known)})
	var reference *decision.PartnerReference
	if err == nil {
		reference, err = p.add(known, rows)
	}
	if err != nil {
		return nil, fmt.Errorf("load the reference data of partner %q: %w", p.id, err)
	}
	if reference == nil {
		m.partners.forget(p) // ids that nobody has would fill the memory
		return nil, fmt.Errorf("load partner %q: %w", p.id, ErrUnknownPartner)
	}
	p.readAt(now)
	return reference, nil
}

// readAt moves the time of the last reading on; it never goes back.
func (p *followedPartner) readAt(now int64) {
	for read := p.read.Load(); read < now && !p.read.CompareAndSwap(read, now); read = p.read.Load() {
	}
}

// follow brings the partners that were asked about lately up to date, with
// one statement.
func (m *ReadModel) follow(ctx context.Context, now time.Duration) error {
	followed := m.partners.recent(int64(now - readModelIdleMax))
	if len(followed) == 0 {
		return nil
	}
	ids, after := make([]string, len(followed)), make([]int64, len(followed))
	known := make([]*decision.PartnerReference, len(followed))
	for i, p := range followed {
		known[i] = p.reference.Load()
		ids[i], after[i] = p.id, versionOf(known[i])
	}
	rows, err := m.queries.LoadPartnerReferences(ctx, ids, after)
	if err != nil {
		return fmt.Errorf("load the news of %d partners: %w", len(ids), err)
	}
	news := map[string][]db.ReferenceLog{}
	for _, row := range rows {
		news[row.Scope] = append(news[row.Scope], row)
	}
	for i, p := range followed {
		if _, err := p.add(known[i], news[p.id]); err != nil {
			return err
		}
		p.readAt(int64(now))
	}
	return nil
}

func versionOf(reference *decision.PartnerReference) int64 {
	if reference == nil {
		return 0
	}
	return reference.Version()
}

// add folds rows, in version order, into what was known when they were read.
// Where somebody else was faster the more recent stays.
func (p *followedPartner) add(known *decision.PartnerReference, rows []db.ReferenceLog) (*decision.PartnerReference, error) {
	if len(rows) == 0 {
		return known, nil
	}
	versions, news := make([]int64, len(rows)), make([]*events.Event, len(rows))
	for i, row := range rows {
		ev, err := restoreReference(row)
		if err != nil {
			return nil, err
		}
		versions[i], news[i] = row.Version, ev
	}
	next := known
	if next == nil {
		next = decision.NewPartnerReference()
	}
	next = next.With(versions, news)
	for now := known; versionOf(now) < next.Version(); now = p.reference.Load() {
		if p.reference.CompareAndSwap(now, next) {
			break
		}
	}
	return next, nil
}

func (f *followedPartners) get(id string) *followedPartner {
	f.mu.Lock()
	defer f.mu.Unlock()
	p := f.byID[id]
	if p == nil {
		p = &followedPartner{id: id}
		if f.byID == nil {
			f.byID = map[string]*followedPartner{}
		}
		f.byID[id] = p
	}
	return p
}

func (f *followedPartners) forget(p *followedPartner) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.byID[p.id] == p {
		delete(f.byID, p.id)
	}
}

// recent lists the partners that were used since a time, and forgets those
// that were used least as long as there are too many events in memory.
func (f *followedPartners) recent(since int64) []*followedPartner {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []*followedPartner
	kept := 0
	type lastUsed struct {
		*followedPartner
		at int64 // read once, since it changes while they are sorted
	}
	all := make([]lastUsed, 0, len(f.byID))
	for _, p := range f.byID {
		all = append(all, lastUsed{p, p.used.Load()})
	}
	slices.SortFunc(all, func(a, b lastUsed) int { return cmp.Compare(b.at, a.at) })
	for _, p := range all {
		reference := p.reference.Load()
		if reference == nil {
			continue // is being read
		}
		if kept += reference.Len(); kept > f.events && len(out) > 0 {
			delete(f.byID, p.id)
			continue
		}
		if p.at >= since {
			out = append(out, p.followedPartner)
		}
	}
	return out
}
