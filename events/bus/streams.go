package bus

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// Names of the streams, before the prefix of Config.
const (
	InputStream     = "BILLING_IN"
	ReferenceStream = "BILLING_REF"
	OutputStream    = "BILLING_OUT"
)

const (
	// retentionDays is how long input waits to be read, and output to be
	// fetched; the record is the database, not the stream.
	retentionDays = 35
	// inputDuplicates is the smallest window a server takes (0 would mean two
	// minutes): the inbox alone judges what is a duplicate.
	inputDuplicates  = 100 * time.Millisecond
	outputDuplicates = 2 * time.Minute
)

// streamConfigs are the three streams as they are created.
func (b *Bus) streamConfigs() []jetstream.StreamConfig {
	base := func(name, subjects, description string) jetstream.StreamConfig {
		return jetstream.StreamConfig{
			Name: b.config.StreamPrefix + name, Description: description, Subjects: []string{subjects},
			Retention: jetstream.LimitsPolicy, Storage: jetstream.FileStorage, Replicas: b.config.Replicas,
			MaxMsgs: -1, MaxBytes: -1, MaxMsgsPerSubject: -1, MaxMsgSize: -1, MaxConsumers: -1,
			Discard: jetstream.DiscardNew, Duplicates: inputDuplicates, AllowAtomicPublish: true,
		}
	}
	input := base(InputStream, InputSubjects, "events to be billed, by partition of the partner")
	input.MaxAge = retentionDays * 24 * time.Hour
	input.SubjectTransform = &jetstream.SubjectTransformConfig{Source: InputSubjects, Destination: partitionedSubjects}

	reference := base(ReferenceStream, ReferenceSubjects, "reference data, read from its beginning")

	output := base(OutputStream, OutputSubjects, "events that billing decided")
	output.MaxAge = retentionDays * 24 * time.Hour
	output.Duplicates = outputDuplicates
	output.Discard = jetstream.DiscardOld // a full stream must not stop billing: the record is the database
	return []jetstream.StreamConfig{input, reference, output}
}

// EnsureStreams creates the streams that are absent and verifies those that
// exist; none is ever altered. It creates the durable consumer of the
// reference stream and checks that the input stream holds nothing outside
// its partitions. Errors wrap ErrStreamConfig or ErrStraySubject and name
// every difference and what to do.
func (b *Bus) EnsureStreams(ctx context.Context) error {
	for _, want := range b.streamConfigs() {
		if err := b.ensureStream(ctx, want); err != nil {
			return err
		}
	}
	if err := b.ensureReferenceConsumer(ctx); err != nil {
		return err
	}
	return b.checkStraySubjects(ctx)
}

func (b *Bus) ensureStream(ctx context.Context, want jetstream.StreamConfig) error {
	ctx, cancel := bounded(ctx)
	defer cancel()
	stream, err := b.js.Stream(ctx, want.Name)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		stream, err = b.js.CreateStream(ctx, want)
		if errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) { // another process was faster
			stream, err = b.js.Stream(ctx, want.Name)
		}
	}
	if err != nil {
		return fmt.Errorf("create or read stream %q: %w: check the grants of this user and that no other stream has the subjects %q",
			want.Name, err, want.Subjects)
	}
	differences := configDifferences(stream.CachedInfo().Config, want)
	if len(differences) > 0 {
		return fmt.Errorf("%w: stream %q is not as needed: %s: change it with `nats stream edit`, or choose another name; it is never altered from here",
			ErrStreamConfig, want.Name, strings.Join(differences, "; "))
	}
	return nil
}

// configDifferences compares what correctness rests on. Limits of space, age
// beyond the least, replicas beyond the wanted, and placement are the
// operator's.
func configDifferences(got, want jetstream.StreamConfig) []string {
	var out []string
	check := func(name string, ok bool, gotValue, wantValue any) {
		if !ok {
			out = append(out, fmt.Sprintf("%s is %v, want %v", name, gotValue, wantValue))
		}
	}
	check("subjects", slices.Equal(got.Subjects, want.Subjects), got.Subjects, want.Subjects)
	check("subject_transform", transformText(got) == transformText(want), transformText(got), transformText(want))
	check("retention", got.Retention == want.Retention, got.Retention, want.Retention)
	check("storage", got.Storage == want.Storage, got.Storage, want.Storage)
	check("discard", got.Discard == want.Discard, got.Discard, want.Discard)
	check("duplicate_window", got.Duplicates == want.Duplicates, got.Duplicates, want.Duplicates)
	check("allow_atomic", got.AllowAtomicPublish == want.AllowAtomicPublish, got.AllowAtomicPublish, want.AllowAtomicPublish)
	check("num_replicas", got.Replicas >= want.Replicas, got.Replicas, fmt.Sprintf("at least %d", want.Replicas))
	check("max_age", got.MaxAge == 0 || (want.MaxAge != 0 && got.MaxAge >= want.MaxAge), got.MaxAge, ageText(want.MaxAge))
	check("max_msgs_per_subject", got.MaxMsgsPerSubject <= 0, got.MaxMsgsPerSubject, "unlimited")
	check("max_msg_size", got.MaxMsgSize <= 0 || got.MaxMsgSize >= DocumentBytesMax+headerBytesMax,
		got.MaxMsgSize, fmt.Sprintf("at least %d", DocumentBytesMax+headerBytesMax))
	check("sealed", !got.Sealed, got.Sealed, false)
	check("no_ack", !got.NoAck, got.NoAck, false)
	check("mirror or sources", got.Mirror == nil && len(got.Sources) == 0, "set", "none")
	return out
}

