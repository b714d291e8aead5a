package api

import (
	"context"
	"net/http"

	"github.com/accruald/accruald/workers/inquiry"
	"github.com/accruald/accruald/workers/inquiry/access"
)

// ratings are the price inquiries.
func ratings() []Operation {
	return []Operation{
		{
			ID: "ListRateOnPeriodDetail", Method: http.MethodPost, Path: "/v2/bills/ratings/period-resources/subscribe-rate",
			Summary: "What a yearly/monthly subscription costs, at list price and under each discount.",
			Right:   access.Prices, Handle: with(subscribeRate),
		},
	}
}

type subscribeRateRequest struct {
	Body inquiry.SubscribeRequest `body:""`
}

func subscribeRate(ctx context.Context, call *Call, request *subscribeRateRequest) (*inquiry.SubscribeResponse, error) {
	standing, err := call.Standing(ctx, call.At)
	if err != nil {
		return nil, err
	}
	return inquiry.Subscribe(standing.Book, call.Asker(standing, call.At), &request.Body)
}
