package events_test

import (
	"errors"
	"io/fs"
	"strings"
	"testing"

	"github.com/accruald/accruald/events"
)

// checkRoundTrip holds the law of accepted events: both encodings decode to the same hash.
func checkRoundTrip(t *testing.T, event *events.Event) {
	t.Helper()
	line, err := event.Structured()
	if err != nil {
		t.Fatalf("encode %q: %v", event.ID, err)
	}
	if strings.ContainsAny(string(line), "\r\n") {
		t.Fatalf("the structured form has several lines: %q", line)
	}
	again, err := events.DecodeStructured(line)
	if err != nil {
		t.Fatalf("decode the structured form again: %v\n%s", err, line)
	}
	if again.ContentHash != event.ContentHash {
		t.Fatalf("the structured form has another hash\n%s", line)
	}
	header, data := event.Message()
	again, err = events.DecodeMessage(header, data)
	if err != nil {
		t.Fatalf("decode the binary form again: %v\n%v\n%s", err, header, data)
	}
	if again.ContentHash != event.ContentHash || again.Key().Compare(event.Key()) != 0 {
		t.Fatalf("the binary form has another hash or key\n%v\n%s", header, data)
	}
}

// checkRefusal holds the law of refusals: a code, a sentence, and an event that can be stored or none.
func checkRefusal(t *testing.T, event *events.Event, err error) {
	t.Helper()
	var why *events.Rejection
	if !errors.As(err, &why) || why.Code == "" || why.Message == "" {
		t.Fatalf("refused with %v, want a rejection with code and message", err)
	}
	if strings.ContainsRune(why.Pointer+why.Message, 0) {
		t.Fatalf("pointer %q or message %q cannot be stored", why.Pointer, why.Message)
	}
	if event == nil {
		return
	}
	stored := event.ID + event.Source + event.PartitionKey + event.Type + event.Subject
	if event.ID == "" || event.Source == "" || event.PartitionKey == "" || strings.ContainsRune(stored, 0) {
		t.Fatalf("the refused event cannot be stored: %+v", event)
	}
}

func seeds(f *testing.F) []string {
	f.Helper()
	docs := []string{goodPlaced, goodPaid, goodUsage, goodPolicy, goodProduct, goodRepayment, goodApplied}
	paths, err := fs.Glob(events.Contract, "samples/*.v1.json")
	if err != nil || len(paths) == 0 {
		f.Fatalf("samples: %d, %v", len(paths), err)
	}
	for _, path := range paths {
		doc, err := fs.ReadFile(events.Contract, path)
		if err != nil {
			f.Fatal(err)
		}
		docs = append(docs, string(doc))
	}
	return docs
}

func FuzzDecodeStructured(f *testing.F) {
	for _, doc := range seeds(f) {
		f.Add([]byte(doc))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		event, err := events.DecodeStructured(doc)
		if err != nil {
			checkRefusal(t, event, err)
			return
		}
		checkRoundTrip(t, event)
	})
}

func FuzzDecodeMessage(f *testing.F) {
	for _, doc := range seeds(f) {
		event, err := events.DecodeStructured([]byte(doc))
		if err != nil {
			continue // an outgoing sample
		}
		header, data := event.Message()
		f.Add(header["ce-id"][0], header["ce-source"][0], event.Type, header["ce-time"][0], header["ce-subject"][0],
			event.PartitionKey, "application/json", data)
	}
	f.Fuzz(func(t *testing.T, id, source, typ, at, subject, partition, contentType string, data []byte) {
		event, err := events.DecodeMessage(map[string][]string{
			"ce-specversion": {"1.0"}, "ce-id": {id}, "ce-source": {source}, "ce-type": {typ}, "ce-time": {at},
			"ce-subject": {subject}, "ce-partitionkey": {partition}, "content-type": {contentType},
		}, data)
		if err != nil {
			checkRefusal(t, event, err)
			return
		}
		checkRoundTrip(t, event)
	})
}

func BenchmarkDecodeStructured(b *testing.B) {
	doc := []byte(goodPlaced)
	b.SetBytes(int64(len(doc)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := events.DecodeStructured(doc); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeMessage(b *testing.B) {
	event, err := events.DecodeStructured([]byte(goodPlaced))
	if err != nil {
		b.Fatal(err)
	}
	header, data := event.Message()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := events.DecodeMessage(header, data); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRestore(b *testing.B) {
	event, err := events.DecodeStructured([]byte(goodPlaced))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := events.Restore(event.Envelope(), event.Payload); err != nil {
			b.Fatal(err)
		}
	}
}
