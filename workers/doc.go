// Package workers is the imperative shell: it takes deliveries, decides them
// in batches, each in one transaction, and hands on what comes out.
package workers
