package api

import (
	"context"
	"net/http"
	"strconv"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers"
	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/inquiry"
	"github.com/accruald/accruald/workers/inquiry/access"
	"github.com/accruald/accruald/workers/pricing"
)

// renewalSettings say how resources renew by themselves.
func renewalSettings() []Operation {
	return []Operation{
		{
			ID: "AutoRenewalResources", Method: http.MethodPost, Path: "/v2/orders/subscriptions/resources/autorenew/{resource_id}",
			Summary: "Has a resource renew by itself.",
			Right:   access.OrderActions, Writes: true, Handle: with(setAutoRenewal),
		},
		{
			ID: "CancelAutoRenewalResources", Method: http.MethodDelete, Path: "/v2/orders/subscriptions/resources/autorenew/{resource_id}",
			Summary: "Has a resource not renew by itself any more.",
			Right:   access.OrderActions, Writes: true, Handle: with(unsetAutoRenewal),
		},
		{
			ID: "SetResourcesRenewConfig", Method: http.MethodPost, Path: "/v2/orders/subscriptions/resources/renew/config",
			Summary: "Sets how many days before their expiry the caller's resources renew by themselves, or the day of the month on which they expire then.",
			Right:   access.OrderActions, Writes: true, Handle: with(setRenewalConfig),
		},
	}
}

const (
	autoRenewTimesMax = 99
	// configuredMax is how many resources of a customer one setting reaches.
	configuredMax = 1_000

	periodMonth = "MONTH"
	periodYear  = "YEAR"

	configDeduction = "DEDUCTION_DATE"
	configExpiry    = "EXPIRE_DATE"
	deductionMin    = 2
	deductionMax    = 7
	expiryDayMax    = 28
	lastDay         = -1
)

type setAutoRenewalRequest struct {
	ResourceID string `path:"resource_id" max:"64" doc:"A primary resource."`
	Body       struct {
		Times      *int   `json:"auto_renew_times"`
		PeriodType string `json:"period_type"`
	} `body:"optional"`
}

// setAutoRenewal sets times and period as they are sent, and keeps the days
// that were configured.
func setAutoRenewal(ctx context.Context, call *Call, q *setAutoRenewalRequest) (*acknowledged, error) {
	data := &events.ResourceRenewalConfigured{PartnerID: call.Caller.PartnerID, ResourceIDs: []string{q.ResourceID}, AutoRenew: true}
	if t := q.Body.Times; t != nil {
		if *t < 0 || *t > autoRenewTimesMax {
			return nil, parameterError("auto_renew_times is %d: use 1 to %d, or 0 for any number", *t, autoRenewTimesMax)
		}
		data.Times = *t
	}
	switch q.Body.PeriodType {
	case "": // the period originally bought
	case periodMonth, periodYear:
		kind := int(calendar.Month)
		if q.Body.PeriodType == periodYear {
			kind = int(calendar.Year)
		}
		data.PeriodType, data.PeriodNum = &kind, 1
	default:
		return nil, parameterError("period_type is %s: use %s or %s", quoted(q.Body.PeriodType), periodMonth, periodYear)
	}
	return call.configure(ctx, q.ResourceID, data)
}

type unsetAutoRenewalRequest struct {
	ResourceID string `path:"resource_id" max:"64" doc:"A primary resource."`
}

func unsetAutoRenewal(ctx context.Context, call *Call, q *unsetAutoRenewalRequest) (*acknowledged, error) {
	return call.configure(ctx, q.ResourceID, &events.ResourceRenewalConfigured{PartnerID: call.Caller.PartnerID, ResourceIDs: []string{q.ResourceID}})
}

func (c *Call) configure(ctx context.Context, id string, data *events.ResourceRenewalConfigured) (*acknowledged, error) {
	found, err := c.resources(ctx, []string{id})
	if err != nil {
		return nil, err
	}
	r := found[id]
	if r == nil {
		return nil, Denied()
	}
	if was := r.AutoRenewal; was != nil && data.AutoRenew {
		data.DeductionDay, data.ExpireDay = was.DeductionDay, was.UnifiedDay
	}
	ev, err := c.event("configure", id, r.at, data)
	if err != nil {
		return nil, err
	}
	return c.do(ctx, ev)
}

type setRenewalConfigRequest struct {
	Body struct {
		Name  string `json:"config_name"`
		Value string `json:"config_value"`
	} `body:""`
}

