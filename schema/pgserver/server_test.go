package pgserver

import (
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
)

func TestServerIsPrivateAndDurable(t *testing.T) {
	t.Parallel()
	server := start(t, Options{})
	conn := connect(t, server.URL("postgres"))
	for name, want := range map[string]string{
		"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "data_checksums": "on",
		"listen_addresses": "127.0.0.1", "unix_socket_permissions": "0700", "TimeZone": "UTC",
		"lc_collate": "C", "server_encoding": "UTF8",
	} {
		if got := queryText(t, conn, "show "+name); got != want {
			t.Errorf("setting %s is %q, want %q", name, got, want)
		}
	}
	for name, want := range map[string]fs.FileMode{dataName: 0o700, socketName: 0o700, passwordName: 0o600, logName: 0o600} {
		info, err := os.Stat(filepath.Join(server.Dir(), name))
		require(t, err)
		if got := info.Mode().Perm(); got != want {
			t.Errorf("mode of %s is %o, want %o", name, got, want)
		}
	}
	info, err := os.Stat(filepath.Join(server.Dir(), dataName))
	require(t, err)
	if uid := info.Sys().(*syscall.Stat_t).Uid; uid == 0 {
		t.Errorf("the data folder belongs to root, so the server cannot run")
	}
}

func TestServerRefusesOtherPasswords(t *testing.T) {
	t.Parallel()
	server := start(t, Options{})
	overTCP := strings.Replace(server.URL("postgres"), server.password, "guess", 1)
	overSocket := "host=" + server.socket + " port=" + strconv.Itoa(server.port) + " user=" + Role +
		" password=guess dbname=postgres"
	for _, address := range []string{overTCP, overSocket} {
		_, err := pgx.Connect(t.Context(), address)
		requireError(t, err, "password authentication failed")
	}
}

func TestCreateDatabaseTwiceKeepsIt(t *testing.T) {
	t.Parallel()
	server := start(t, Options{})
	name := `odd "name"/ü`
	require(t, server.CreateDatabase(t.Context(), "plain"))
	execute(t, connect(t, server.URL("plain")), "create table kept (n int)")
	require(t, server.CreateDatabase(t.Context(), "plain"))
	if got := queryText(t, connect(t, server.URL("plain")), "select to_regclass('kept')::text"); got != "kept" {
		t.Errorf("the table of the existing database is %q, want kept", got)
	}
	require(t, server.CreateDatabase(t.Context(), name))
	if got := queryText(t, connect(t, server.URL(name)), "select current_database()"); got != name {
		t.Errorf("connected to %q, want %q", got, name)
	}
}

func TestStopDeletesTemporaryFolder(t *testing.T) {
	t.Parallel()
	parent := testFolder(t)
	server := start(t, Options{Dir: parent})
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(server.port))
	require(t, server.Stop())
	require(t, server.Stop())
	entries, err := os.ReadDir(parent)
	require(t, err)
	if len(entries) != 0 {
		t.Errorf("%d entries are left in the parent folder, the first is %q", len(entries), entries[0].Name())
	}
	if conn, err := net.Dial("tcp4", address); err == nil {
		_ = conn.Close()
		t.Errorf("port %s still answers", address)
	}
	requireError(t, server.Restart(t.Context()), "start a new one")
}

func TestPortTaken(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	require(t, err)
	defer func() { _ = listener.Close() }()
	parent := testFolder(t)
	port := listener.Addr().(*net.TCPAddr).Port
	_, err = Start(t.Context(), Options{Dir: parent, CopyFrom: template, Port: port})
	requireError(t, err, "on port "+strconv.Itoa(port))
	requireError(t, err, "Address already in use")
	entries, err := os.ReadDir(parent)
	require(t, err)
	if len(entries) != 0 {
		t.Errorf("the failed start left %q", entries[0].Name())
	}
}

func TestWrongSettingIsToldAtOnce(t *testing.T) {
	t.Parallel()
	_, err := Start(t.Context(), Options{CopyFrom: template, Settings: map[string]string{"shared_buffers": "plenty"}})
	requireError(t, err, `invalid value for parameter "shared_buffers": "plenty"`)
}

func TestOptionsValidate(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		options Options
		want    string // part of the error; empty for none
	}{
		{"nothing is needed", Options{}, ""},
		{"a setting", Options{Settings: map[string]string{"work_mem": "8MB"}}, ""},
		{"persistent without a folder", Options{Persistent: true}, "set Dir"},
		{"persistent copy", Options{Persistent: true, Dir: "x", CopyFrom: "y"}, "only a temporary server"},
		{"port too high", Options{Port: 65536}, "port 65536"},
		{"negative port", Options{Port: -1}, "port -1"},
		{"network exposure", Options{Settings: map[string]string{"listen_addresses": "*"}}, `"listen_addresses"`},
		{"own authentication file", Options{Settings: map[string]string{"hba_file": "x"}}, `"hba_file"`},
		{"upper case would slip past", Options{Settings: map[string]string{"Port": "1"}}, `"Port"`},
		{"second option in a name", Options{Settings: map[string]string{"work_mem=1 port": "1"}}, "not a name"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			err := test.options.Validate()
			if test.want == "" {
				require(t, err)
				return
			}
			requireError(t, err, test.want)
		})
	}
}
