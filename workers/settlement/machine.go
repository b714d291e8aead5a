package settlement

import "slices"

// Edge is one line of a state table. When narrows the edge to a case and is empty where there is none; From is empty
// in the edges that make a thing.
type Edge struct {
	From    string
	Trigger string
	When    string
	To      string
}

// Table is a state machine as data, for diagrams and for the database's own checks: every state a thing can be in,
// every trigger, every edge, in the order of the rules.
type Table struct {
	Name     string
	States   []string
	Triggers []string
	Edges    []Edge
}

// Tables returns every state machine of this package.
func Tables() []Table {
	return []Table{
		billMachine.table(), requestMachine.table(), invoiceMachine.table(),
		opportunityMachine.table(), registrationMachine.table(),
	}
}

// edge is an Edge with its types.
type edge[S, T ~string] struct {
	from    S
	trigger T
	when    string
	to      S
}

// trigger is a trigger with the code of its refusal where no edge takes it.
type trigger[T ~string] struct {
	name    T
	refusal string
}

// machine is a state table that can be asked.
type machine[S, T ~string] struct {
	name     string
	states   []S
	triggers []trigger[T]
	edges    []edge[S, T]
}

// next returns the state that the trigger leads to in the first edge whose case is one of the given, or the
// trigger's refusal. A state or trigger that is not in the table is refused by name as well.
func (m *machine[S, T]) next(from S, by T, cases ...string) (S, error) {
	at := slices.IndexFunc(m.triggers, func(t trigger[T]) bool { return t.name == by })
	if at < 0 {
		return from, refuse(CodeUnknownTrigger, "move %s by %q: there is no such trigger", m.name, string(by))
	}
	if from != "" && !slices.Contains(m.states, from) {
		return from, refuse(CodeUnknownState, "move %s from %q: there is no such state", m.name, string(from))
	}
	for _, e := range m.edges {
		if e.from == from && e.trigger == by && (e.when == "" || slices.Contains(cases, e.when)) {
			return e.to, nil
		}
	}
	return from, refuse(m.triggers[at].refusal, "%s cannot take %q in state %q: it stays as it is", m.name, string(by), string(from))
}

func (m *machine[S, T]) table() Table {
	table := Table{Name: m.name}
	for _, state := range m.states {
		table.States = append(table.States, string(state))
	}
	for _, t := range m.triggers {
		table.Triggers = append(table.Triggers, string(t.name))
	}
	for _, e := range m.edges {
		table.Edges = append(table.Edges, Edge{string(e.from), string(e.trigger), e.when, string(e.to)})
	}
	return table
}
