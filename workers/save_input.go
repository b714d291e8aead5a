package workers

import (
	"context"
	"strconv"
	"strings"

	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers/decision"
)

// keys remembers what was received.
func (s *saver) keys(ctx context.Context) error {
	var p db.AddKeysParams
	for _, t := range s.tasks {
		if !t.tick.IsZero() || t.duplicate() {
			continue
		}
		p.PartnerIds = append(p.PartnerIds, t.partnerID)
		p.KeyHashes = append(p.KeyHashes, t.key[:])
		p.ContentHashes = append(p.ContentHashes, t.delivery.Event.ContentHash[:])
		p.InputNos = append(p.InputNos, t.inputNo)
	}
	for _, id := range s.ids {
		for _, own := range s.partners[id].Issued {
			key := inputKey(own.Event.Source, own.Event.ID)
			p.PartnerIds, p.KeyHashes = append(p.PartnerIds, id), append(p.KeyHashes, key[:])
			p.ContentHashes, p.InputNos = append(p.ContentHashes, own.Event.ContentHash[:]), append(p.InputNos, own.No)
		}
	}
	if len(p.KeyHashes) == 0 {
		return nil
	}
	return s.queries.AddKeys(ctx, p)
}

// inputs stores new inputs and what became of earlier ones.
func (s *saver) inputs(ctx context.Context) error {
	var p db.SaveInputsParams
	for _, id := range s.ids {
		for _, c := range s.partners[id].Inputs.Changed() {
			addInput(&p, id, c.Row, c.Version)
		}
	}
	if len(p.InputNos) == 0 {
		return nil
	}
	return s.queries.SaveInputs(ctx, p)
}

func addInput(p *db.SaveInputsParams, partnerID string, in *decision.Input, version int64) {
	ev := in.Event
	p.PartnerIds, p.InputNos = append(p.PartnerIds, partnerID), append(p.InputNos, in.No)
	p.Sources, p.EventIds = append(p.Sources, ev.Source), append(p.EventIds, ev.ID)
	p.Types, p.Subjects = append(p.Types, ev.Type), append(p.Subjects, ev.Subject)
	p.PartitionKeys = append(p.PartitionKeys, ev.PartitionKey)
	p.Times, p.TimeOffsets = append(p.Times, ev.Time), append(p.TimeOffsets, offsetOf(ev.Time))
	p.ArrivedAts = append(p.ArrivedAts, in.ArrivedAt)
	p.Payloads = append(p.Payloads, orEmpty(ev.Payload))
	p.ContentHashes = append(p.ContentHashes, ev.ContentHash[:])
	p.Statuses, p.DecisionNos = append(p.Statuses, in.Status), append(p.DecisionNos, in.DecisionNo)
	p.ReferenceVersions, p.PartnerVersions = append(p.ReferenceVersions, in.ReferenceVersion), append(p.PartnerVersions, in.PartnerVersion)
	p.ChainKeys, p.WaitsFors = append(p.ChainKeys, in.ChainKey), append(p.WaitsFors, in.WaitsFor)
	var code, message, pointer string
	var retryable bool
	if why := in.Rejection; why != nil {
		code, message, pointer, retryable = why.Code, storable(why.Message), storable(why.Pointer), why.Retryable
	}
	p.Codes, p.Messages, p.Pointers, p.Retryables = append(p.Codes, code), append(p.Messages, message), append(p.Pointers, pointer), append(p.Retryables, retryable)
	p.Attempts = append(p.Attempts, int32(min(in.Attempts, attemptsShownMax)))
	p.FiveDays, p.Invoiced = append(p.FiveDays, judged(in.FiveDay)), append(p.Invoiced, judged(in.Invoiced))
	p.FirstOrders = append(p.FirstOrders, judged(in.FirstOrder))
	p.Versions = append(p.Versions, version)
	p.ReceivedVersions, p.Refusals = append(p.ReceivedVersions, in.ReceivedVersion), append(p.Refusals, in.Refusal)
}

// judged is a verdict as a text, "" for none.
func judged(verdict *bool) string {
	if verdict == nil {
		return ""
	}
	return strconv.FormatBool(*verdict)
}

// attemptsShownMax is the largest count of attempts that is stored.
const attemptsShownMax = 1 << 30

// storable makes a text that the database takes: valid UTF-8 without NUL.
func storable(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD")
}

