package workers

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/site"
	"github.com/accruald/accruald/workers/upstream"
)

// Importing the vendor's statements.
//
// A statement is no event: nothing is decided by it, it is what decisions are
// compared with. It is stored in one transaction, whole or not at all, beside
// the workers, which it does not lock out.

// linesPerCopy is how many lines are in memory at once.
const linesPerCopy = 5_000

// An UpstreamStatement is one version of a statement as it stands.
type UpstreamStatement = db.UpstreamStatement

// A StatementFile is what is to be imported.
type StatementFile struct {
	Path        string
	PartnerID   string // "" takes the partner of each line from its customer
	Cycle       calendar.Cycle
	Currency    money.Currency    // "" takes that of the lines
	Kind        string            // "" takes that of the mapping
	Mapping     *upstream.Mapping // nil is the program's
	Encoding    string
	ProblemsMax int
	DryRun      bool
	Again       bool // also where a later file has replaced this one since
	Progress    func(done, size int64)
}

// An Imported is what became of a file.
type Imported struct {
	Statements []UpstreamStatement // one for each partner in it
	Superseded []string            // statements that these replace
	Unchanged  bool                // the file was imported before: nothing was done
	Totals     int64               // lines of totals
	Ignored    []string            // sheets without a statement
}

// ImportStatement reads a file and stores what it says. What is wrong with the
// file is *upstream.Problems; then, and with DryRun, nothing is stored.
func ImportStatement(ctx context.Context, pool *pgxpool.Pool, sites site.Profiles, f StatementFile) (*Imported, error) {
	if f.Mapping == nil {
		f.Mapping = upstream.Default()
	}
	if f.Kind == "" {
		f.Kind = f.Mapping.Kind
	}
	file, err := os.Open(f.Path)
	if err != nil {
		return nil, fmt.Errorf("import a statement: %w", err)
	}
	defer func() { _ = file.Close() }() // it was only read
	i := &importing{StatementFile: f, statements: map[string]string{}, out: &Imported{}}
	if err := i.measure(file); err != nil {
		return nil, fmt.Errorf("import %s: %w", f.Path, err)
	}
	i.tx, err = pool.Begin(ctx)
	if err != nil {
		return nil, fmt.Errorf("import %s: %w", f.Path, err)
	}
	defer rollback(ctx, i.tx) // after the commit it does nothing
	if err := i.run(ctx, file, sites); err != nil {
		return nil, err
	}
	if f.DryRun {
		return i.out, nil
	}
	if err := i.tx.Commit(ctx); err != nil {
		return nil, fmt.Errorf("import %s: %w", f.Path, err)
	}
	return i.out, nil
}

// importing is one import under way.
type importing struct {
	StatementFile

	tx         pgx.Tx
	owners     *owners
	reader     *upstream.Reader
	size       int64
	hash       [sha256.Size]byte
	statements map[string]string // partner -> statement
	order      []string          // of the partners, as they came
	batch      []db.AddUpstreamLinesParams
	several    []severalOwners // of lines in the batch
	out        *Imported
}

// severalOwners is a line whose customer was of several partners in the cycle.
type severalOwners struct {
	at       int // in the batch
	line     upstream.Line
	partners []string
}

// measure takes the size and the hash of the file.
func (i *importing) measure(file *os.File) error {
	hash := sha256.New()
	size, err := io.Copy(hash, file)
	if err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	i.size = size
	hash.Sum(i.hash[:0])
	return err
}

