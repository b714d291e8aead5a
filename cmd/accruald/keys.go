package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/accruald/accruald/cmd/accruald/internal/table"
	"github.com/accruald/accruald/workers/inquiry/access"
)

// keysCommand manages who may call the partner API.
type keysCommand struct {
	Create keysCreateCommand `cmd:"" help:"Make a key and show its secret, once."`
	List   keysListCommand   `cmd:"" help:"List keys, without their secrets."`
	Revoke keysRevokeCommand `cmd:"" help:"End a key now."`
	Rotate keysRotateCommand `cmd:"" help:"Make a key that replaces another, which stays valid for a while."`
	Reseal keysResealCommand `cmd:"" help:"Seal all secrets by the first master key, so that older ones can be taken away."`
}

// masterFlags say what secrets are sealed by.
type masterFlags struct {
	File string `name:"master-keys" env:"ACCRUALD_MASTER_KEYS" placeholder:"FILE" help:"File with the master keys that seal the secrets of access keys: lines of an id and 32 bytes in base64; the first seals, all open (default: none)."`
	Key  string `name:"master-key" env:"ACCRUALD_MASTER_KEY" placeholder:"ID:BASE64" help:"One master key in place of the file; better given by the environment (default: none)."`
}

func (f masterFlags) load() (access.Masters, error) {
	if f.Key != "" {
		id, key, _ := strings.Cut(f.Key, ":")
		return access.ParseMasters(id + " " + key)
	}
	if f.File == "" {
		return access.Masters{}, nil
	}
	text, err := os.ReadFile(f.File)
	if err != nil {
		return access.Masters{}, fmt.Errorf("read the master keys: %w", err)
	}
	return access.ParseMasters(string(text))
}

// storeFlags say where keys are kept.
type storeFlags struct {
	Masters  masterFlags   `embed:""`
	Database databaseFlags `embed:""`
}

// with opens the store for one command.
func (f *storeFlags) with(ctx context.Context, use func(*access.Store) error) error {
	masters, err := f.Masters.load()
	if err != nil {
		return err
	}
	pool, err := f.Database.connect(ctx)
	if err != nil {
		return err
	}
	defer pool.Close()
	return use(access.NewStore(pool, masters))
}

type keysCreateCommand struct {
	Partner  string        `required:"" help:"Partner that the key is of."`
	Customer string        `help:"Customer that the key is of, with --role customer (default: none)."`
	Reseller string        `help:"Tier-2 reseller that the key is of, with --role reseller (default: none)."`
	Roles    []string      `name:"role" required:"" help:"What the key may do: main, finance, account_manager, supervisor, reseller, operations, customer."`
	Managers []string      `name:"manager" help:"Account managers whose customers are seen, with --role account_manager or supervisor (default: none)."`
	Kind     string        `enum:"signature,token" default:"signature" help:"signature signs requests (SDK-HMAC-SHA256), token is sent as a bearer token."`
	Valid    time.Duration `placeholder:"DURATION" help:"How long it is valid, as 2160h (default: until it is revoked)."`
	Note     string        `help:"Who has it, for the list (default: none)."`
	JSON     bool          `name:"json" help:"For machines: one JSON object."`
	Store    storeFlags    `embed:""`
}

// Run is called by kong.
func (k *keysCreateCommand) Run(ctx context.Context, c *console) error {
	roles, err := access.ParseRoles(k.Roles)
	if err != nil {
		return err
	}
	now := time.Now()
	grant := access.Grant{Kind: access.Kind(k.Kind), Note: k.Note, Caller: access.Caller{PartnerID: k.Partner, CustomerID: k.Customer,
		ResellerID: k.Reseller, Managers: k.Managers, Roles: roles}}
	if k.Valid != 0 {
		grant.ExpiresAt = now.Add(k.Valid)
	}
	return k.Store.with(ctx, func(s *access.Store) error {
		key, err := s.Create(ctx, grant, now)
		if err != nil {
			return err
		}
		return shown{Key: key.ID, Secret: string(key.Secret), ExpiresAt: key.ExpiresAt}.write(c, k.JSON)
	})
}

// Help is shown below the flags.
func (k *keysCreateCommand) Help() string {
	return `The secret is shown once and kept sealed, of a token only its hash. Workers take the key within a second.

Examples:
  accruald keys create --partner P100 --role main
  accruald keys create --partner P100 --customer C200 --role customer --valid 2160h
  accruald keys create --partner P100 --role finance --kind token --note "month-end reports"`
}

// shown is a new key with its secret.
type shown struct {
	Key       string    `json:"key"`
	Secret    string    `json:"secret"`
	ExpiresAt time.Time `json:"expires_at,omitzero"`
}

func (s shown) write(c *console, machine bool) error {
	if machine {
		return writeJSON(c.out, s)
	}
	fmt.Fprintln(c.err, "the secret is not shown again: keep it now")
	_, err := fmt.Fprintf(c.out, "key     %s\nsecret  %s\n", s.Key, s.Secret)
	return err
}

type keysListCommand struct {
	Partner string     `help:"Only of this partner (default: all)."`
	Form    formFlags  `embed:""`
	Store   storeFlags `embed:""`
}