func transformText(config jetstream.StreamConfig) string {
	if config.SubjectTransform == nil {
		return "none"
	}
	return config.SubjectTransform.Source + " to " + config.SubjectTransform.Destination
}

func ageText(age time.Duration) string {
	if age == 0 {
		return "unlimited"
	}
	return "at least " + age.String()
}

const strayCheckCountMax = 20

// checkStraySubjects fails if a stored message is in no partition: no reader
// would ever see it. Untransformed subjects are looked for by name. Other
// strangers are found by counting: a throw-away consumer over all partitions
// says how many messages they hold, the stream how many there are, asked
// before and after, because producers may be publishing meanwhile.
func (b *Bus) checkStraySubjects(ctx context.Context) error {
	stream, err := b.js.Stream(ctx, b.config.StreamPrefix+InputStream)
	if err != nil {
		return fmt.Errorf("read stream %q: %w", InputStream, err)
	}
	name := stream.CachedInfo().Config.Name
	stray, err := stream.GetMsg(ctx, 1, jetstream.WithGetMsgSubject(inputPrefix+">"))
	if err == nil {
		return fmt.Errorf("%w: stream %q holds %q at sequence %d, outside every partition, so it is never read: "+
			"publish it again and delete it with `nats stream rmm`", ErrStraySubject, name, stray.Subject, stray.Sequence)
	}
	if !errors.Is(err, jetstream.ErrMsgNotFound) {
		return fmt.Errorf("look for unpartitioned messages in stream %q: %w", name, err)
	}
	for range strayCheckCountMax {
		before, err := stream.Info(ctx)
		if err != nil {
			return fmt.Errorf("count messages of stream %q: %w", name, err)
		}
		inside, err := b.countPartitioned(ctx, stream)
		if err != nil {
			return err
		}
		after, err := stream.Info(ctx)
		if err != nil {
			return fmt.Errorf("count messages of stream %q: %w", name, err)
		}
		if before.State.FirstSeq != after.State.FirstSeq {
			continue // old messages expired in between
		}
		if before.State.Msgs > inside {
			return fmt.Errorf("%w: stream %q holds %d messages outside its %d partitions, never to be read: "+
				"its subject transform was changed; find them with `nats stream subjects`, publish them again, delete them",
				ErrStraySubject, name, before.State.Msgs-inside, Partitions)
		}
		if after.State.Msgs <= inside {
			return nil
		}
	}
	return nil // never still enough for an exact count, and no count was too high
}

func (b *Bus) countPartitioned(ctx context.Context, stream jetstream.Stream) (uint64, error) {
	filters := make([]string, Partitions)
	for n := range filters {
		filters[n] = partitionFilter(n)
	}
	consumer, err := stream.CreateConsumer(ctx, jetstream.ConsumerConfig{
		FilterSubjects: filters, AckPolicy: jetstream.AckNonePolicy, DeliverPolicy: jetstream.DeliverAllPolicy,
		MemoryStorage: true, Replicas: 1, HeadersOnly: true, InactiveThreshold: scratchConsumerLife,
	})
	if err != nil {
		return 0, fmt.Errorf("count partitioned messages of stream %q: %w", stream.CachedInfo().Config.Name, err)
	}
	info := consumer.CachedInfo()
	b.dropScratchConsumer(ctx, info.Stream, info.Name)
	return info.NumPending, nil
}

// scratchConsumerLife ends a throw-away consumer whose deletion was lost.
const scratchConsumerLife = 30 * time.Second

func (b *Bus) dropScratchConsumer(ctx context.Context, stream, consumer string) {
	ctx, cancel := bounded(context.WithoutCancel(ctx))
	defer cancel()
	if err := b.js.DeleteConsumer(ctx, stream, consumer); err != nil {
		b.log.Debug("throw-away consumer left to expire", "consumer", consumer, "err", err)
	}
}