func (i *importing) run(ctx context.Context, file io.Reader, sites site.Profiles) error {
	q := db.New(i.tx)
	if err := q.LockUpstreamImports(ctx); err != nil {
		return fmt.Errorf("wait for other imports: %w", err)
	}
	known, err := i.known(ctx, q)
	if err != nil || known {
		return err
	}
	if i.owners, err = loadOwners(ctx, q, sites, i.PartnerID, i.Cycle); err != nil {
		return err
	}
	if i.PartnerID != "" {
		if code, message := i.owners.closed(i.PartnerID, i.Cycle); code != "" {
			return &upstream.Problems{List: []*upstream.Problem{{Code: code, File: i.name(), Message: message}}}
		}
	}
	i.reader, err = upstream.Open(file, upstream.Options{Name: i.name(), Path: i.Path, Size: i.size, Mapping: i.Mapping, Encoding: i.Encoding,
		Cycle: i.Cycle, Currency: i.Currency, ProblemsMax: i.ProblemsMax})
	if err != nil {
		return err
	}
	err = i.lines(ctx)
	if err := errors.Join(err, i.reader.Close()); err != nil {
		return err
	}
	for _, partnerID := range i.order {
		row, err := q.SumUpstreamStatement(ctx, partnerID, i.statements[partnerID])
		if err != nil {
			return fmt.Errorf("sum up the statement of partner %q: %w", partnerID, err)
		}
		i.out.Statements = append(i.out.Statements, row)
	}
	i.out.Totals, i.out.Ignored = i.reader.Totals(), i.reader.Ignored()
	return nil
}

func (i *importing) name() string { return filepath.Base(i.Path) }

// known says whether the file was imported before, in the currency that is
// named: without a column for it the same file may be read in another.
func (i *importing) known(ctx context.Context, q *db.Queries) (bool, error) {
	mapping := i.Mapping.Hash()
	rows, err := q.FindUpstreamFile(ctx, db.FindUpstreamFileParams{FileHash: i.hash[:], MappingHash: mapping[:], Cycle: string(i.Cycle), Kind: i.Kind, PartnerID: i.PartnerID})
	if err != nil {
		return false, fmt.Errorf("look for the file among those imported: %w", err)
	}
	rows = slices.DeleteFunc(rows, func(row UpstreamStatement) bool { return i.Currency != "" && row.Currency != string(i.Currency) })
	replaced := slices.ContainsFunc(rows, func(row UpstreamStatement) bool { return row.SupersededBy != nil })
	inForce := slices.ContainsFunc(rows, func(row UpstreamStatement) bool { return row.SupersededBy == nil })
	if i.out.Unchanged = inForce || replaced && !i.Again; i.out.Unchanged {
		i.out.Statements = rows
	}
	return i.out.Unchanged, nil
}

// lines stores the lines, some thousands at a time.
func (i *importing) lines(ctx context.Context) error {
	for {
		line, err := i.reader.Next()
		if errors.Is(err, io.EOF) {
			return i.flush(ctx)
		}
		if err != nil {
			return err
		}
		partners, code, message := i.owners.of(line)
		if code != "" {
			i.reader.Refuse(line, upstream.FieldCustomer, code, message)
		}
		if i.reader.Problems() != nil {
			continue // nothing is stored any more: the rest is only judged
		}
		if len(partners) > 1 {
			i.several = append(i.several, severalOwners{len(i.batch), *line, partners})
		}
		i.batch = append(i.batch, rowOf(partners[0], line))
		if len(i.batch) == linesPerCopy {
			if err := i.flush(ctx); err != nil {
				return err
			}
		}
	}
}

// flush stores what was gathered.
func (i *importing) flush(ctx context.Context) error {
	if err := i.askOrders(ctx); err != nil {
		return err
	}
	for n := range i.batch {
		row := &i.batch[n]
		id, err := i.statement(ctx, row.PartnerID)
		if err != nil {
			return err
		}
		row.StatementID = id
	}
	if _, err := db.New(i.tx).AddUpstreamLines(ctx, i.batch); err != nil {
		return fmt.Errorf("store %d lines: %w", len(i.batch), err)
	}
	i.batch, i.several = i.batch[:0], i.several[:0]
	if i.Progress != nil {
		i.Progress(i.reader.Done(), i.size)
	}
	return nil
}

