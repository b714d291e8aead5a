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

	mu        sync.Mutex // held while it is brought up to date
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
	return m.readNow(ctx, p, now)
}

// renewed returns the reference data of a partner as of a version or later.
func (m *ReadModel) renewed(ctx context.Context, id string, version int64) (*decision.PartnerReference, error) {
	now := int64(time.Since(m.began))
	p := m.partners.get(id)
	p.mu.Lock()
	defer p.mu.Unlock()
	if reference := p.reference.Load(); reference != nil && reference.Version() >= version {
		return reference, nil
	}
	return m.readNow(ctx, p, now)
}

// readNow reads what is new of a partner that is held.
func (m *ReadModel) readNow(ctx context.Context, p *followedPartner, now int64) (*decision.PartnerReference, error) {
	rows, err := m.queries.LoadPartnerReferences(ctx, []string{p.id}, []int64{p.version()})
	if err == nil {
		err = p.add(rows)
	}
	if err != nil {
		return nil, fmt.Errorf("load the reference data of partner %q: %w", p.id, err)
	}
	reference := p.reference.Load()
	if reference == nil {
		m.partners.forget(p) // ids that nobody has would fill the memory
		return nil, fmt.Errorf("load partner %q: %w", p.id, ErrUnknownPartner)
	}
	p.read.Store(max(p.read.Load(), now))
	return reference, nil
}

// follow brings the partners that were asked about lately up to date, with
// one statement.
func (m *ReadModel) follow(ctx context.Context, now time.Duration) error {
	followed := m.partners.recent(int64(now - readModelIdleMax))
	if len(followed) == 0 {
		return nil
	}
	ids, after := make([]string, len(followed)), make([]int64, len(followed))
	for i, p := range followed {
		ids[i], after[i] = p.id, p.version()
	}
	rows, err := m.queries.LoadPartnerReferences(ctx, ids, after)
	if err != nil {
		return fmt.Errorf("load the news of %d partners: %w", len(ids), err)
	}
	news := map[string][]db.ReferenceLog{}
	for _, row := range rows {
		news[row.Scope] = append(news[row.Scope], row)
	}
	for _, p := range followed {
		p.mu.Lock()
		err := p.add(news[p.id])
		if err == nil {
			p.read.Store(max(p.read.Load(), int64(now)))
		}
		p.mu.Unlock()
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *followedPartner) version() int64 {
	if reference := p.reference.Load(); reference != nil {
		return reference.Version()
	}
	return 0
}

// add folds rows in version order; those that are known have no effect.
func (p *followedPartner) add(rows []db.ReferenceLog) error {
	known := p.version()
	rows = slices.DeleteFunc(rows, func(row db.ReferenceLog) bool { return row.Version <= known })
	if len(rows) == 0 {
		return nil
	}
	versions, news := make([]int64, len(rows)), make([]*events.Event, len(rows))
	for i, row := range rows {
		ev, err := restoreReference(row)
		if err != nil {
			return err
		}
		versions[i], news[i] = row.Version, ev
	}
	reference := p.reference.Load()
	if reference == nil {
		reference = decision.NewPartnerReference()
	}
	p.reference.Store(reference.With(versions, news))
	return nil
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
