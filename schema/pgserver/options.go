package pgserver

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
)

// Options says where and how a private server runs.
type Options struct {
	// Dir of a persistent server holds its files and is made when missing. A temporary
	// server makes a folder of its own inside Dir; default: the system's temporary folder.
	Dir string
	// Port on 127.0.0.1. Default 0: a free one, chosen at each Start.
	Port int
	// Persistent keeps the folder when the server stops. Default false: deleted.
	Persistent bool
	// Settings are server settings (names as in postgresql.conf) over the defaults.
	// Port, addresses and folders cannot be set this way.
	Settings map[string]string
	// CopyFrom is the folder of a stopped persistent server whose cluster a temporary
	// server copies instead of making an empty one. Default: none.
	CopyFrom string
	// Notify is told, in whole sentences, about slow or surprising steps. Default: nobody.
	Notify func(string)
}

// defaultSettings are modest: the server shares the machine with everything else.
// Durability is PostgreSQL's default and written down because results rest on it.
var defaultSettings = map[string]string{
	"fsync":              "on",
	"full_page_writes":   "on",
	"synchronous_commit": "on",
	"shared_buffers":     "128MB",
	"max_connections":    "100",
	"timezone":           "UTC",
	"log_timezone":       "UTC",
	"cluster_name":       "accruald",
	"log_min_messages":   "warning",
}

// ownSettings follow from the folder and the port; changing them would open the
// server to the network or lose it.
var ownSettings = []string{
	"config_file", "data_directory", "external_pid_file", "hba_file", "ident_file", "listen_addresses",
	"logging_collector", "port", "unix_socket_directories", "unix_socket_permissions",
}

var settingPattern = regexp.MustCompile(`^[a-z][a-z0-9_.]*$`)

func (o Options) notify(text string) {
	if o.Notify != nil {
		o.Notify(text)
	}
}

// Validate reports everything that is wrong with the options.
func (o Options) Validate() error {
	var problems []error
	if o.Persistent && o.Dir == "" {
		problems = append(problems, errors.New("a persistent server needs a folder: set Dir"))
	}
	if o.Persistent && o.CopyFrom != "" {
		problems = append(problems, errors.New("only a temporary server can be a copy: clear Persistent or CopyFrom"))
	}
	if o.Port < 0 || o.Port > 65535 {
		problems = append(problems, fmt.Errorf("port %d is outside 0..65535", o.Port))
	}
	for _, name := range slices.Sorted(maps.Keys(o.Settings)) {
		if !settingPattern.MatchString(name) {
			problems = append(problems, fmt.Errorf("setting %q is not a name in lower case", name))
		}
		if slices.Contains(ownSettings, name) {
			problems = append(problems, fmt.Errorf("setting %q is given by the server's folder and port", name))
		}
	}
	return errors.Join(problems...)
}
