package main

import (
	"fmt"
	"strings"

	"github.com/accruald/accruald/workers/inquiry/api"
)

// operationTable lists what the partner API answers, by path.
func operationTable() string {
	var out strings.Builder
	out.WriteString("| Operation | | Answers |\n|---|---|---|\n")
	for _, op := range api.Operations() {
		fmt.Fprintf(&out, "| `%s` | `%s %s` | %s |\n", op.ID, op.Method, op.Path, strings.TrimSuffix(op.Summary, "."))
	}
	return out.String()
}