type setRenewalConfigResponse struct {
	Code    string `json:"error_code"`
	Message string `json:"error_msg"`
}

func (q *setRenewalConfigRequest) day() (int, error) {
	value, err := strconv.Atoi(q.Body.Value)
	switch q.Body.Name {
	case configDeduction:
		if err != nil || value < deductionMin || value > deductionMax {
			return 0, parameterError("config_value is %s: use %d to %d days before the expiry", quoted(q.Body.Value), deductionMin, deductionMax)
		}
	case configExpiry:
		if err != nil || value != lastDay && (value < 1 || value > expiryDayMax) {
			return 0, parameterError("config_value is %s: use 1 to %d, or %d for the last day of the month", quoted(q.Body.Value), expiryDayMax, lastDay)
		}
	default:
		return 0, parameterError("config_name is %s: use %s or %s", quoted(q.Body.Name), configDeduction, configExpiry)
	}
	return value, nil
}

// setRenewalConfig changes one day of every resource of the customer that
// renews by itself. It has no resources to name, so the caller is a customer;
// resources that are set to renew later take their own setting then.
func setRenewalConfig(ctx context.Context, call *Call, q *setRenewalConfigRequest) (*setRenewalConfigResponse, error) {
	day, err := q.day()
	if err != nil {
		return nil, err
	}
	if call.Caller.CustomerID == "" {
		return nil, NotAllowed("the setting is of all resources of one customer: call with a key of that customer")
	}
	ids, err := call.renewingResources(ctx)
	if err != nil {
		return nil, err
	}
	evs, err := call.configured(ctx, ids, q.Body.Name, day)
	if err != nil || len(evs) == 0 {
		return &setRenewalConfigResponse{Code: inquiry.CodeSuccess, Message: "Success"}, err
	}
	verdicts, err := call.handIn(ctx, evs...)
	if err != nil {
		return nil, err
	}
	for _, v := range verdicts {
		if !v.Pending() && !v.Accepted() {
			return nil, refusedBy(v.Rejection)
		}
	}
	return &setRenewalConfigResponse{Code: inquiry.CodeSuccess, Message: "Success"}, nil
}

// renewingResources are those of the customer that renew by themselves.
func (c *Call) renewingResources(ctx context.Context) ([]string, error) {
	var ids []string
	err := c.Read(ctx, func(s *workers.Snapshot, p *decision.Partner) error {
		if err := s.LoadResourcesOf(ctx, p, c.Caller.CustomerID); err != nil {
			return err
		}
		for _, r := range p.Resources.All() {
			if r.AutoRenewal != nil && r.AutoRenewal.On && timesLeft(r.AutoRenewal) >= 0 {
				ids = append(ids, r.ID)
			}
		}
		return nil
	})
	if err == nil && len(ids) > configuredMax {
		return nil, NotAllowed("%d resources renew by themselves, a setting reaches at most %d: set them one by one", len(ids), configuredMax)
	}
	return ids, err
}

// timesLeft is how often a resource still renews, 0 without end, -1 not at
// all.
func timesLeft(a *pricing.AutoRenewal) int {
	switch {
	case a.Times == 0:
		return 0
	case a.Done >= a.Times:
		return -1
	default:
		return a.Times - a.Done
	}
}

func (c *Call) configured(ctx context.Context, ids []string, name string, day int) ([]*events.Event, error) {
	found, err := c.resources(ctx, ids)
	if err != nil {
		return nil, err
	}
	var evs []*events.Event
	for _, id := range ids {
		r := found[id]
		if r == nil || r.AutoRenewal == nil {
			continue
		}
		data := &events.ResourceRenewalConfigured{PartnerID: c.Caller.PartnerID, ResourceIDs: []string{id}, AutoRenew: true,
			Times: timesLeft(r.AutoRenewal), DeductionDay: r.AutoRenewal.DeductionDay, ExpireDay: r.AutoRenewal.UnifiedDay}
		if p := r.AutoRenewal.Period; p != nil {
			kind := int(p.Type)
			data.PeriodType, data.PeriodNum = &kind, p.Num
		}
		if name == configDeduction {
			data.DeductionDay = day
		} else {
			data.ExpireDay = day
		}
		ev, err := c.event("configure", id, r.at, data)
		if err != nil {
			return nil, err
		}
		evs = append(evs, ev)
	}
	return evs, nil
}
