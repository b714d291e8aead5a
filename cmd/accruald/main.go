package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"reflect"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
	"golang.org/x/term"
)

// commands are the command line; kong reads flags, defaults and environment variables from the tags.
type commands struct {
	Dev        devCommand             `cmd:"" help:"Run everything on this machine: NATS in the process, a private PostgreSQL, the shipped sample; then stay up."`
	Worker     workerCommand          `cmd:"" help:"Run the daemons against your NATS and PostgreSQL."`
	Migrate    migrateCommand         `cmd:"" help:"Bring the database to this version's schema."`
	Publish    publishCommand         `cmd:"" help:"Publish files of events, in their order. Workers have to run: what governs is applied before what it governs is sent."`
	Simulate   simulateCommand        `cmd:"" help:"Decide files of events in memory, without servers; print what comes out."`
	Replay     replayCommand          `cmd:"" help:"Build the ledger again from the recorded events and compare it with the one that stands."`
	Quote      quoteCommand           `cmd:"" help:"Answer a price inquiry in the shape of the published partner API."`
	Ask        askCommand             `cmd:"" help:"Ask the partner API over NATS request and reply."`
	Explain    explainCommand         `cmd:"" help:"Tell how an order came to its price and what it earned."`
	Bills      billsCommand           `cmd:"" help:"List incentive bills with what of them can be requested."`
	Bill       billCommand            `cmd:"" help:"Show one incentive bill with its details and holds."`
	Payable    payableCommand         `cmd:"" help:"List what a partner may apply for now, and what stands against the rest."`
	Charges    chargesCommand         `cmd:"" help:"List what customers were charged in a cycle, line by line or summed."`
	Holds      holdsCommand           `cmd:"" help:"List holds with what they freeze."`
	Requests   requestsCommand        `cmd:"" help:"List payment requests with the bills they take from."`
	Invoices   invoicesCommand        `cmd:"" help:"List invoices of either direction."`
	Ledger     ledgerCommand          `cmd:"" help:"Balance the ledger's accounts, and verify that nothing was changed in it."`
	Reconcile  reconcileCommand       `cmd:"" help:"Compare everything with everything, now; findings are opened and closed."`
	Runs       reconciliationsCommand `cmd:"" name:"reconciliations" help:"List the runs of the reconciliation."`
	Findings   findingsCommand        `cmd:"" help:"List differences that a reconciliation found."`
	Finding    findingCommand         `cmd:"" help:"Show one finding with its evidence."`
	Coupons    couponsCommand         `cmd:"" help:"List coupons with what became of their face value."`
	Quotas     quotasCommand          `cmd:"" help:"List the quotas that coupons are issued from."`
	Renewals   renewalsCommand        `cmd:"" help:"List what renews by itself, and what of it failed."`
	Jobs       jobsCommand            `cmd:"" help:"List, pause and resume the scheduled jobs."`
	RunJob     runJobCommand          `cmd:"" name:"run-job" help:"Run a scheduled job by hand, for any time."`
	Report     reportCommand          `cmd:"" help:"Write documents: the statement of a partner's cycle, what a reconciliation came to."`
	Statement  statementCommand       `cmd:"" help:"Import the vendor's statement files, and look at them."`
	Export     exportCommand          `cmd:"" help:"Write data for other programs: charges as FOCUS has them."`
	Keys       keysCommand            `cmd:"" help:"Make, list, revoke and rotate the keys of the partner API."`
	Late       lateCommand            `cmd:"" help:"List what late events changed of closed periods, and where it stands."`
	Adjust     adjustCommand          `cmd:"" help:"Answer a finding of the reconciliation by an adjustment."`
	Bench      benchCommand           `cmd:"" help:"Measure throughput and latency on private, durable servers."`
	Inbox      inboxCommand           `cmd:"" help:"Compare files of events with what was received."`
	Rejections rejectionsCommand      `cmd:"" help:"List, show, retry and discard rejected events."`
	Waiting    waitingCommand         `cmd:"" help:"List the events that wait for a predecessor."`
	Version    versionCommand         `cmd:"" help:"Print the version."`

	PrintVersion kong.VersionFlag `name:"version" help:"Print the version and leave."`
}

// A console is where a command reads and writes.
type console struct {
	in       io.Reader
	out, err io.Writer
	terminal bool // err is one, so progress may redraw its line
}

// Exit statuses.
const (
	statusDone    = 0
	statusRefused = 1
	statusUsage   = 2
)

func main() { os.Exit(start()) }

// start runs the command of this process; the first SIGINT or SIGTERM lets it finish.
func start() int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	c := &console{in: os.Stdin, out: os.Stdout, err: os.Stderr, terminal: term.IsTerminal(int(os.Stderr.Fd()))}
	return run(ctx, c, os.Args[1:])
}

// exited is how kong's own ends (--help) come back from the depth of its parser.
type exited int

// run parses the arguments, runs the command and returns the exit status.
func run(ctx context.Context, c *console, args []string) (status int) {
	defer func() {
		if ended := recover(); ended != nil {
			code, ok := ended.(exited)
			if !ok {
				panic(ended)
			}
			status = int(code)
		}
	}()
	parser, err := newParser(c)
	if err != nil {
		fmt.Fprintln(c.err, "accruald:", err)
		return statusUsage
	}
	parsed, err := parser.Parse(tellIDs(parser, args))
	if err != nil {
		fmt.Fprintln(c.err, "accruald:", err)
		fmt.Fprintln(c.err, "accruald --help lists the commands, accruald COMMAND --help their flags.")
		return statusUsage
	}
	parsed.BindTo(ctx, (*context.Context)(nil))
	if err := parsed.Run(c); err != nil {
		fmt.Fprintln(c.err, "accruald:", err)
		return statusRefused
	}
	return statusDone
}

func newParser(c *console) (*kong.Kong, error) {
	parser, err := kong.New(&commands{},
		kong.Name("accruald"),
		kong.Description("Prices orders, accrues partner incentives and settles them. Events come in and go out over NATS JetStream; PostgreSQL is the record."),
		kong.Vars{"version": versionText()},
		kong.Writers(c.out, c.err),
		kong.TypeMapper(reflect.TypeFor[time.Time](), kong.MapperFunc(timeFlag)),
		kong.Exit(func(code int) { panic(exited(code)) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true}),
	)
	if err != nil {
		return nil, fmt.Errorf("read the commands: %w", err)
	}
	return parser, nil
}

// timeFlag reads a flag that is a time; one without its zone would be another time elsewhere.
func timeFlag(ctx *kong.DecodeContext, target reflect.Value) error {
	var text string
	if err := ctx.Scan.PopValueInto("time", &text); err != nil {
		return fmt.Errorf("read a time: %w", err)
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return fmt.Errorf("%q is no time: write it with its zone, as 2026-02-01T00:00:00+08:00", text)
	}
	target.Set(reflect.ValueOf(at))
	return nil
}

// errStopped says that a command was interrupted before it was through.
var errStopped = errors.New("interrupted before it was through; start it again to go on")
