package schema

import (
	"errors"
	"testing"
)

func TestCompare(t *testing.T) {
	t.Parallel()
	tests := []struct {
		have, want int64
		code       string // empty: they fit
	}{
		{have: 3, want: 3, code: ""},
		{have: 0, want: 3, code: CodeSchemaNotMigrated},
		{have: 2, want: 3, code: CodeSchemaOlder},
		{have: 4, want: 3, code: CodeSchemaNewer},
	}
	for _, test := range tests {
		err := compare(test.have, test.want)
		var version *VersionError
		if test.code == "" {
			if err != nil {
				t.Errorf("have %d, want %d: %v", test.have, test.want, err)
			}
			continue
		}
		if !errors.As(err, &version) || version.Code != test.code {
			t.Errorf("have %d, want %d: %v, want code %q", test.have, test.want, err, test.code)
		}
	}
}
