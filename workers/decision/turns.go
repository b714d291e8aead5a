package decision

import (
	"errors"
	"fmt"
	"time"

	"github.com/accruald/accruald/events"
)

// Turns.
//
// What a partner comes to follows from what was handed to it, in order: each
// input with its arrival, each look after it with its time, and the version of
// the common reference data that each was decided under. That is a turn. A
// turn may lead to many decisions: of what waited for it, of what its chain
// decides otherwise, of rejections it heals; so an input may be decided more
// than once, and its decision number is that of its last decision. An order by
// those numbers would lose what the first ones led to (an event that stood at
// a cut-off, was taken back after it and stood again counts as late there).
// Handing in the turns again makes every decision again, in the recorded order
// and under the recorded numbers, whatever it was: that is what a replay does,
// and it compares the numbers.
//
// What a decision put into the inbox itself has an input number and no turn: a
// replay makes it again, and its record is passed over as a duplicate.

// A Turn is one thing handed to a partner.
type Turn struct {
	InputNo int64         // that it got; of a look that of the last input before it
	Event   *events.Event // nil for a look after the partner
	At      time.Time     // when it arrived, or the partner was looked after
	Version int64         // of the common reference data
	Refusal *events.Rejection
}

// A Look is a look after a partner that changed something.
type Look struct {
	InputNo int64 // last input before it
	At      time.Time
	Version int64
}

// ErrOtherTurn says that a replay does not come to the number that was
// recorded.
var ErrOtherTurn = errors.New("the replay comes to another input number than was recorded")

// Replay hands a recorded turn in again, to a partner that is whole in memory.
// The common reference data may be newer than the turn.
func (p *Partner) Replay(common *Reference, t Turn) ([]events.Out, error) {
	common = common.At(t.Version)
	if t.Event == nil {
		return p.Tick(common, t.At)
	}
	if t.InputNo <= p.Counters.InputNo {
		return nil, nil // a decision put it into the inbox itself
	}
	if t.InputNo != p.Counters.InputNo+1 {
		return nil, fmt.Errorf("replay input %d of partner %q behind input %d: %w", t.InputNo, p.ID, p.Counters.InputNo, ErrOtherTurn)
	}
	var outs []events.Out
	switch known := p.Inputs.Get(InputID(t.Event.Source, t.Event.ID)); {
	case known != nil:
		outs = p.Refuse(common, t.Event, t.At)
	case t.Refusal != nil:
		outs = p.Reject(common, t.Event, t.At, t.Refusal)
	default:
		return p.Receive(common, t.Event, t.At)
	}
	return outs, nil
}

// At is the reference data as it was under an earlier version. It shares the
// rows: while it is used nothing may be applied.
func (r *Reference) At(version int64) *Reference {
	if version >= r.version {
		return r
	}
	return &Reference{Sites: r.Sites, version: version, catalogue: r.catalogue, policies: r.policies}
}

// Turn is the turn by which an input came in.
func (in *Input) Turn() Turn {
	t := Turn{InputNo: in.No, Event: in.Event, At: in.ArrivedAt, Version: in.ReceivedVersion}
	if in.Refusal != "" {
		t.Refusal = &events.Rejection{Code: in.Refusal}
		if in.Rejection != nil && in.Rejection.Code == in.Refusal {
			t.Refusal = in.Rejection
		}
	}
	return t
}

// looked notes a look after the partner that changed something.
func (p *Partner) looked(before Counters, at time.Time, version int64) {
	before.RetriedReference, before.RetriedPartner = p.Counters.RetriedReference, p.Counters.RetriedPartner
	if p.Counters != before {
		p.Looks = append(p.Looks, Look{InputNo: p.Counters.InputNo, At: at, Version: version})
	}
}
