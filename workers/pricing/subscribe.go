package pricing

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/money"
)

// Limits of a subscription (Pricing rules, section 2).
const (
	lineCountMax = 100
	quantityMax  = 10_000
)

// Subscribe prices a new order: order types 1, 11 and 14 by the price in force, 13 (trial) at 0.
// Refusals: those of the lines by pointer, currency_mix, and order_type_unsupported.
func Subscribe(b Book, in Subscription) (*Quote, error) {
	orderType := in.OrderType
	switch orderType {
	case 0:
		orderType = OrderSubscribe
	case OrderSubscribe, OrderPayPerUseToPeriod, OrderTrial, OrderTrialToCommercial:
	default:
		return nil, refuse(CodeOrderTypeUnsupported, "/order_type", "price a new order of type %d: use 1 subscribe, 11 pay-per-use to period, 13 trial or 14 trial to commercial", in.OrderType)
	}
	if err := checkLines(in.Lines); err != nil {
		return nil, err
	}
	quote := &Quote{OrderType: orderType, Kind: KindNew, At: in.At, Lines: make([]QuoteLine, 0, len(in.Lines))}
	priced := make([]pricedLine, 0, len(in.Lines))
	for i := range in.Lines {
		line, list, err := b.subscribeLine(&in, i, quote)
		if err != nil {
			return nil, err
		}
		quote.Lines = append(quote.Lines, line)
		priced = append(priced, list)
	}
	for i := range priced {
		priced[i].line = &quote.Lines[i]
	}
	if orderType == OrderTrial {
		quote.makeTrial()
		return quote, nil
	}
	quote.sumLines()
	if in.ListPriceOnly {
		return quote, nil
	}
	return quote, b.offer(quote, customer{in.CustomerID, in.IndirectPartnerID}, priced)
}

func checkLines(lines []LineInput) error {
	if len(lines) == 0 {
		return refuse(CodeNoLines, "/lines", "price an order without lines: send 1 to %d", lineCountMax)
	}
	if len(lines) > lineCountMax {
		return refuse(CodeTooManyLines, "/lines", "price an order of %d lines: send at most %d, the rest as another order", len(lines), lineCountMax)
	}
	lineIDs, resourceIDs := make(map[string]bool, len(lines)), make(map[string]bool, len(lines))
	for i := range lines {
		line := &lines[i]
		if lineIDs[line.LineID] {
			return refuse(CodeDuplicateLine, linePointer(i, "line_id"), "line id %q stands twice in the order: give every line its own", line.LineID)
		}
		if resourceIDs[line.ResourceID] {
			return refuse(CodeDuplicateResource, linePointer(i, "resource_id"), "line %q: resource %q stands twice in the order: one line is one resource", line.LineID, line.ResourceID)
		}
		lineIDs[line.LineID] = true
		resourceIDs[line.ResourceID] = line.ResourceID != "" // inquiries have none
		if line.Quantity < 1 || line.Quantity > quantityMax {
			return refuse(CodeQuantityOutOfRange, linePointer(i, "subscription_num"), "line %q: quantity %d is out of range: use 1 to %d", line.LineID, line.Quantity, quantityMax)
		}
		if !line.Period.Type.Known() {
			return refuse(CodeInvalidPeriod, linePointer(i, "period_type"), "line %q: period type %d is unknown: use 0 day, 1 week, 2 month, 3 year, 4 hour or 5 one-off", line.LineID, int(line.Period.Type))
		}
		if line.Period.Num < 1 {
			return refuse(CodeInvalidPeriod, linePointer(i, "period_num"), "line %q: period number %d is out of range: use 1 or more", line.LineID, line.Period.Num)
		}
	}
	return nil
}

// subscribeLine prices line i at list price. The first line decides the quote's currency.
func (b *Book) subscribeLine(in *Subscription, i int, quote *Quote) (QuoteLine, pricedLine, error) {
	input := &in.Lines[i]
	fail := func(err error, field string) (QuoteLine, pricedLine, error) {
		return QuoteLine{}, pricedLine{}, onLine(err, input.LineID, linePointer(i, field))
	}
	serviceType, err := b.Prices.ServiceType(input.Key.ServiceType, in.At)
	if err != nil {
		return fail(err, "cloud_service_type")
	}
	product, err := b.Prices.Product(input.Key, in.At)
	if err != nil {
		return fail(err, "resource_spec")
	}
	if in.ListPriceOnly && product.ReservedInstance {
		return fail(refuse(CodeReservedInstance, "", "product %q is a reserved instance, which is not priced by specification: ask for its subscription price", product.ID), "resource_spec")
	}
	size, field, err := b.Prices.sizeOf(product, input.Size, input.SizeMeasure)
	if err != nil {
		return fail(err, field)
	}
	if quote.Currency == "" {
		quote.Currency = product.Currency
	}
	if product.Currency != quote.Currency {
		return fail(refuse(CodeCurrencyMix, "", "product %q is priced in %s and the line before in %s: order them apart", product.ID, product.Currency, quote.Currency), "resource_spec")
	}
	list, text, official, field, err := b.listPrice(in, input, product, size)
	if err != nil {
		return fail(err, field)
	}
	line := QuoteLine{
		LineID: input.LineID, ResourceID: input.ResourceID, ServiceType: product.ServiceType,
		ResourceType: product.ResourceType, Region: product.Region, Zone: input.Key.Zone, Channel: product.Channel,
		SpecState: SpecState{ProductID: product.ID, Spec: product.Spec, Size: size.size, SizeMeasure: size.measure},
		ParentID:  input.ParentID, RelatedID: input.RelatedID, PrimaryID: input.ParentID,
		Quantity: input.Quantity, Period: input.Period, Official: official,
		NotRefundable:         !product.Refundable,
		OrderLevelUnsubscribe: serviceType.UnsubscribeLevel == UnsubscribeByOrder,
		Steps:                 []Step{listStep(product.ID, text, official, product.Currency)},
	}
	if line.PrimaryID == "" {
		line.PrimaryID = input.ResourceID
	}
	return line, pricedLine{plain: list, period: input.Period, partnerDiscount: serviceType.AllowDiscount}, nil
}

