package main

import (
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// TestHelp shows every command's flags with their defaults and environment variables.
func TestHelp(t *testing.T) {
	t.Parallel()
	var all strings.Builder
	for _, args := range [][]string{
		{}, {"dev"}, {"worker"}, {"migrate"}, {"publish"}, {"simulate"}, {"replay"}, {"quote"}, {"explain"}, {"bills"}, {"bill", "show"}, {"payable"}, {"holds"}, {"requests"}, {"invoices"}, {"jobs"}, {"jobs", "pause"}, {"jobs", "resume"}, {"run-job"},
		{"coupons"}, {"quotas"}, {"ledger", "trial-balance"}, {"ledger", "verify"}, {"ledger", "accounts"}, {"report", "statement"}, {"report", "run"}, {"export", "focus"}, {"reconcile"}, {"reconciliations"}, {"findings"}, {"finding", "show"}, {"bench"}, {"inbox", "missing"}, {"rejections", "list"},
		{"rejections", "show"}, {"rejections", "retry"}, {"rejections", "discard"}, {"waiting"}, {"version"},
		{"keys", "create"}, {"keys", "list"}, {"keys", "revoke"}, {"keys", "rotate"}, {"keys", "reseal"},
	} {
		got := call(t, "", append(args, "--help")...)
		if got.status != statusDone || got.err != "" {
			t.Errorf("help of %q: status %d, complaints %q", args, got.status, got.err)
		}
		all.WriteString("$ accruald " + strings.Join(append(args, "--help"), " ") + "\n" + got.out + "\n")
	}
	golden(t, "help.txt", all.String())
}

// TestVersion: the flag says what the command says.
func TestVersion(t *testing.T) {
	t.Parallel()
	command, flag := call(t, "", "version"), call(t, "", "--version")
	if command.status != statusDone || !strings.HasPrefix(command.out, "accruald ") || flag != command {
		t.Errorf("version %+v, --version %+v", command, flag)
	}
}

func TestBatchesAndConcurrencyAreAtLeastOne(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"worker", "bench"} {
		for _, flag := range []string{"--batch", "--concurrency"} {
			if got := call(t, "", command, flag, "0"); got.status != statusRefused || !strings.Contains(got.err, "at least 1") {
				t.Errorf("%s %s 0: %+v", command, flag, got)
			}
		}
	}
}

func TestWrongCommandLines(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"unheard"}, {}, {"simulate"}, {"worker", "--unheard"}, {"worker", "--log-level", "loud"}, {"bench", "--orders", "many"}} {
		got := call(t, "", args...)
		if got.status != statusUsage || !strings.Contains(got.err, "--help") {
			t.Errorf("%q: status %d, complaints %q", args, got.status, got.err)
		}
	}
}

// TestEveryFlagIsDocumented: help and, on what the daemons are configured by, an environment variable; where there is no
// default, the help says so.
func TestEveryFlagIsDocumented(t *testing.T) {
	t.Parallel()
	for command, flags := range flagsByCommand(t) {
		for _, flag := range flags {
			if flag.Help == "" {
				t.Errorf("%s --%s has no help", command, flag.Name)
			}
			if command == "worker" && len(flag.Envs) != 1 {
				t.Errorf("worker --%s has no environment variable", flag.Name)
			}
			if command == "worker" && !flag.HasDefault && !strings.Contains(flag.Help, "default:") {
				t.Errorf("worker --%s: neither a default nor a word about it", flag.Name)
			}
		}
	}
}

// flagsByCommand reads kong's model.
func flagsByCommand(t *testing.T) map[string][]*kong.Flag {
	t.Helper()
	parser, err := newParser(&console{out: &strings.Builder{}, err: &strings.Builder{}})
	if err != nil {
		t.Fatal(err)
	}
	flags := map[string][]*kong.Flag{}
	for _, leaf := range parser.Model.Leaves(false) {
		flags[strings.TrimPrefix(leaf.FullPath(), "accruald ")] = leaf.Flags
	}
	if len(flags) < 10 {
		t.Fatalf("%d commands found", len(flags))
	}
	return flags
}
