package api

import (
	"context"
	"maps"
	"net/http"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/inquiry/access"
	"github.com/accruald/accruald/workers/pricing"
)

// measures are the queries of what amounts, sizes and usage are counted in.
func measures() []Operation {
	return []Operation{
		{
			ID: "ListMeasureUnits", Method: http.MethodGet, Path: "/v2/bases/measurements",
			Summary: "What amounts, sizes and usage are counted in.",
			Right:   access.Catalogue, Handle: with(listMeasureUnits),
		},
		{
			ID: "ListConversions", Method: http.MethodGet, Path: "/v2/bases/conversions",
			Summary: "How many units of one measure one unit of another is.",
			Right:   access.Catalogue, Handle: with(listConversions),
		},
	}
}

// Kinds of measures, as the published API numbers.
const (
	kindCurrency  = 1
	kindDuration  = 2
	kindTraffic   = 3
	kindCapacity  = 7
	kindCount     = 12
	kindBandwidth = 16
)

// gigabyte is how the China site abbreviates it; the others write the name.
const gigabyteChina = "G"

type measure struct {
	names pricing.Names
	kind  int
}

// knownMeasures are those that the rules speak of (Pricing rules, section 1).
// No event names measures; of those that only conversions have, the number
// and the type are all that is known.
var knownMeasures = map[int]measure{
	1:  {pricing.Names{ZhCN: "元", EnUS: "Yuan"}, kindCurrency},
	2:  {pricing.Names{ZhCN: "角", EnUS: "Jiao"}, kindCurrency},
	3:  {pricing.Names{ZhCN: "分", EnUS: "Fen"}, kindCurrency},
	4:  {pricing.Names{ZhCN: "小时", EnUS: "Hour"}, kindDuration},
	10: {pricing.Names{ZhCN: "GB", EnUS: "GB"}, kindTraffic},
	11: {pricing.Names{ZhCN: "MB", EnUS: "MB"}, kindTraffic},
	14: {pricing.Names{ZhCN: "个", EnUS: "Piece"}, kindCount},
	15: {pricing.Names{ZhCN: "Mbps", EnUS: "Mbps"}, kindBandwidth},
	17: {pricing.Names{ZhCN: "GB", EnUS: "GB"}, kindCapacity},
}

type listMeasureUnitsRequest struct {
	Language
}

type listMeasureUnitsResponse struct {
	MeasureUnits []measureUnit `json:"measure_units"`
}

type measureUnit struct {
	ID           int     `json:"measure_id"`
	Name         *string `json:"measure_name"`
	Abbreviation *string `json:"abbreviation"`
	Type         *int    `json:"measure_type"`
}

func listMeasureUnits(ctx context.Context, call *Call, request *listMeasureUnitsRequest) (*listMeasureUnitsResponse, error) {
	p, err := call.Partner(ctx)
	if err != nil {
		return nil, err
	}
	common, err := call.Books.Common(ctx)
	if err != nil {
		return nil, err
	}
	types := map[int]int{}
	for _, c := range common.Prices().Conversions() {
		types[c.Measure], types[c.RefMeasure] = c.MeasureType, c.MeasureType
	}
	for id, m := range knownMeasures {
		types[id] = m.kind
	}
	out := &listMeasureUnitsResponse{}
	for _, id := range slices.Sorted(maps.Keys(types)) {
		out.MeasureUnits = append(out.MeasureUnits, request.unit(id, types[id], p.Reference.Site()))
	}
	return out, nil
}

func (l Language) unit(id, kind int, site string) measureUnit {
	unit := measureUnit{ID: id}
	if kind != 0 {
		unit.Type = &kind
	}
	known, found := knownMeasures[id]
	if !found {
		return unit
	}
	name := l.of(known.names)
	unit.Name = &name
	if name == "GB" {
		short := name
		if site == siteChina {
			short = gigabyteChina
		}
		unit.Abbreviation = &short
	}
	return unit
}

// siteChina is the site whose models of the published API are package bss.
const siteChina = "cn"

type listConversionsRequest struct {
	Language
	MeasureType *int `query:"measure_type" min:"1" max:"2147483647" doc:"Only measures of this type."`
}

type listConversionsResponse struct {
	Conversions []conversion `json:"conversions"`
}

type conversion struct {
	Measure     int    `json:"measure_id"`
	RefMeasure  int    `json:"ref_measure_id"`
	Ratio       *int64 `json:"conversion_ratio"`
	MeasureType int    `json:"measure_type"`
}

func listConversions(ctx context.Context, call *Call, request *listConversionsRequest) (*listConversionsResponse, error) {
	common, err := call.Books.Common(ctx)
	if err != nil {
		return nil, err
	}
	out := &listConversionsResponse{Conversions: []conversion{}}
	for _, c := range common.Prices().Conversions() {
		if request.MeasureType == nil || *request.MeasureType == c.MeasureType {
			out.Conversions = append(out.Conversions, conversion{Measure: c.Measure, RefMeasure: c.RefMeasure, Ratio: whole(c.Ratio), MeasureType: c.MeasureType})
		}
	}
	return out, nil
}

// whole is a ratio as the published API can write it, nil for one with
// decimals or of too many digits, which its integer cannot hold.
func whole(ratio decimal.Decimal) *int64 {
	n := ratio.BigInt()
	if !ratio.IsInteger() || !n.IsInt64() {
		return nil
	}
	value := n.Int64()
	return &value
}