// listPrice prices a line by its period, or by the time until the inquiry's end date. Field names the field to blame.
func (b *Book) listPrice(in *Subscription, line *LineInput, p *Product, size resourceSize) (list listPrice, text string, official decimal.Decimal, field string, err error) {
	if in.Until != nil {
		official, text, field, err = b.priceUntil(in, line, p, size)
		return listPrice{}, text, official, field, err
	}
	row, times, offered := p.row(line.Period)
	if !offered {
		return listPrice{}, "", official, "period_num", periodNotOffered(p, line.Period)
	}
	list = row.price(p.Linear, size.value(), line.Quantity).times(times)
	official, err = money.RoundProduct(list.amount, one, one, money.StageOrderLine, p.Currency)
	return list, list.text, official, "resource_spec", err
}

var one = decimal.New(1, 0)

// resourceSize is a size in the measure its product is priced in; nil for products without one.
type resourceSize struct {
	size    *decimal.Decimal
	measure int
}

func (s resourceSize) value() decimal.Decimal {
	if s.size == nil {
		return decimal.Zero
	}
	return *s.size
}

// sizeOf checks a size against its product and brings it to the product's measure. Field names the field to blame.
func (v View) sizeOf(p *Product, size *decimal.Decimal, measure int) (s resourceSize, field string, err error) {
	switch {
	case !p.Linear && size != nil:
		return s, "resource_size", refuse(CodeSizeNotAllowed, "", "product %q is not priced by size: leave resource_size %s out", p.ID, size)
	case !p.Linear:
		return s, "", nil
	case size == nil:
		return s, "resource_size", refuse(CodeSizeMissing, "", "product %q is priced by size: send resource_size and size_measure_id", p.ID)
	case !size.IsPositive():
		return s, "resource_size", refuse(CodeSizeOutOfRange, "", "size %s of product %q is out of range: use more than 0", size, p.ID)
	case measure == 0:
		return s, "size_measure_id", refuse(CodeSizeMissing, "", "product %q is priced by size: send size_measure_id %d with the size", p.ID, p.SizeMeasure)
	case measure == p.SizeMeasure:
		return resourceSize{size, measure}, "", nil
	}
	num, den, known := v.Ratio(measure, p.SizeMeasure)
	if !known {
		return s, "size_measure_id", refuse(CodeSizeMeasureMismatch, "", "product %q is sized in measure %d, not %d, and no conversion is published: send the size in measure %d", p.ID, p.SizeMeasure, measure, p.SizeMeasure)
	}
	converted, err := money.RoundProduct(*size, num, den, money.StageUsageUnits, p.Currency)
	if err != nil {
		return s, "size_measure_id", err
	}
	return resourceSize{&converted, p.SizeMeasure}, "", nil
}

// times takes the row price n times, for a period of n units without a row of its own.
func (l listPrice) times(n int) listPrice {
	if n == 1 {
		return l
	}
	number := decimal.NewFromInt(int64(n))
	return listPrice{l.amount.Mul(number), l.units.Mul(number), l.text + " x " + strconv.Itoa(n)}
}

// makeTrial prices every line at 0 and says so.
func (q *Quote) makeTrial() {
	for i := range q.Lines {
		line := &q.Lines[i]
		line.Steps = append(line.Steps, Step{Rule: "trial", Formula: "0", Before: line.Official})
		line.Official = decimal.Zero
	}
	q.Official = decimal.Zero
}

func (q *Quote) sumLines() {
	q.Official = decimal.Zero
	for i := range q.Lines {
		q.Official = q.Official.Add(q.Lines[i].Official)
	}
}

func listStep(productID, formula string, official decimal.Decimal, c money.Currency) Step {
	return Step{Rule: "list_price", Reference: productID, Formula: formula + " = " + money.Fixed(official, c), After: official}
}

func periodNotOffered(p *Product, period calendar.Period) *Refusal {
	return refuse(CodePeriodNotOffered, "", "product %q is not offered for %s: choose a period of its price list", p.ID, period)
}

func linePointer(i int, field string) string { return itemPointer("lines", i, field) }

func itemPointer(list string, i int, field string) string {
	return fmt.Sprintf("/%s/%d/%s", list, i, field)
}

// onLine names the line in a refusal and points at its field.
func onLine(err error, lineID, pointer string) error {
	return refuseAt(err, pointer, "line "+strconv.Quote(lineID)+": ")
}

// refuseAt makes a refusal of any coded error of the leaf packages and points it at a field.
func refuseAt(err error, pointer, prefix string) error {
	var refusal *Refusal
	if errors.As(err, &refusal) {
		pointed := *refusal
		pointed.Message = prefix + pointed.Message
		if pointed.Pointer == "" {
			pointed.Pointer = pointer
		}
		return &pointed
	}
	var coded interface{ Code() string }
	if errors.As(err, &coded) {
		return &Refusal{Code: coded.Code(), Message: prefix + err.Error(), Pointer: pointer}
	}
	return err
}
