package pricing

// Refusals that several operations share.

func resourceNotFound(id string) *Refusal {
	return refuse(CodeResourceNotFound, "", "resource %q is unknown: correct the id", id)
}

func unsubscribed(r *Resource) *Refusal {
	return refuse(CodeResourceUnsubscribed, "", "resource %q is unsubscribed: order it anew", r.ID)
}

func blockedBy(r *Resource) *Refusal {
	return refuse(CodeResourceBlocked, "", "resource %q is in the unpaid order %q: pay or cancel it first", r.ID, r.PendingOrderID)
}

func expired(r *Resource) *Refusal {
	return refuse(CodeResourceExpired, "", "resource %q expired at %s: order it anew, or within the time it is kept renew it first", r.ID, r.Expiry.Format("2006-01-02 15:04:05"))
}

func ownedBy(r *Resource, customerID string) error {
	if r.CustomerID != customerID {
		return refuse(CodeResourceForeign, "", "resource %q belongs to customer %q, not %q: name the customer's own", r.ID, r.CustomerID, customerID)
	}
	return nil
}

// AtResource points a refusal at the i-th of the named resources.
func AtResource(err error, i int) error { return refuseAt(err, resourcePointer(i), "") }

// AtLine points a refusal at the resource of the i-th line.
func AtLine(err error, i int) error { return refuseAt(err, linePointer(i, "resource_id"), "") }

// AtOrder points a refusal at the order that is paid.
func AtOrder(err error) error { return refuseAt(err, "/order_id", "") }
