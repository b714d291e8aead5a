package access

import (
	"time"

	"github.com/accruald/accruald/schema/db"
)

func storedOf(row db.ApiKey) Stored {
	s := Stored{ID: row.KeyID, Kind: Kind(row.Kind), Caller: callerOf(row), Note: row.Note, MasterID: row.MasterID, CreatedAt: row.CreatedAt,
		ExpiresAt: orZero(row.ExpiresAt), RevokedAt: orZero(row.RevokedAt)}
	if row.RotatedTo != nil {
		s.RotatedTo = *row.RotatedTo
	}
	return s
}

func callerOf(row db.ApiKey) Caller {
	c := Caller{KeyID: row.KeyID, PartnerID: row.PartnerID, CustomerID: row.CustomerID, ResellerID: row.ResellerID, Managers: row.Managers}
	for _, role := range row.Roles {
		c.Roles = append(c.Roles, Role(role)) // one that is unknown has no rights
	}
	return c
}

func orZero(t *time.Time) (at time.Time) {
	if t != nil {
		at = *t
	}
	return at
}

func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

func texts[T ~string](of []T) []string {
	out := make([]string, len(of))
	for i, t := range of {
		out[i] = string(t)
	}
	return out
}
