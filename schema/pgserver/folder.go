package pgserver

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	lockName     = "owner.lock"
	passwordName = "password"
	dataName     = "data"
	socketName   = "socket"
	logName      = "server.log"

	temporaryPrefix = "accruald-pg-"

	// leftoverCountMax bounds how many folders of killed owners one start removes.
	leftoverCountMax = 20
	// unlockedAgeMax: a temporary folder without a lock is being made, or its maker
	// was killed within microseconds; after this time it is the latter.
	unlockedAgeMax = 24 * time.Hour
)

// errFolderInUse: another process, or another Server of this one, runs in the folder.
var errFolderInUse = errors.New("folder is in use")

// openFolder makes the folder of a server ready and locks it. The lock ends with the
// process, however it ends.
func openFolder(ctx context.Context, options Options, runAs account) (string, *os.File, error) {
	parent := options.Dir
	if parent == "" {
		parent = os.TempDir()
	}
	parent, err := filepath.Abs(parent)
	if err != nil {
		return "", nil, fmt.Errorf("find folder %q: %w", options.Dir, err)
	}
	reachable, err := runAs.reaches(parent)
	if err != nil {
		return "", nil, fmt.Errorf("inspect folder %q: %w", parent, err)
	}
	if !reachable {
		wanted := parent
		if parent, err = substitute(wanted); err != nil {
			return "", nil, err
		}
		options.notify(fmt.Sprintf("user %q, who runs PostgreSQL for root, cannot enter %q; using %q instead",
			runAs.name, wanted, parent))
	}
	if err := runAs.makeFolder(parent); err != nil {
		return "", nil, fmt.Errorf("make folder %q: %w", parent, err)
	}
	if options.Persistent {
		lock, err := lockFolder(parent)
		return parent, lock, err
	}
	if err := removeLeftovers(ctx, parent, options.notify); err != nil {
		return "", nil, err
	}
	return makeTemporary(parent, runAs)
}

// lockFolder takes the lock of an existing folder.
func lockFolder(dir string) (*os.File, error) {
	path := filepath.Join(dir, lockName)
	lock, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock folder %q: %w", dir, err)
	}
	if err := takeLockSoon(lock); err != nil {
		holder, _ := os.ReadFile(path) // only makes the sentence better
		_ = lock.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("start PostgreSQL in %q: %w by process %s; stop that one or name another folder",
				dir, errFolderInUse, strings.TrimSpace(string(holder)))
		}
		return nil, fmt.Errorf("lock folder %q: %w", dir, err)
	}
	return lock, nil
}

// A child of this process holds copies of its open files from its fork to its exec, also of a lock that was just given
// back; so a lock is tried for a while before it counts as somebody's.
const (
	lockTryCountMax = 50
	lockTryPause    = 10 * time.Millisecond
)

func takeLockSoon(lock *os.File) error {
	for try := 1; ; try++ {
		err := takeLock(lock)
		if !errors.Is(err, syscall.EWOULDBLOCK) || try == lockTryCountMax {
			return err
		}
		time.Sleep(lockTryPause)
	}
}

func takeLock(lock *os.File) error {
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return err
	}
	if err := lock.Truncate(0); err != nil {
		return err
	}
	_, err := lock.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	return err
}

// makeTemporary makes a folder that nobody else uses. The lock file appears under its
// name only once locked, so that removeLeftovers never takes a new folder for a left one.
func makeTemporary(parent string, runAs account) (_ string, _ *os.File, err error) {
	dir, err := os.MkdirTemp(parent, temporaryPrefix)
	if err != nil {
		return "", nil, fmt.Errorf("make a temporary folder in %q: %w", parent, err)
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("make temporary folder %q: %w", dir, err)
			_ = os.RemoveAll(dir)
		}
	}()
	if err := os.Chmod(dir, runAs.folderMode()); err != nil {
		return "", nil, err
	}
	path := filepath.Join(dir, lockName)
	lock, err := os.OpenFile(path+".new", os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", nil, err
	}
	if err := errors.Join(takeLock(lock), os.Rename(path+".new", path)); err != nil {
		_ = lock.Close()
		return "", nil, err
	}
	return dir, lock, nil
}

// removeLeftovers deletes temporary folders whose owner was killed, with the server
// in them if the kernel did not end it.
func removeLeftovers(ctx context.Context, parent string, notify func(string)) error {
	folders, err := filepath.Glob(filepath.Join(parent, temporaryPrefix+"*"))
	if err != nil {
		return fmt.Errorf("list temporary folders in %q: %w", parent, err)
	}
	removed := 0
	for _, dir := range folders {
		if removed == leftoverCountMax {
			return nil
		}
		done, err := removeLeftover(ctx, dir, notify)
		if err != nil {
			return fmt.Errorf("remove the left folder %q: %w", dir, err)
		}
		if done {
			removed++
		}
	}
	return nil
}

func removeLeftover(ctx context.Context, dir string, notify func(string)) (bool, error) {
	info, err := os.Lstat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil // another process was quicker
	}
	if err != nil {
		return false, err
	}
	if requireOwn(dir) != nil {
		return false, nil // another user's servers are not ours to end
	}
	if _, err := os.Lstat(filepath.Join(dir, lockName)); errors.Is(err, fs.ErrNotExist) {
		if time.Since(info.ModTime()) < unlockedAgeMax {
			return false, nil
		}
		return true, os.RemoveAll(dir)
	}
	lock, err := lockFolder(dir)
	if errors.Is(err, errFolderInUse) || errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer func() { _ = lock.Close() }()
	if err := stopLeftover(ctx, filepath.Join(dir, dataName), notify); err != nil {
		return false, err
	}
	return true, os.RemoveAll(dir)
}
