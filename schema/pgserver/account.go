package pgserver

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// account is the operating system user the server runs as.
type account struct {
	uid, gid uint32
	name     string
	foreign  bool // another user than the process: files are handed over, credentials switched
}

// serverAccount is the user of the process itself, except for root, which
// PostgreSQL refuses.
func serverAccount() (account, error) {
	if uid := os.Geteuid(); uid != 0 {
		return account{uid: uint32(uid), gid: uint32(os.Getegid()), name: strconv.Itoa(uid)}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		found, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, errUID := strconv.ParseUint(found.Uid, 10, 32)
		gid, errGID := strconv.ParseUint(found.Gid, 10, 32)
		if err := errors.Join(errUID, errGID); err != nil {
			return account{}, fmt.Errorf("read the ids of user %q: %w", name, err)
		}
		return account{uid: uint32(uid), gid: uint32(gid), name: name, foreign: true}, nil
	}
	return account{}, errors.New("choose a user for PostgreSQL, which refuses to run as root: " +
		"neither postgres nor nobody exists; run as another user, or add one of them")
}

// handOver gives a file or a whole folder to the server's user.
func (a account) handOver(path string) error {
	if !a.foreign {
		return nil
	}
	return filepath.WalkDir(path, func(entry string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(entry, int(a.uid), int(a.gid))
	})
}

// folderMode is the mode of folders above the data: private, but passable for the
// server's user when that is another one.
func (a account) folderMode() os.FileMode {
	if a.foreign {
		return 0o711
	}
	return 0o700
}

// makeFolder creates dir with the folder mode, whatever the umask; an existing
// folder keeps its mode.
func (a account) makeFolder(dir string) error {
	parent := filepath.Dir(dir)
	if _, err := os.Stat(parent); errors.Is(err, fs.ErrNotExist) && parent != dir {
		if err := a.makeFolder(parent); err != nil {
			return err
		}
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return nil
		}
		return err
	}
	return os.Chmod(dir, a.folderMode())
}

// reaches tells whether the server's user may pass through dir and all folders above
// it. Missing ones will be made passable, so they count as such.
func (a account) reaches(dir string) (bool, error) {
	if !a.foreign {
		return true, nil
	}
	for {
		info, err := os.Stat(dir)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return false, err
		}
		if err == nil {
			owner := info.Sys().(*syscall.Stat_t)
			pass := info.Mode().Perm() & 0o001
			switch {
			case owner.Uid == a.uid:
				pass = info.Mode().Perm() & 0o100
			case owner.Gid == a.gid:
				pass = info.Mode().Perm() & 0o010
			}
			if pass == 0 {
				return false, nil
			}
			if real, err := filepath.EvalSymlinks(dir); err == nil {
				dir = real // what is above the target matters, not what is above the link
			}
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return true, nil
		}
		dir = parent
	}
}

// substituteParent holds the folders chosen instead of unreachable ones: unlike
// /tmp it survives a restart of the machine.
const substituteParent = "/var/tmp"

// substitute names the folder used instead of an unreachable one. It is the same at
// every start, so that a persistent server finds its data again; and because others
// may write to its parent, an existing one must be ours.
func substitute(dir string) (string, error) {
	sum := sha256.Sum256([]byte(dir))
	chosen := filepath.Join(substituteParent,
		fmt.Sprintf("accruald-postgres-%d-%s", os.Geteuid(), hex.EncodeToString(sum[:6])))
	return chosen, requireOwn(chosen)
}

// requireOwn refuses an existing path that is not a folder of this process's user.
func requireOwn(dir string) error {
	info, err := os.Lstat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if !info.IsDir() || info.Sys().(*syscall.Stat_t).Uid != uint32(os.Geteuid()) {
		return fmt.Errorf("use folder %q: it belongs to another user; remove it or name another folder", dir)
	}
	return nil
}
