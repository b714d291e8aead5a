package records

import (
	"context"

	"github.com/accruald/accruald/schema/db"
)

// A document is a row as the rules know it.
type document struct {
	id   string
	text []byte
}

// A reader reads one partner's documents of one kind, in no order.
type reader func(ctx context.Context, partner string) ([]document, error)

// reading makes a reader of a generated query.
func reading[R any](query func(context.Context, string) ([]R, error), of func(R) document) reader {
	return func(ctx context.Context, partner string) ([]document, error) {
		rows, err := query(ctx, partner)
		if err != nil {
			return nil, err
		}
		out := make([]document, len(rows))
		for i, row := range rows {
			out[i] = of(row)
		}
		return out, nil
	}
}

func orders(q *db.Queries) reader {
	return reading(q.OrderDocuments, func(r db.OrderDocumentsRow) document { return document{r.ID, r.Document} })
}

func details(q *db.Queries) reader {
	return reading(q.DetailDocuments, func(r db.DetailDocumentsRow) document { return document{r.ID, r.Document} })
}

func requests(q *db.Queries) reader {
	return reading(q.RequestDocuments, func(r db.RequestDocumentsRow) document { return document{r.ID, r.Document} })
}

func invoices(q *db.Queries) reader {
	return reading(q.InvoiceDocuments, func(r db.InvoiceDocumentsRow) document { return document{r.ID, r.Document} })
}
