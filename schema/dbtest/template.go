package dbtest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/accruald/accruald/schema"
	"github.com/accruald/accruald/schema/pgserver"
)

const (
	templateDatabase = "accruald_template"
	// templateLayout is raised when the way a template is built changes.
	templateLayout = 1
	// templateAgeMax: unused templates are removed after this time.
	templateAgeMax = 24 * time.Hour

	templateLockName = "build.lock"
	lockPollInterval = 20 * time.Millisecond
	unfinishedSuffix = ".unfinished"
)

// templateFolder returns the folder of a stopped server that holds the migrated
// template database, and builds it if this machine has none for these migrations.
func templateFolder(ctx context.Context) (string, error) {
	base, err := templateBase()
	if err != nil {
		return "", err
	}
	version, err := pgserver.Version(ctx)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %s %s", templateLayout, version, schema.Fingerprint()))
	folder := filepath.Join(base, hex.EncodeToString(sum[:8]))
	lock, err := lockTemplates(ctx, base)
	if err != nil {
		return "", err
	}
	defer func() { _ = lock.Close() }()
	if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
		if err := buildTemplate(ctx, folder); err != nil {
			return "", fmt.Errorf("build the template of the test databases: %w", err)
		}
	}
	now := time.Now()
	if err := os.Chtimes(folder, now, now); err != nil { // in use: not to be pruned
		return "", err
	}
	return folder, pruneTemplates(base, now)
}

// templateBase is passable for others, because the server may run as another user, but
// only ours: its name can be guessed, so an existing one is looked at first.
func templateBase() (string, error) {
	base := filepath.Join(os.TempDir(), fmt.Sprintf("accruald-dbtest-%d", os.Geteuid()))
	if err := os.Mkdir(base, 0o711); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", fmt.Errorf("make folder %q: %w", base, err)
	}
	info, err := os.Lstat(base)
	if err != nil {
		return "", fmt.Errorf("inspect folder %q: %w", base, err)
	}
	if !info.IsDir() || info.Sys().(*syscall.Stat_t).Uid != uint32(os.Geteuid()) {
		return "", fmt.Errorf("use folder %q: it belongs to another user; remove it or set TMPDIR", base)
	}
	return base, os.Chmod(base, 0o711) // whatever the umask was
}

// lockTemplates waits while another test binary builds.
func lockTemplates(ctx context.Context, base string) (*os.File, error) {
	lock, err := os.OpenFile(filepath.Join(base, templateLockName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the templates: %w", err)
	}
	ticker := time.NewTicker(lockPollInterval)
	defer ticker.Stop()
	for {
		err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return lock, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, errors.Join(fmt.Errorf("lock the templates in %q: %w", base, err), lock.Close())
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(fmt.Errorf("wait for the lock of the templates in %q: %w", base, ctx.Err()), lock.Close())
		case <-ticker.C:
		}
	}
}

// buildTemplate can be killed at any point: the next one goes on with the unfinished
// folder. The server is durable, so that a finished template survives a power cut.
func buildTemplate(ctx context.Context, folder string) error {
	unfinished := folder + unfinishedSuffix
	server, err := pgserver.Start(ctx, pgserver.Options{Dir: unfinished, Persistent: true})
	if err != nil {
		return err
	}
	err = server.CreateDatabase(ctx, templateDatabase)
	if err == nil {
		err = schema.Migrate(ctx, server.URL(templateDatabase), nil)
	}
	if err := errors.Join(err, server.Stop()); err != nil {
		return errors.Join(err, os.RemoveAll(unfinished))
	}
	if server.Dir() != unfinished {
		return fmt.Errorf("the server cannot run in %q; set TMPDIR to a folder that every user can enter", unfinished)
	}
	return os.Rename(unfinished, folder)
}

// pruneTemplates runs under the lock; a binary that copies without it uses a folder
// touched just before.
func pruneTemplates(base string, now time.Time) error {
	entries, err := os.ReadDir(base)
	if err != nil {
		return fmt.Errorf("list the templates in %q: %w", base, err)
	}
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil {
			return err
		}
		if !entry.IsDir() || now.Sub(info.ModTime()) < templateAgeMax {
			continue
		}
		if err := os.RemoveAll(filepath.Join(base, entry.Name())); err != nil {
			return fmt.Errorf("remove the unused template %q: %w", entry.Name(), err)
		}
	}
	return nil
}
