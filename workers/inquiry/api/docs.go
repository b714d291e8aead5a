package api

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"net/http"
)

// Where the API describes itself, to everybody.
const (
	documentPath = "/openapi.json"
	pagePath     = "/docs"
)

//go:embed docs.html
var docsPage string

// described are the pages about the operations.
type described struct{ document, page []byte }

func describe(operations []Operation) (*described, error) {
	document, err := OpenAPI(operations)
	if err != nil {
		return nil, err
	}
	page, err := template.New("docs").Parse(docsPage)
	if err != nil {
		return nil, fmt.Errorf("read the page about the operations: %w", err)
	}
	var out bytes.Buffer
	if err := page.Execute(&out, operations); err != nil {
		return nil, fmt.Errorf("write the page about the operations: %w", err)
	}
	return &described{document: document, page: out.Bytes()}, nil
}

func (d *described) serve(mux *http.ServeMux) {
	for path, page := range map[string]struct {
		kind string
		text []byte
	}{documentPath: {"application/json", d.document}, pagePath: {"text/html; charset=utf-8", d.page}} {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", page.kind)
			w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
			w.Header().Set("X-Content-Type-Options", "nosniff")
			_, _ = w.Write(page.text) // whoever asked is gone
		})
	}
}
