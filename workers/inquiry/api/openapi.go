package api

import (
	"cmp"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// OpenAPIVersion is that of the specification which the document follows.
const OpenAPIVersion = "3.1.0"

// object is a JSON object of the document; members are written by name.
type object = map[string]any

// OpenAPI describes operations as an OpenAPI document: what is judged of a
// request, and what an answer is like, both from the types that the handlers
// have.
func OpenAPI(operations []Operation) ([]byte, error) {
	s := schemas{}
	paths := object{}
	for i := range operations {
		op := &operations[i]
		item, known := paths[op.Path].(object)
		if !known {
			item = object{}
			paths[op.Path] = item
		}
		item[strings.ToLower(op.Method)] = s.operation(op)
	}
	responses := object{}
	for _, r := range refusals {
		responses[r.name] = object{"description": r.why, "content": object{"application/json": object{"schema": object{"$ref": "#/components/schemas/Error"}}}}
	}
	s["Error"] = object{"type": "object", "required": []string{"error_code", "error_msg"}, "additionalProperties": false, "properties": object{
		"error_code":     object{"type": "string", "pattern": `^CBC\.\d+$`},
		"error_msg":      object{"type": "string"},
		"correlation_id": object{"type": "string", "description": "Of a defect: what stands in the log beside its cause."},
	}}
	document := object{
		"openapi":           OpenAPIVersion,
		"info":              object{"title": "Partner API", "version": "v2", "summary": "Prices, orders, coupons, incentives and settlement of one partner."},
		"jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
		"servers":           []object{{"url": "/"}},
		"security":          []object{{"signature": []string{}}, {"bearer": []string{}}, {"token": []string{}}},
		"paths":             paths,
		"components":        object{"schemas": s, "responses": responses, "securitySchemes": securitySchemes()},
	}
	text, err := json.Marshal(document, json.Deterministic(true), jsontext.WithIndent(" "))
	if err != nil {
		return nil, fmt.Errorf("write the OpenAPI document: %w", err)
	}
	return text, nil
}

// refusals are the statuses that every operation may answer with.
var refusals = []struct {
	status    int
	name, why string
}{
	{http.StatusBadRequest, "Refused", "A parameter is missing or wrong (CBC.0101, CBC.0100), or a rule refuses what is asked for, under its own code."},
	{http.StatusUnauthorized, "Unauthenticated", "CBC.0154: the request does not prove who sends it."},
	{http.StatusForbidden, "Denied", "CBC.0151: one may not see it, or it is not there. CBC.0155: it is not possible now."},
	{http.StatusTooManyRequests, "TooMany", "CBC.0250: too many requests of the caller to this operation; Retry-After says how many seconds to wait."},
	{http.StatusInternalServerError, "Failed", "CBC.0999: a defect; the correlation id tells which."},
}

func securitySchemes() object {
	return object{
		"signature": object{"type": "apiKey", "in": "header", "name": "Authorization", "description": "SDK-HMAC-SHA256 Access=KEY, SignedHeaders=NAMES, Signature=HEX, as the " +
			"official SDK signs with an access key and its secret; X-Sdk-Date is signed and lies within the allowed clock skew."},
		"bearer": object{"type": "http", "scheme": "bearer", "description": "A token of ours, or a JSON Web Token of the configured issuer."},
		"token":  object{"type": "apiKey", "in": "header", "name": "X-Auth-Token", "description": "The same token, as the published API sends it."},
	}
}

func (s schemas) operation(op *Operation) object {
	out := object{"operationId": op.ID, "summary": op.Summary, "tags": []string{string(op.Right)}}
	parameters := []object{}
	for i := range op.Handle.Parameters {
		p := &op.Handle.Parameters[i]
		described := object{"name": p.Name, "in": string(p.In), "schema": p.schema()}
		if p.Required {
			described["required"] = true
		}
		if p.Doc != "" {
			described["description"] = p.Doc
		}
		parameters = append(parameters, described)
	}
	if op.Writes {
		parameters = append(parameters, object{"name": "Idempotency-Key", "in": "header", "schema": object{"type": "string"},
			"description": "Under a token: makes a repetition of the request known, which has no effect and gets the stored answer. A signature is known by itself."})
	}
	if len(parameters) > 0 {
		out["parameters"] = parameters
	}
	if body := op.Handle.Body; body != nil {
		out["requestBody"] = object{"required": !body.Optional, "content": object{"application/json": object{"schema": s.body(body)}}}
	}
	content := object{"application/json": object{"schema": s.of(op.Handle.Response, answered)}}
	responses := object{strconv.Itoa(http.StatusOK): object{"description": "The answer.", "content": content}}
	if op.Writes {
		responses[strconv.Itoa(http.StatusAccepted)] = object{"description": "It is accepted and not decided yet; its effect shows later.", "content": content}
		responses[strconv.Itoa(http.StatusNoContent)] = object{"description": "It is done; there is nothing to tell."}
	}
	for _, r := range refusals {
		responses[strconv.Itoa(r.status)] = object{"$ref": "#/components/responses/" + r.name}
	}
	out["responses"] = responses
	return out
}

// body describes a request's document, with what is judged of its members.
func (s schemas) body(b *Body) object {
	out := s.structure(b.Type, sent)
	properties, required := out["properties"].(object), []string{}
	for i := range b.Members {
		m := &b.Members[i]
		described := m.schema()
		if kind, single := described["type"].(string); single && !m.Required {
			described["type"] = []string{kind, "null"} // null is as if none was sent
			if enum, is := described["enum"].([]any); is {
				if enum = append(enum, nil); kind == "string" {
					enum = append(enum, "") // likewise
				}
				described["enum"] = enum
			}
		}
		if m.Doc != "" {
			described["description"] = m.Doc
		}
		properties[m.Name] = described
		if m.Required {
			required = append(required, m.Name)
		}
	}
	if len(required) > 0 {
		out["required"] = required
	}
	return out
}

// schema describes what is judged of a parameter or a member.
func (p *Parameter) schema() object {
	kind := elementOf(p.Type)
	one := object{"type": cmp.Or(kinds[kind], "string")}
	least, most := "minLength", "maxLength"
	if one["type"] == "integer" {
		least, most = "minimum", "maximum"
	}
	if p.Min != nil {
		one[least] = *p.Min
	}
	if p.Max != nil {
		one[most] = *p.Max
	}
	if len(p.Enum) > 0 {
		enum := make([]any, len(p.Enum))
		for i, text := range p.Enum {
			enum[i] = valueOf(one, text)
		}
		one["enum"] = enum
	}
	switch p.Format {
	case "":
	case FormatCycle:
		one["pattern"] = `^(\d{4}-(0[1-9]|1[0-2]))?$`
	default:
		one["description"] = "Written as " + layouts[p.Format] + "."
	}
	if p.Default != "" {
		one["default"] = valueOf(one, p.Default)
	}
	if p.Type.Kind().String() != "slice" {
		return one
	}
	list := object{"type": "array", "items": one, "maxItems": listCountMax}
	if p.Items != nil {
		list["maxItems"] = *p.Items
	}
	return list
}

// valueOf writes a value of a tag in the type of its schema.
func valueOf(of object, text string) any {
	switch of["type"] {
	case "integer":
		if n, err := strconv.Atoi(text); err == nil {
			return n
		}
	case "boolean":
		return text == "true"
	}
	return text
}
