package feed

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/accruald/accruald/events/bus"
)

// internalSubjects end the subjects of what the workers publish to themselves. Producers publish customer.disassociated
// too: what is not counted of it is published a second time, which is a duplicate without effect.
var internalSubjects = []string{".schedule.applied", ".resources.moved", ".customer.disassociated"}

// A Record notes which feed is being published into a private broker, so that it goes on where it stopped, and is not
// published a second time when it is through.
type Record struct {
	Hash string
	Base int  // messages in the streams before it
	Done bool // all of it is stored
}

// Resume returns how many events of the feed are stored already. It belongs to brokers with one publisher.
func Resume(ctx context.Context, folder, natsURL string, counts Counts) (int, error) {
	stored, err := producerMessages(ctx, natsURL)
	if err != nil {
		return 0, err
	}
	record, err := readRecord(folder)
	if err != nil {
		return 0, err
	}
	if record == nil || record.Hash != counts.Hash {
		return 0, writeRecord(folder, Record{Hash: counts.Hash, Base: stored})
	}
	if record.Done {
		return counts.Lines, nil
	}
	return min(max(stored-record.Base, 0), counts.Lines), nil
}

// Finish notes that all of the feed is stored.
func Finish(folder string, counts Counts) error {
	record, err := readRecord(folder)
	if err != nil || record == nil {
		return err
	}
	record.Done = true
	return writeRecord(folder, *record)
}

func recordPath(folder string) string { return filepath.Join(folder, "feed.json") }

func readRecord(folder string) (*Record, error) {
	text, err := os.ReadFile(recordPath(folder))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read what was published: %w", err)
	}
	var record Record
	if err := json.Unmarshal(text, &record); err != nil {
		return nil, fmt.Errorf("read what was published from %q: %w: remove the folder with --reset", recordPath(folder), err)
	}
	return &record, nil
}

// writeRecord replaces the record at once, so that a crash leaves the old one or the new one.
func writeRecord(folder string, record Record) error {
	text, err := json.Marshal(record, jsontext.WithIndent("  "))
	if err != nil {
		return fmt.Errorf("encode what was published: %w", err)
	}
	unfinished := recordPath(folder) + ".unfinished"
	if err := os.WriteFile(unfinished, append(text, '\n'), 0o600); err != nil {
		return fmt.Errorf("write what was published: %w", err)
	}
	if err := os.Rename(unfinished, recordPath(folder)); err != nil {
		return fmt.Errorf("write what was published: %w", err)
	}
	return nil
}

// producerMessages counts what producers have stored in the input and reference streams.
func producerMessages(ctx context.Context, natsURL string) (int, error) {
	conn, err := nats.Connect(natsURL)
	if err != nil {
		return 0, fmt.Errorf("count the messages of nats at %q: %w", natsURL, err)
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		return 0, fmt.Errorf("count the messages of nats at %q: %w", natsURL, err)
	}
	total := 0
	for _, name := range []string{bus.InputStream, bus.ReferenceStream} {
		stream, err := js.Stream(ctx, name)
		if err != nil {
			return 0, fmt.Errorf("count the messages of stream %q: %w", name, err)
		}
		info, err := stream.Info(ctx, jetstream.WithSubjectFilter(">"))
		if err != nil {
			return 0, fmt.Errorf("count the messages of stream %q: %w", name, err)
		}
		for subject, count := range info.State.Subjects {
			if !isInternal(subject) {
				total += int(count)
			}
		}
	}
	return total, nil
}

func isInternal(subject string) bool {
	for _, end := range internalSubjects {
		if strings.HasSuffix(subject, end) {
			return true
		}
	}
	return false
}

// Forget removes what Resume and Finish noted.
func Forget(folder string) error {
	if err := os.Remove(recordPath(folder)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("forget what was published: %w", err)
	}
	return nil
}
