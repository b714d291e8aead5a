package workers

import (
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/schema/db"
)

// noEpoch asks for no owner: it numbers what goes out and moves no position.
const noEpoch = -1

// An advance is how far each partition of the batch moves, and what the
// database answered.
type advance struct {
	partitions []int32
	sequences  []int64
	epochs     []int64
	added      []int64
	last       map[int]int64 // number of the last outbox row, by partition
	answered   bool
}

// sendOut queues the outgoing events and the positions, first of all, so that
// a batch whose lease is lost is found out before it writes anything else.
func (s *saver) sendOut(p *pipeline, position Position) (*advance, error) {
	outbox, err := s.outbox()
	if err != nil {
		return nil, err
	}
	a := newAdvance(position, outbox.counts)
	if len(a.partitions) == 0 {
		return a, nil
	}
	p.batch.Queue(db.AdvancePositions, position.Stream, position.Created.Truncate(time.Microsecond), a.partitions, a.sequences, a.epochs, a.added).Query(a.read)
	if len(outbox.params.MsgIds) == 0 {
		return a, nil
	}
	c := outbox.params
	p.batch.Queue(db.AddOutbox, c.Partitions, c.Behind, c.MsgIds, c.Types, c.PartnerIds, c.Subjects, c.Times, c.TimeOffsets, c.Data)
	return a, nil
}

func newAdvance(position Position, counts map[int]int64) *advance {
	a := &advance{last: map[int]int64{}}
	for _, m := range position.Moves {
		a.add(m.Partition, int64(m.Sequence), m.Epoch, counts[m.Partition])
		delete(counts, m.Partition)
	}
	partitions := make([]int, 0, len(counts))
	for partition := range counts {
		partitions = append(partitions, partition)
	}
	slices.Sort(partitions)
	for _, partition := range partitions {
		a.add(partition, 0, noEpoch, counts[partition])
	}
	return a
}

func (a *advance) add(partition int, sequence, epoch, added int64) {
	a.partitions, a.sequences = append(a.partitions, int32(partition)), append(a.sequences, sequence)
	a.epochs, a.added = append(a.epochs, epoch), append(a.added, added)
}

func (a *advance) read(rows pgx.Rows) error {
	var partition int
	var last int64
	_, err := pgx.ForEachRow(rows, []any{&partition, &last}, func() error {
		a.last[partition] = last
		return nil
	})
	a.answered = err == nil
	return err
}

// refused tells whether a partition is not the owner's any more.
func (a *advance) refused() bool { return a.answered && len(a.last) < len(a.partitions) }

// number gives the rows, whose No counts how many of their partition follow,
// the numbers that the database gave them.
func (a *advance) number(rows []OutboxRow) {
	for i := range rows {
		rows[i].No = a.last[rows[i].Partition] - rows[i].No
	}
}

// outbox is what the batch sends: for the relay, for the table, and how much
// to each partition.
type outbox struct {
	params db.AddOutboxParams
	counts map[int]int64
}

func (s *saver) outbox() (outbox, error) {
	tasks := slices.DeleteFunc(slices.Clone(s.tasks), func(t *task) bool { return t.replayed }) // told before
	slices.SortStableFunc(tasks, func(a, b *task) int { return a.partition - b.partition })
	o := outbox{counts: map[int]int64{}}
	p := &o.params
	for _, t := range tasks {
		for _, out := range t.outs {
			header, data, err := out.Message()
			if err != nil {
				return o, err
			}
			s.committed.Outbox = append(s.committed.Outbox, OutboxRow{Partition: t.partition, Subject: subjectOf(out), MsgID: out.ID, Header: header, Data: data})
			addOutbox(p, t.partition, out, data)
			o.counts[t.partition]++
		}
	}
	behind := map[int]int64{}
	p.Behind = make([]int64, len(p.MsgIds))
	for i := len(p.MsgIds) - 1; i >= 0; i-- {
		partition := s.committed.Outbox[i].Partition
		p.Behind[i], s.committed.Outbox[i].No = behind[partition], behind[partition]
		behind[partition]++
	}
	return o, nil
}

func addOutbox(p *db.AddOutboxParams, partition int, out events.Out, data []byte) {
	p.Partitions, p.MsgIds, p.Types = append(p.Partitions, int32(partition)), append(p.MsgIds, out.ID), append(p.Types, out.Type) // 0 to 64
	p.PartnerIds, p.Subjects = append(p.PartnerIds, out.PartnerID), append(p.Subjects, storable(out.Subject))
	p.Times, p.TimeOffsets = append(p.Times, out.Time), append(p.TimeOffsets, offsetOf(out.Time))
	p.Data = append(p.Data, data)
}
