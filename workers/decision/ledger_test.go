package decision

import (
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/accruald/accruald/workers/money"
)

// chained makes a ledger as deciding makes it.
func chained(partnerID string, lines []Posting) LedgerCheck {
	end := LedgerCheck{PartnerID: partnerID}
	for i := range lines {
		end.No++
		lines[i].No = end.No
		end.Hash = lines[i].chain(partnerID, end.Hash)
		lines[i].Hash = end.Hash
	}
	return end
}

// verify follows lines to an end.
func verify(lines []Posting, end LedgerCheck) *BrokenLedger {
	check := LedgerCheck{PartnerID: end.PartnerID}
	for i := range lines {
		if broken := check.Next(&lines[i]); broken != nil {
			return broken
		}
	}
	return check.End(end.No, end.Hash)
}

func somePostings(t *rapid.T) []Posting {
	word := rapid.StringN(0, 8, -1)
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Posting {
		return Posting{InputNo: rapid.Int64Range(1, 9).Draw(t, "input"), Fact: word.Draw(t, "fact"), Account: word.Draw(t, "account"),
			BillID: word.Draw(t, "bill"), Currency: money.Currency(word.Draw(t, "currency")),
			Amount: decimal.New(rapid.Int64Range(-1000, 1000).Draw(t, "amount"), -2)}
	}), 2, 12).Draw(t, "lines")
}

// TestEveryTamperingIsFound: whatever is done to a ledger, the first posting that is not right is named.
func TestEveryTamperingIsFound(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		lines := somePostings(t)
		end := chained("P1", lines)
		if broken := verify(lines, end); broken != nil {
			t.Fatalf("an untouched ledger: %v", broken)
		}
		at := rapid.IntRange(0, len(lines)-1).Draw(t, "at")
		other := (at + 1 + rapid.IntRange(0, len(lines)-2).Draw(t, "other")) % len(lines)
		first := int64(min(at, other) + 1)
		for name, c := range map[string]struct {
			change func([]Posting) []Posting
			want   int64
		}{
			"amount":   {edit(at, func(l *Posting) { l.Amount = l.Amount.Add(decimal.New(1, -2)) }), int64(at + 1)},
			"input":    {edit(at, func(l *Posting) { l.InputNo++ }), int64(at + 1)},
			"fact":     {edit(at, func(l *Posting) { l.Fact += "x" }), int64(at + 1)},
			"account":  {edit(at, func(l *Posting) { l.Account += "x" }), int64(at + 1)},
			"bill":     {edit(at, func(l *Posting) { l.BillID += "x" }), int64(at + 1)},
			"currency": {edit(at, func(l *Posting) { l.Currency += "x" }), int64(at + 1)},
			"hash":     {edit(at, func(l *Posting) { l.Hash[7] ^= 1 }), int64(at + 1)},
			"boundary": {edit(at, func(l *Posting) { l.Fact, l.Account = l.Fact+"x"+l.Account, "" }), int64(at + 1)},
			"deletion": {func(l []Posting) []Posting { return slices.Delete(l, at, at+1) }, int64(at + 1)},
			"insertion": {func(l []Posting) []Posting {
				l = slices.Insert(l, at, Posting{Amount: decimal.New(5, 0)})
				for i := range l {
					l[i].No = int64(i + 1)
				}
				return l
			}, int64(at + 1)},
			"swap of rows": {func(l []Posting) []Posting { l[at], l[other] = l[other], l[at]; return l }, first},
			"swap of contents": {func(l []Posting) []Posting {
				l[at], l[other] = l[other], l[at]
				l[at].No, l[other].No = l[other].No, l[at].No
				return l
			}, first},
			"an end with its hash": {func(l []Posting) []Posting {
				added := Posting{No: end.No + 1}
				added.Hash = added.chain("P1", end.Hash)
				return append(l, added)
			}, end.No + 1},
			"all hashes anew": {func(l []Posting) []Posting {
				l[at].Amount = l[at].Amount.Add(decimal.New(1, 0))
				chained("P1", l)
				return l
			}, end.No},
		} {
			if broken := verify(c.change(slices.Clone(lines)), end); broken == nil || broken.No != c.want {
				t.Fatalf("%s of posting %d of %d: %v, want posting %d", name, at+1, len(lines), broken, c.want)
			}
		}
		moved := end
		moved.PartnerID = "P2"
		if broken := verify(lines, moved); broken == nil || broken.No != 1 || !strings.Contains(broken.Error(), `"P2"`) {
			t.Fatalf("the ledger of another partner: %v", broken)
		}
	})
}

func edit(at int, change func(*Posting)) func([]Posting) []Posting {
	return func(l []Posting) []Posting { change(&l[at]); return l }
}

// TestTheFormOfAPostingIsFixed: what was hashed once is hashed the same for ever.
func TestTheFormOfAPostingIsFixed(t *testing.T) {
	t.Parallel()
	line := Posting{No: 1, InputNo: 2, Fact: "order/O1", Account: "tender_cash", BillID: "", Currency: "CNY", Amount: decimal.RequireFromString("10.50")}
	same := line
	same.Amount = decimal.RequireFromString("10.5")
	const want = "4fed711ea6e891e3fd89602b92e161183bc65984c06b77155537752450c8b8e3"
	if got := line.chain("P1", PostingHash{}); got.String() != want || same.chain("P1", PostingHash{}) != got {
		t.Errorf("hash %s, want %s", got, want)
	}
}
