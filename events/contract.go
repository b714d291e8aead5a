package events

import "embed"

// Contract is the machine-readable contract: schemas/<type>.json (JSON Schema 2020-12 of the data of each type, with
// schemas/definitions.json and the envelope in schemas/cloudevent.json), samples/<type>.json (one structured CloudEvent of
// each type), samples/worked-example.jsonl and asyncapi.yaml (AsyncAPI 3.0). Tests hold it in step with the decoder.
//
//go:embed schemas/*.json samples/*.json samples/*.jsonl asyncapi.yaml
var Contract embed.FS
