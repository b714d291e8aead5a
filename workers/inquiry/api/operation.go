package api

import (
	"cmp"
	"context"
	"fmt"
	"reflect"
	"slices"

	"github.com/accruald/accruald/workers/inquiry/access"
)

// An Operation is one thing that callers can ask for. HTTP, NATS and the
// OpenAPI document are derived from it.
type Operation struct {
	ID      string // the method's name in the SDK where it has one
	Method  string
	Path    string // a pattern of http.ServeMux; its {names} are path parameters
	Summary string // one sentence for people
	Right   access.Right
	Writes  bool // it changes something: a repetition is answered from the first answer
	Handle  Handler
}

// A Handler answers one operation. Its request and response types say what
// is sent; see parameters.go for the tags of requests.
type Handler struct {
	Request    reflect.Type // a struct
	Response   reflect.Type
	Parameters []Parameter // of the path, the query and the headers
	Body       *Body       // nil for none

	answer func(context.Context, *Call, any) (any, error)
}

// A Body is the JSON document of a request.
type Body struct {
	Type    reflect.Type
	Members []Parameter // what tags say of them; see members.go

	Optional bool // none at all is as {}

	index []int
}

// with makes the handler of a function: Q is what is sent, R what is
// answered. A mistake in the tags of Q is a defect that every start meets.
func with[Q, R any](f func(context.Context, *Call, *Q) (R, error)) Handler {
	h := Handler{Request: reflect.TypeFor[Q](), Response: reflect.TypeFor[R]()}
	h.answer = func(ctx context.Context, call *Call, request any) (any, error) {
		return f(ctx, call, request.(*Q)) // made by decode from the same type
	}
	if err := h.describe(h.Request, nil); err != nil {
		panic(fmt.Sprintf("describe the request %s: %v", h.Request, err))
	}
	return h
}

// Operations returns the whole table, by path and method.
func Operations() []Operation {
	all := slices.Concat(
		ratings(),
		catalogue(),
		measures(),
		specs(),
		policies(),
		resources(),
		coupons(),
		quotas(),
		parties(),
		bills(),
		ownBills(),
		orders(),
		orderActions(),
		renewalSettings(),
		incentives(),
		settlements(),
	)
	slices.SortFunc(all, func(a, b Operation) int {
		if a.Path != b.Path {
			return cmp.Compare(a.Path, b.Path)
		}
		return cmp.Compare(a.Method, b.Method)
	})
	return all
}
