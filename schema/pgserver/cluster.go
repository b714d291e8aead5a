package pgserver

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// Role is the superuser of a private server. It has the name of the product's schema,
// so that PostgreSQL's default search_path ("$user", public) finds the tables.
const Role = "accruald"

// prepareCluster makes the data folder unless it is there, and returns the binaries
// that fit it and the password.
func prepareCluster(ctx context.Context, dir string, options Options, runAs account) (binaries, string, error) {
	data := filepath.Join(dir, dataName)
	if _, err := os.Stat(data); errors.Is(err, fs.ErrNotExist) {
		if options.CopyFrom != "" {
			err = copyCluster(dir, options.CopyFrom, runAs)
		} else {
			err = initCluster(ctx, dir, options, runAs)
		}
		if err != nil {
			return binaries{}, "", err
		}
	}
	major, err := clusterMajor(data)
	if err != nil {
		return binaries{}, "", err
	}
	server, err := findBinaries(ctx, binaryFolders(), major)
	if err != nil {
		return binaries{}, "", fmt.Errorf("start the cluster in %q: %w", data, err)
	}
	password, err := os.ReadFile(filepath.Join(dir, passwordName))
	if err != nil {
		return binaries{}, "", fmt.Errorf("read the password of the cluster in %q: %w", data, err)
	}
	return server, strings.TrimSpace(string(password)), nil
}

func clusterMajor(data string) (int, error) {
	content, err := os.ReadFile(filepath.Join(data, "PG_VERSION"))
	if err != nil {
		return 0, fmt.Errorf("read the version of the cluster in %q: %w; delete the folder to begin anew", data, err)
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(content)))
	if err != nil {
		return 0, fmt.Errorf("read the version of the cluster in %q: %w", data, err)
	}
	return major, nil
}

// initCluster runs initdb in a folder that gets its name only when all is done, so
// that a killed initdb is not taken for a cluster.
func initCluster(ctx context.Context, dir string, options Options, runAs account) error {
	server, err := findBinaries(ctx, binaryFolders(), 0)
	if err != nil {
		return err
	}
	options.notify(fmt.Sprintf("making a PostgreSQL %s cluster in %q", server.version, dir))
	unfinished, err := makeUnfinished(dir, runAs)
	if err != nil {
		return err
	}
	password := filepath.Join(dir, passwordName)
	if err := writePassword(password, runAs); err != nil {
		return fmt.Errorf("write the password of the cluster in %q: %w", dir, err)
	}
	// Locale C: the order of strings is the order of bytes on every machine.
	arguments := []string{
		"--pgdata=" + unfinished, "--username=" + Role, "--pwfile=" + password, "--auth=scram-sha-256",
		"--encoding=UTF8", "--locale=C", "--data-checksums", "--no-instructions",
	}
	if !options.Persistent {
		arguments = append(arguments, "--no-sync")
	}
	cmd := exec.CommandContext(ctx, server.path("initdb"), arguments...)
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := runChild(cmd, runAs); err != nil {
		return fmt.Errorf("make a cluster in %q with initdb: %w: %s", dir, err, lastLines(output.String()))
	}
	return os.Rename(unfinished, filepath.Join(dir, dataName))
}

func makeUnfinished(dir string, runAs account) (string, error) {
	unfinished := filepath.Join(dir, dataName+".unfinished")
	err := os.RemoveAll(unfinished)
	if err == nil {
		err = os.Mkdir(unfinished, 0o700)
	}
	if err == nil {
		err = runAs.handOver(unfinished)
	}
	if err != nil {
		return "", fmt.Errorf("make the data folder %q: %w", unfinished, err)
	}
	return unfinished, nil
}

func writePassword(path string, runAs account) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.WriteFile(path, []byte(rand.Text()+"\n"), 0o600); err != nil {
		return err
	}
	return runAs.handOver(path) // initdb reads it
}

// copyCluster takes the cluster of a stopped server instead of running initdb.
func copyCluster(dir, from string, runAs account) error {
	unfinished, err := makeUnfinished(dir, runAs)
	if err != nil {
		return err
	}
	password, err := os.ReadFile(filepath.Join(from, passwordName))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, passwordName), password, 0o600)
	}
	if err == nil {
		err = os.CopyFS(unfinished, os.DirFS(filepath.Join(from, dataName)))
	}
	if err == nil {
		err = runAs.handOver(unfinished)
	}
	if err == nil {
		err = os.Rename(unfinished, filepath.Join(dir, dataName))
	}
	if err != nil {
		return fmt.Errorf("copy the cluster of %q to %q: %w", from, dir, err)
	}
	return nil
}

// childEnvironment keeps PG* variables of the caller away from the server's programs
// and their messages in English, which isTransient reads.
func childEnvironment() []string {
	environment := []string{"LC_ALL=C", "TZ=UTC", "PATH=" + os.Getenv("PATH")}
	if path, found := os.LookupEnv("LD_LIBRARY_PATH"); found {
		environment = append(environment, "LD_LIBRARY_PATH="+path)
	}
	return environment
}
