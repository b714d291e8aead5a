package workers

import (
	"container/list"
	"sync"

	"github.com/accruald/accruald/workers/decision"
)

// referenceEventCountMax bounds the partners' reference events that are kept
// in memory; at some 2 kB each, a quarter of a gigabyte.
const referenceEventCountMax = 100_000

// A referenceCache keeps the folded reference data of partners that were used
// last. What a batch uses is taken out and put back when the batch has ended,
// so it belongs to one batch at a time.
type referenceCache struct {
	mu        sync.Mutex
	eventsMax int
	events    int
	recent    *list.List // of cachedReference, the last used in front
	byPartner map[string]*list.Element
}

type cachedReference struct {
	partnerID string
	reference *decision.PartnerReference
	events    int
}

func newReferenceCache(eventsMax int) *referenceCache {
	return &referenceCache{eventsMax: eventsMax, recent: list.New(), byPartner: map[string]*list.Element{}}
}

// take returns what is known of a partner up to a version, which may be
// nothing; it is never ahead of it.
func (c *referenceCache) take(partnerID string, version int64) *decision.PartnerReference {
	c.mu.Lock()
	defer c.mu.Unlock()
	found, ok := c.byPartner[partnerID]
	if !ok {
		return decision.NewPartnerReference()
	}
	cached := c.remove(found)
	if cached.reference.Version() > version { // the database is an older one now
		return decision.NewPartnerReference()
	}
	return cached.reference
}

// put keeps the reference data of a partner and forgets others for it.
func (c *referenceCache) put(partnerID string, reference *decision.PartnerReference) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if known, ok := c.byPartner[partnerID]; ok {
		c.remove(known)
	}
	cached := cachedReference{partnerID: partnerID, reference: reference, events: reference.Len()}
	c.byPartner[partnerID] = c.recent.PushFront(cached)
	c.events += cached.events
	for c.events > c.eventsMax && c.recent.Len() > 1 {
		c.remove(c.recent.Back())
	}
}

func (c *referenceCache) remove(e *list.Element) cachedReference {
	cached := c.recent.Remove(e).(cachedReference) // nothing else is in the list
	delete(c.byPartner, cached.partnerID)
	c.events -= cached.events
	return cached
}
