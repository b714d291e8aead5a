package decision_test

import (
	"fmt"
	"testing"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/settlement"
)

func announced(id, customer string) events.CustomerRegistration {
	return events.CustomerRegistration{RegistrationID: id, PartnerID: "P100", CustomerName: "a customer", CustomerID: customer}
}

func (s *story) registration(id string) string {
	r := s.partner().Registrations.Get(id)
	if r == nil {
		return "none"
	}
	return string(r.State)
}

func (s *story) associate(customer string) {
	s.t.Helper()
	s.about(customer, &events.CustomerAssociated{CustomerID: customer, PartnerID: "P100", Association: "resale", Settlement: "immediate", EffectiveTime: s.at})
}

// A registration goes along its machine; an association within its fifteen
// days completes it, the job lets it lapse after them (OPP-02).
func TestRegistrationSteps(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.day("2026-03-01")
	expect(t, "approved, not known", s.about("RG0", &events.CustomerRegistrationApproved{CustomerRegistration: announced("RG0", "")}), decision.CodeUnknownRegistration)
	for _, id := range []string{"RG1", "RG2", "RG3", "RG4"} {
		expect(t, "requested", s.about(id, &events.CustomerRegistrationRequested{CustomerRegistration: announced(id, "N"+id)}), "")
		expect(t, "requested twice", s.about(id, &events.CustomerRegistrationRequested{CustomerRegistration: announced(id, "N"+id)}), settlement.CodeRegistrationExists)
	}
	expect(t, "rejected", s.about("RG4", &events.CustomerRegistrationRejected{CustomerRegistration: announced("RG4", "NRG4")}), "")
	expect(t, "approved after it", s.about("RG4", &events.CustomerRegistrationApproved{CustomerRegistration: announced("RG4", "NRG4")}), settlement.CodeRegistrationNotPending)
	expect(t, "of another customer", s.about("RG3", &events.CustomerRegistrationApproved{CustomerRegistration: announced("RG3", "N9")}), decision.CodeRegistrationForeign)
	for _, id := range []string{"RG1", "RG2"} {
		expect(t, "approved", s.about(id, &events.CustomerRegistrationApproved{CustomerRegistration: announced(id, "N"+id)}), "")
	}
	s.day("2026-03-14").associate("NRG1")
	expect(t, "associated within the window", s.registration("RG1"), "associated")
	s.associate("NRG3")
	expect(t, "associated while pending", s.registration("RG3"), "pending")
	s.day("2026-03-16").run(decision.JobOpportunityWindows)
	expect(t, "on the last day", s.registration("RG2"), "registered")
	s.day("2026-03-17").run(decision.JobOpportunityWindows)
	expect(t, "after it", s.registration("RG2"), "expired")
	expect(t, "pending ones do not lapse", s.registration("RG3"), "pending")
	s.associate("NRG2")
	expect(t, "associated too late", s.registration("RG2"), "expired")
}

// A registered customer that is associated after the window, before the job of
// that day, is not completed.
func TestRegistrationWindow(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.day("2026-03-01").about("RG1", &events.CustomerRegistrationRequested{CustomerRegistration: announced("RG1", "")})
	s.about("RG1", &events.CustomerRegistrationApproved{CustomerRegistration: announced("RG1", "N1")})
	s.day("2026-03-17").associate("N1")
	expect(t, "associated", s.registration("RG1"), "registered")
	s.run(decision.JobOpportunityWindows)
	expect(t, "then", s.registration("RG1"), "expired")
}

// At most a hundred are pending or registered; one that is answered with no or
// has served makes room (OPP-03).
func TestTooManyRegistrations(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.day("2026-03-01")
	for i := range 100 {
		id := fmt.Sprintf("RG%d", i)
		expect(t, id, s.about(id, &events.CustomerRegistrationRequested{CustomerRegistration: announced(id, "N"+id)}), "")
		if i < 40 {
			s.about(id, &events.CustomerRegistrationApproved{CustomerRegistration: announced(id, "N"+id)})
		}
	}
	more := func(id string) string {
		return s.about(id, &events.CustomerRegistrationRequested{CustomerRegistration: announced(id, "N"+id)})
	}
	expect(t, "one more", more("RG100"), decision.CodeTooManyRegistrations)
	s.associate("NRG0")
	expect(t, "after one was associated", more("RG101"), "")
	expect(t, "and one more", more("RG102"), decision.CodeTooManyRegistrations)
	s.about("RG50", &events.CustomerRegistrationRejected{CustomerRegistration: announced("RG50", "")})
	expect(t, "after one was rejected", more("RG103"), "")
}
