// Package pricing
package pricing
