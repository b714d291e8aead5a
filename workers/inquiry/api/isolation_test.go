package api

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/accruald/accruald/workers/inquiry/access"
)

// isolationCasesMin is how many cases the matrix has at least.
const isolationCasesMin = 500

// An asker is one kind of caller.
type asker struct {
	name string
	access.Caller
	tree string // "isoA" or "isoB"; "" for a partner that nobody enrolled
}

func askers() []asker {
	var out []asker
	add := func(name, tree string, caller access.Caller) {
		caller.PartnerID, caller.KeyID = tree+"P", name
		if tree == "" {
			caller.PartnerID = "isoZP"
		}
		out = append(out, asker{name, caller, tree})
	}
	of := func(roles ...access.Role) access.Caller { return access.Caller{Roles: roles} }
	add("main", "isoA", of(access.RoleMain))
	add("finance", "isoA", of(access.RoleFinance))
	add("operations", "isoA", of(access.RoleOperations))
	add("finance and operations", "isoA", of(access.RoleFinance, access.RoleOperations))
	add("account manager", "isoA", access.Caller{Managers: []string{"isoAM1"}, Roles: []access.Role{access.RoleAccountManager}})
	add("finance and account manager", "isoA", access.Caller{Managers: []string{"isoAM1"}, Roles: []access.Role{access.RoleFinance, access.RoleAccountManager}})
	add("account manager of nobody", "isoA", access.Caller{Managers: []string{"isoAM9"}, Roles: []access.Role{access.RoleAccountManager}})
	add("supervisor", "isoA", access.Caller{Managers: []string{"isoAM1", "isoAM2"}, Roles: []access.Role{access.RoleSupervisor}})
	add("reseller", "isoA", access.Caller{ResellerID: "isoAR1", Roles: []access.Role{access.RoleReseller}})
	add("reseller of nobody", "isoA", access.Caller{ResellerID: "isoAR9", Roles: []access.Role{access.RoleReseller}})
	add("reseller of the other partner, under ours", "isoA", access.Caller{ResellerID: "isoBR1", Roles: []access.Role{access.RoleReseller}})
	add("customer", "isoA", access.Caller{CustomerID: "isoAC1", Roles: []access.Role{access.RoleCustomer}})
	add("customer of a reseller", "isoA", access.Caller{CustomerID: "isoAC3", Roles: []access.Role{access.RoleCustomer}})
	add("customer of the other partner, under ours", "isoA", access.Caller{CustomerID: "isoBC1", Roles: []access.Role{access.RoleCustomer}})
	add("main of the other partner", "isoB", of(access.RoleMain))
	add("reseller of the other tree", "isoB", access.Caller{ResellerID: "isoBR1", Roles: []access.Role{access.RoleReseller}})
	add("customer of the other partner", "isoB", access.Caller{CustomerID: "isoBC1", Roles: []access.Role{access.RoleCustomer}})
	add("main of a partner that is not enrolled", "", of(access.RoleMain))
	return out
}

// by is the caller as it may ask by a right: one that finance or operations have is of all customers.
func (a asker) by(right access.Right) *asker {
	wide := func(role access.Role) bool { return role != access.RoleAccountManager && role != access.RoleSupervisor }
	if len(a.Managers) > 0 && slices.ContainsFunc(a.Roles, func(role access.Role) bool {
		return wide(role) && (&access.Caller{Roles: []access.Role{role}}).May(right)
	}) {
		a.Managers = nil
	}
	return &a
}

// partners tells whether the caller acts for the partner as a whole.
func (a *asker) partners() bool {
	return a.CustomerID == "" && a.ResellerID == "" && len(a.Managers) == 0
}

// serves is who may know of a customer, said again and apart from the program (Settlement rules, section 10).
func (a *asker) serves(tree, number string) bool {
	if a.tree != tree {
		return false
	}
	i := slices.IndexFunc(treeCustomers, func(c treeCustomer) bool { return c.number == number })
	if i < 0 {
		return false
	}
	c := treeCustomers[i]
	switch {
	case a.CustomerID != "":
		return a.CustomerID == tree+"C"+number
	case a.ResellerID != "":
		return c.reseller != "" && a.ResellerID == tree+"R"+c.reseller
	case len(a.Managers) > 0:
		return c.manager != "" && slices.Contains(a.Managers, tree+"M"+c.manager)
	default:
		return true
	}
}

// A thing is an object of the books.
type thing struct {
	id       string
	tree     string
	customer string // number of the customer whose it is; "" for the partner's
	reseller string // of a reseller itself, its number
}