// orEmpty keeps nil, which would be null, out of a column.
func orEmpty(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// references appends what the batch added to the partners' own reference
// data, under the decisions that accepted it.
func (s *saver) references(ctx context.Context) error {
	var p db.AddReferencesParams
	for _, id := range s.ids {
		w := s.partners[id]
		for _, ev := range w.Reference.Added() {
			p.Scopes = append(p.Scopes, id)
			p.Versions = append(p.Versions, w.Inputs.Get(decision.InputID(ev.Source, ev.ID)).DecisionNo)
			p.Sources, p.EventIds = append(p.Sources, ev.Source), append(p.EventIds, ev.ID)
			p.Types, p.Subjects = append(p.Types, ev.Type), append(p.Subjects, ev.Subject)
			p.Times, p.TimeOffsets = append(p.Times, ev.Time), append(p.TimeOffsets, offsetOf(ev.Time))
			p.Payloads, p.ContentHashes = append(p.Payloads, ev.Payload), append(p.ContentHashes, ev.ContentHash[:])
		}
	}
	if len(p.Versions) == 0 {
		return nil
	}
	return s.queries.AddReferences(ctx, p)
}

// looks stores the looks after partners that changed something.
func (s *saver) looks(ctx context.Context) error {
	var p db.AddLooksParams
	for _, id := range s.ids {
		for _, look := range s.partners[id].Looks {
			p.PartnerIds, p.InputNos = append(p.PartnerIds, id), append(p.InputNos, look.InputNo)
			p.Ats, p.ReceivedVersions = append(p.Ats, look.At), append(p.ReceivedVersions, look.Version)
		}
	}
	if len(p.InputNos) == 0 {
		return nil
	}
	return s.queries.AddLooks(ctx, p)
}

func (s *saver) postings(ctx context.Context) error {
	var p db.AddPostingsParams
	for _, id := range s.ids {
		for _, line := range s.partners[id].Postings {
			p.PartnerIds, p.PostingNos = append(p.PartnerIds, id), append(p.PostingNos, line.No)
			p.InputNos, p.Facts = append(p.InputNos, line.InputNo), append(p.Facts, line.Fact)
			p.Accounts, p.BillIds = append(p.Accounts, line.Account), append(p.BillIds, line.BillID)
			p.Currencies, p.Amounts = append(p.Currencies, string(line.Currency)), append(p.Amounts, line.Amount.String())
			p.Hashes = append(p.Hashes, line.Hash[:])
		}
	}
	if len(p.PostingNos) == 0 {
		return nil
	}
	return s.queries.AddPostings(ctx, p)
}

// partnerRows stores the numbers, last of all, for those that counted.
func (s *saver) partnerRows(ctx context.Context) error {
	var p db.SavePartnersParams
	for _, id := range s.ids {
		w := s.partners[id]
		c := w.Counters
		if c == countersOf(w.stored) {
			continue
		}
		p.PartnerIds, p.Sites = append(p.PartnerIds, id), append(p.Sites, w.Reference.Site())
		p.InputNos, p.DecisionNos = append(p.InputNos, c.InputNo), append(p.DecisionNos, c.DecisionNo)
		p.PostingNos, p.ReferenceNos = append(p.PostingNos, c.PostingNo), append(p.ReferenceNos, c.ReferenceNo)
		p.Waiting, p.Retryable = append(p.Waiting, c.Waiting), append(p.Retryable, c.Retryable)
		p.RetriedReferences, p.RetriedPartners = append(p.RetriedReferences, c.RetriedReference), append(p.RetriedPartners, c.RetriedPartner)
		p.Highest, p.WaitingSince = append(p.Highest, c.Highest), append(p.WaitingSince, c.WaitingSince)
		p.ClosedCycles, p.PostingHashes = append(p.ClosedCycles, string(c.ClosedCycle)), append(p.PostingHashes, c.PostingHash[:])
		p.CutOffs, p.CutOffDecisions = append(p.CutOffs, c.CutOffs), append(p.CutOffDecisions, c.CutOffDecision)
		p.Overdue = append(p.Overdue, c.Overdue)
		p.Usages, p.UsageSettledUntil = append(p.Usages, c.Usages), append(p.UsageSettledUntil, c.UsageSettledUntil)
	}
	if len(p.PartnerIds) == 0 {
		return nil
	}
	return s.queries.SavePartners(ctx, p)
}