// Run is called by kong.
func (k *keysListCommand) Run(ctx context.Context, c *console) error {
	return k.Store.with(ctx, func(s *access.Store) error {
		keys, err := s.List(ctx, k.Partner)
		if err != nil {
			return err
		}
		now := time.Now()
		list := keyList{Rows: make([]keyRow, len(keys))}
		for i := range keys {
			list.Rows[i] = keyRowOf(&keys[i], now)
		}
		return k.Form.write(c, &list)
	})
}

// keyRow is a key as it is listed.
type keyRow struct {
	Key        string    `json:"key"`
	Kind       string    `json:"kind"`
	PartnerID  string    `json:"partner_id"`
	CustomerID string    `json:"customer_id"`
	ResellerID string    `json:"reseller_id"`
	Roles      []string  `json:"roles"`
	Managers   []string  `json:"managers"`
	State      string    `json:"state"`
	CreatedAt  time.Time `json:"created_at"`
	ExpiresAt  time.Time `json:"expires_at,omitzero"`
	RotatedTo  string    `json:"rotated_to"`
	MasterID   string    `json:"master_id"`
	Note       string    `json:"note"`
}

func keyRowOf(s *access.Stored, now time.Time) keyRow {
	row := keyRow{Key: s.ID, Kind: string(s.Kind), PartnerID: s.Caller.PartnerID, CustomerID: s.Caller.CustomerID, ResellerID: s.Caller.ResellerID,
		Managers: s.Caller.Managers, State: s.State(now), CreatedAt: s.CreatedAt, ExpiresAt: s.ExpiresAt, RotatedTo: s.RotatedTo, MasterID: s.MasterID, Note: s.Note}
	for _, role := range s.Caller.Roles {
		row.Roles = append(row.Roles, string(role))
	}
	return row
}

var keyColumns = []table.Column[keyRow]{
	{Name: "key", Of: func(r *keyRow) any { return r.Key }},
	{Name: "kind", Of: func(r *keyRow) any { return r.Kind }},
	{Name: "partner_id", Of: func(r *keyRow) any { return r.PartnerID }},
	{Name: "customer_id", Of: func(r *keyRow) any { return r.CustomerID }},
	{Name: "reseller_id", Of: func(r *keyRow) any { return r.ResellerID }},
	{Name: "roles", Of: func(r *keyRow) any { return r.Roles }},
	{Name: "managers", Of: func(r *keyRow) any { return r.Managers }, Only: table.ForMachines},
	{Name: "state", Of: func(r *keyRow) any { return r.State }},
	{Name: "created_at", Of: func(r *keyRow) any { return r.CreatedAt }},
	{Name: "expires_at", Of: func(r *keyRow) any { return r.ExpiresAt }},
	{Name: "rotated_to", Of: func(r *keyRow) any { return r.RotatedTo }},
	{Name: "master_id", Of: func(r *keyRow) any { return r.MasterID }, Only: table.ForMachines},
	{Name: "note", Of: func(r *keyRow) any { return r.Note }},
}

// keyList is the list of keys.
type keyList struct {
	Rows []keyRow `json:"rows"`
}

// WriteText writes the list as a person reads it.
func (l *keyList) WriteText(w io.Writer) error {
	var t table.Text
	t.Rows(table.Rows(keyColumns, l.Rows))
	return t.Write(w)
}

// WriteCSV writes the list for spreadsheets.
func (l *keyList) WriteCSV(w io.Writer) error { return table.WriteCSV(w, keyColumns, l.Rows) }

type keysRevokeCommand struct {
	Key   string     `arg:"" help:"Id of the key."`
	Store storeFlags `embed:""`
}

// Run is called by kong.
func (k *keysRevokeCommand) Run(ctx context.Context, c *console) error {
	return k.Store.with(ctx, func(s *access.Store) error {
		if err := s.Revoke(ctx, k.Key, time.Now()); err != nil {
			return err
		}
		_, err := fmt.Fprintf(c.out, "revoked %s; within %s nobody takes it any more\n", k.Key, access.RingStaleMax)
		return err
	})
}

type keysRotateCommand struct {
	Key     string        `arg:"" help:"Id of the key that is replaced."`
	Overlap time.Duration `default:"24h" help:"How long the old key stays valid."`
	JSON    bool          `name:"json" help:"For machines: one JSON object."`
	Store   storeFlags    `embed:""`
}

// Run is called by kong.
func (k *keysRotateCommand) Run(ctx context.Context, c *console) error {
	if k.Overlap < 0 {
		return fmt.Errorf("rotate key %q with an overlap of %s: use 0s or more", k.Key, k.Overlap)
	}
	return k.Store.with(ctx, func(s *access.Store) error {
		key, err := s.Rotate(ctx, k.Key, k.Overlap, time.Now())
		if err != nil {
			return err
		}
		return shown{Key: key.ID, Secret: string(key.Secret), ExpiresAt: key.ExpiresAt}.write(c, k.JSON)
	})
}

type keysResealCommand struct {
	Store storeFlags `embed:""`
}

// Run is called by kong.
func (k *keysResealCommand) Run(ctx context.Context, c *console) error {
	return k.Store.with(ctx, func(s *access.Store) error {
		count, err := s.Reseal(ctx)
		out := bufio.NewWriter(c.out)
		fmt.Fprintf(out, "%d secrets sealed anew\n", count)
		return errors.Join(err, out.Flush())
	})
}
