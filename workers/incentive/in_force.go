package incentive

import "time"

// InForce returns the version of each policy that is in force at a time, by
// policy id: whatever a fact of that time may earn is earned under one of them.
func (v PolicyView) InForce(at time.Time) []*Policy { return v.inForce(at) }