// things are the objects of a kind, of both partners.
func (b *books) things(kind string) (out []thing) {
	of := map[string]string{"order": "O%sp", "couponed": "O%sp", "unpaid": "O%su", "refund": "O%sr", "period": "V%sp", "metered": "V%sd", "coupon": "K%s", "customer": "C%s", "resale": "C%s"}
	for _, tree := range trees {
		tree = "iso" + tree
		add := func(id, customer, reseller string) { out = append(out, thing{tree + id, tree, customer, reseller}) }
		switch kind {
		case "quota", "partner", "invoice", "finding":
			add(map[string]string{"quota": "Q", "partner": "P", "invoice": "I", "finding": "F"}[kind], "", "")
		case "request":
			add("PR-referral", "", "")
		case "bill":
			out = append(out, thing{id: b.bill(tree, "resale"), tree: tree})
		case "reseller":
			add("R1", "", "1")
			add("R2", "", "2")
		default:
			for _, c := range treeCustomers {
				if c.association == "resale" || !slices.Contains([]string{"couponed", "coupon", "resale"}, kind) {
					add(fmt.Sprintf(of[kind], c.number), c.number, "")
				}
			}
		}
	}
	return out
}

// shows tells whether the caller is to be shown an object.
func (a *asker) shows(op *Operation, p *probe, o thing) bool {
	switch {
	case !a.May(op.Right) || a.tree != o.tree:
		return false
	case o.reseller != "":
		return a.partners() || a.ResellerID == o.id && !p.unread
	case p.kind == "partner":
		return slices.ContainsFunc(treeCustomers, func(c treeCustomer) bool {
			return a.serves(o.tree, c.number)
		})
	case o.customer == "":
		return a.partners() || p.resellers && a.serves(o.tree, "3")
	default:
		return a.serves(o.tree, o.customer)
	}
}

// fill writes a request that names id in the place of an object.
func (a *asker) fill(p *probe, o thing, shown bool, id, text string) string {
	tree, number, reseller := o.tree, o.customer, o.reseller
	if !shown || number == "" {
		tree, number = "isoZ", "9"        // a caller without customers has nothing to name
		for _, c := range treeCustomers { // the first that the caller sees, of the reseller that is named if one is
			if a.serves(a.tree, c.number) && (reseller == "" || !shown || c.reseller == reseller) {
				tree, number = a.tree, c.number
				break
			}
		}
	}
	named := ""
	for _, c := range treeCustomers {
		if c.number == cmp.Or(o.customer, number) && c.reseller != "" {
			named = o.tree + "R" + c.reseller
		}
	}
	if a.ResellerID != "" && (!shown || p.kind == "quota") {
		named = a.ResellerID
	}
	if p.kind == "quota" && a.ResellerID == "" {
		named = ""
	}
	resource := tree + "V" + number + "p"
	if resource == id {
		resource = tree + "V" + number + "g"
	}
	return strings.NewReplacer("{id}", id, "{customer}", tree+"C"+number, "{reseller}", named, "{order}", tree+"O"+number+"u", "{refund}", tree+"O"+number+"r",
		"{coupon}", tree+"K"+number, "{resource}", resource, "{quota}", a.tree+"Q", "{account}", a.account()).Replace(text)
}

func (a *asker) account() string { return cmp.Or(a.CustomerID, a.ResellerID, a.PartnerID) }

// A reply is what of an answer may tell something.
type reply struct {
	status int
	header string
	body   string
	events int // that were handed in
}

// An isolated operation is asked by all callers, in this process.
type isolated struct {
	op      *Operation
	handler http.Handler
	intake  *handed
	askers  []asker
}

const headerAsker = "X-Asker"

// Authenticate takes the number of the asker for its proof.
func (s *isolated) Authenticate(_ context.Context, m *access.Message) (*access.Proof, error) {
	n, err := strconv.Atoi(m.Header.Get(headerAsker))
	if err != nil {
		return nil, err
	}
	proof := &access.Proof{Caller: &s.askers[n].Caller, Until: time.Now().Add(time.Minute)}
	_, err = rand.Read(proof.Request[:])
	return proof, err
}

func (b *books) isolate(t *testing.T, op *Operation, askers []asker) *isolated {
	t.Helper()
	s := &isolated{op: op, intake: &handed{}, askers: askers}
	service, err := NewService(Config{Books: b.model, Access: s, Answers: access.NewAnswers(b.pool, b.quiet), Intake: s.intake, Registry: prometheus.NewRegistry(), Logger: b.quiet})
	if err != nil {
		t.Fatal(err)
	}
	service.now = func() time.Time { return booksNow }
	service.Operations = []Operation{*op}
	s.handler = routesOf(t, newServer(service))
	return s
}

// unprobed are parameters of paths that are filled where another parameter is asked about.
var unprobed = map[string]string{"domain_id": "{account}", "order_id": "{order}"}

// written is the request that the probe says, with id in the place of the object.
func (p *probe) written(op *Operation, a *asker, o thing, shown bool, id string) (target, body string) {
	path := op.Path
	for _, parameter := range op.Handle.Parameters {
		if parameter.In != InPath {
			continue
		}
		value := unprobed[parameter.Name]
		if parameter.Name == p.parameter {
			value = "{id}"
		}
		path = strings.ReplaceAll(path, "{"+parameter.Name+"}", value)
	}
	return a.fill(p, o, shown, id, path+"?"+p.query), a.fill(p, o, shown, id, p.body)
}