// askOrders settles whose the lines of moved customers are.
func (i *importing) askOrders(ctx context.Context) error {
	if len(i.several) == 0 {
		return nil
	}
	ids := make([]string, len(i.several))
	var partnerIDs []string
	for n := range i.several {
		ids[n] = i.several[n].line.Matches()
		partnerIDs = append(partnerIDs, i.several[n].partners...)
	}
	slices.Sort(partnerIDs)
	found, err := db.New(i.tx).PartnersOfOrders(ctx, slices.Compact(partnerIDs), ids)
	if err != nil {
		return fmt.Errorf("look up the orders of moved customers: %w", err)
	}
	has := map[[2]string]bool{}
	for _, row := range found {
		has[[2]string{row.PartnerID, row.OrderID}] = true
	}
	for _, s := range i.several {
		owner := ""
		for _, partnerID := range s.partners {
			if has[[2]string{partnerID, s.line.Matches()}] {
				owner = partnerID
			}
		}
		if owner == "" {
			i.reader.Refuse(&s.line, upstream.FieldCustomer, upstream.CodeAmbiguousPartner, fmt.Sprintf(
				"customer %q was of partners %q in the cycle, and none of them has order %q: import the lines of each from a file of its own, with --partner", s.line.CustomerID, s.partners, s.line.OrderID))
			continue
		}
		i.batch[s.at].PartnerID = owner
	}
	return i.reader.Problems()
}

// statement returns the statement of a partner in this file; its first line
// makes it, and takes the one before out of force.
func (i *importing) statement(ctx context.Context, partnerID string) (string, error) {
	if id, made := i.statements[partnerID]; made {
		return id, nil
	}
	if code, message := i.owners.closed(partnerID, i.Cycle); code != "" {
		return "", &upstream.Problems{List: []*upstream.Problem{{Code: code, File: i.name(), Message: message}}}
	}
	q, currency := db.New(i.tx), string(i.reader.Currency())
	version, err := q.LastUpstreamVersion(ctx, db.LastUpstreamVersionParams{PartnerID: partnerID, Cycle: string(i.Cycle), Currency: currency, Kind: i.Kind})
	if err != nil {
		return "", fmt.Errorf("find the statement before: %w", err)
	}
	version++
	id := events.DeriveID("upstream_statement", partnerID, string(i.Cycle), currency, i.Kind, strconv.Itoa(int(version)))
	mapping := i.Mapping.Hash()
	before, err := q.SupersedeUpstreamStatement(ctx, db.SupersedeUpstreamStatementParams{StatementID: id, PartnerID: partnerID, Cycle: string(i.Cycle), Currency: currency, Kind: i.Kind,
		FileHash: i.hash[:], MappingHash: mapping[:]})
	if err != nil {
		return "", fmt.Errorf("replace the statement before: %w", err)
	}
	err = q.AddUpstreamStatement(ctx, db.AddUpstreamStatementParams{PartnerID: partnerID, StatementID: id, Cycle: string(i.Cycle), Currency: currency, Kind: i.Kind,
		Version: version, File: i.name(), FileBytes: i.size, FileHash: i.hash[:], MappingHash: mapping[:]})
	if err != nil {
		return "", fmt.Errorf("store the statement of partner %q: %w", partnerID, err)
	}
	i.out.Superseded = append(i.out.Superseded, before...)
	i.statements[partnerID] = id
	i.order = append(i.order, partnerID)
	return id, nil
}

func rowOf(partnerID string, l *upstream.Line) db.AddUpstreamLinesParams {
	return db.AddUpstreamLinesParams{PartnerID: partnerID, LineNo: l.No, Part: l.Part, PartLine: int64(l.PartLine), MatchID: l.Matches(),
		BillType: string(l.BillType), CustomerID: l.CustomerID, OrderID: l.OrderID, OriginalOrderID: l.OriginalOrderID, InvoiceID: l.InvoiceID,
		BillingMode: l.BillingMode, ProductType: l.ProductType, ProductTypeCode: l.ProductTypeCode, ProductName: l.ProductName,
		ProductID: l.ProductID, ResourceID: l.ResourceID, Amount: l.Amount, ListAmount: numeric(l.ListAmount),
		SettlementAmount: numeric(l.SettlementAmount), LineHash: l.Hash[:]}
}

// numeric is an amount that may be missing, for the database.
func numeric(d *decimal.Decimal) pgtype.Numeric {
	if d == nil {
		return pgtype.Numeric{}
	}
	return pgtype.Numeric{Int: d.Coefficient(), Exp: d.Exponent(), Valid: true}
}