// ask sends it.
func (s *isolated) ask(t *testing.T, n int, p *probe, o thing, shown bool, id string) reply {
	t.Helper()
	target, text := p.written(s.op, s.askers[n].by(s.op.Right), o, shown, id)
	request := httptest.NewRequestWithContext(t.Context(), s.op.Method, target, strings.NewReader(text))
	request.Header.Set(headerAsker, strconv.Itoa(n))
	w := httptest.NewRecorder()
	before := len(s.intake.ids)
	s.handler.ServeHTTP(w, request)
	if w.Code >= http.StatusInternalServerError || w.Code == http.StatusUnauthorized || w.Code == http.StatusNotFound {
		t.Errorf("%s %s: status %d: %s", s.op.Method, target, w.Code, w.Body)
	}
	w.Header().Del(headerRequestID)
	body := w.Body.String()
	if id != "" {
		body = strings.ReplaceAll(body, id, "{id}")
	}
	if s.op.Writes {
		body = derivedID.ReplaceAllString(body, `"{derived}"`)
	}
	return reply{w.Code, fmt.Sprint(w.Header()), body, len(s.intake.ids) - before}
}

var (
	derivedID = regexp.MustCompile(`"[A-Za-z0-9_-]{22}"`) // of orders and coupons that a request makes
	anyID     = regexp.MustCompile(`(iso[AB])([A-Z])(\d?)`)
)

// TestIsolation asks every operation, as every kind of caller, for objects that the caller may not know of and for ones
// that do not exist: the answers are the same, no id of others is in them, and nothing is handed in. Objects that the
// caller may know of are answered, or the matrix would prove nothing.
func TestIsolation(t *testing.T) {
	b := newBooks(t)
	all := askers()
	bills := map[string]string{}
	for _, bill := range b.things("bill") {
		bills[bill.id] = bill.tree
	}
	var cases atomic.Int64
	t.Run("operations", func(t *testing.T) {
		for _, op := range Operations() {
			t.Run(op.ID, func(t *testing.T) {
				t.Parallel()
				r, found := isolation[op.ID]
				if !found {
					t.Fatalf("no row says how %s names objects: add it to isolation", op.ID)
				}
				for _, finding := range r.missing(&op) {
					t.Error(finding)
				}
				s := b.isolate(t, &op, all)
				for n := range all {
					if r.plain != nil {
						t.Run(all[n].name+" asks for all", func(t *testing.T) {
							cases.Add(1)
							got := s.ask(t, n, r.plain, thing{}, false, "")
							if found := b.leaks(all[n].by(op.Right), bills, got.body+got.header); len(found) > 0 {
								t.Errorf("%q stand in %+v", found, got)
							}
						})
					}
					for i := range r.probes {
						s.probe(t, b, n, &r.probes[i], bills, &cases)
					}
				}
				for i := range r.probes {
					s.controlled(t, b, &r.probes[i])
				}
			})
		}
	})
	if n := cases.Load(); n < isolationCasesMin {
		t.Errorf("%d cases, want at least %d", n, isolationCasesMin)
	} else {
		t.Logf("%d cases", n)
	}
}

func (s *isolated) probe(t *testing.T, b *books, n int, p *probe, bills map[string]string, cases *atomic.Int64) {
	t.Helper()
	a := s.askers[n].by(s.op.Right)
	for _, o := range b.things(p.kind) {
		if o.tree != a.tree && o.id == a.account() {
			continue // a key that names somebody of another partner is that one; it sees nothing by it
		}
		t.Run(fmt.Sprintf("%s asks for %s %s", a.name, p.kind, o.id), func(t *testing.T) {
			cases.Add(1)
			shown := a.shows(s.op, p, o)
			got, absent := s.ask(t, n, p, o, shown, o.id), s.ask(t, n, p, o, shown, absentID(o.id))
			for _, finding := range judge(s.op, a, p, shown, got, absent) {
				t.Error(finding)
			}
			for _, text := range []string{got.body + got.header, absent.body + absent.header} {
				if found := b.leaks(a, bills, text); len(found) > 0 {
					t.Errorf("%q stand in %s", found, text)
				}
			}
		})
	}
}

// absentID is an id of the same form that nothing has.
func absentID(id string) string {
	if rest, made := strings.CutPrefix(id, "iso"); made {
		return "isoZ" + rest[1:]
	}
	return strings.Repeat("z", len(id))
}

// controlled demands that somebody is shown something by a probe.
func (s *isolated) controlled(t *testing.T, b *books, p *probe) {
	t.Helper()
	if !p.nobodys && !slices.ContainsFunc(b.things(p.kind), func(o thing) bool {
		return slices.ContainsFunc(s.askers, func(a asker) bool { return a.by(s.op.Right).shows(s.op, p, o) })
	}) {
		t.Errorf("nobody is shown a %s by %s: the probe proves nothing", p.kind, p.parameter)
	}
}
