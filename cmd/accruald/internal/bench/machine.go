package bench

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// ticksASecond is what the kernel counts processor time in, on every Linux that Go runs on.
const ticksASecond = 100

// ownTime returns the processor time this process has used.
func ownTime() (time.Duration, error) {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0, fmt.Errorf("read our processor time: %w", err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano()), nil
}

// treeTime returns the processor time of a process, of its living children, and of those it has seen end.
func treeTime(pid int) (time.Duration, error) {
	root, err := statOf(strconv.Itoa(pid))
	if err != nil {
		return 0, fmt.Errorf("read the processor time of process %d: %w", pid, err)
	}
	ticks := root.own + root.ended
	folders, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return 0, fmt.Errorf("list the processes: %w", err)
	}
	for _, folder := range folders {
		child, err := statOf(filepath.Base(folder))
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
			continue // it ended meanwhile, and is in its parent's numbers
		}
		if err != nil {
			return 0, fmt.Errorf("read the processor time of %s: %w", folder, err)
		}
		if child.parent == pid {
			ticks += child.own + child.ended
		}
	}
	return time.Duration(ticks) * time.Second / ticksASecond, nil
}

type processStat struct {
	parent     int
	own, ended int64 // ticks
}

// statOf reads /proc/<pid>/stat, whose second field may hold anything and ends with the last parenthesis.
func statOf(pid string) (processStat, error) {
	text, err := os.ReadFile(filepath.Join("/proc", pid, "stat"))
	if err != nil {
		return processStat{}, err
	}
	fields := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:])
	const parent, user, system, endedUser, endedSystem = 1, 11, 12, 13, 14
	if len(fields) <= endedSystem {
		return processStat{}, fmt.Errorf("process %s: %d fields in its stat", pid, len(fields))
	}
	var numbers [endedSystem + 1]int64
	for _, i := range []int{parent, user, system, endedUser, endedSystem} {
		if numbers[i], err = strconv.ParseInt(string(fields[i]), 10, 64); err != nil {
			return processStat{}, fmt.Errorf("process %s: field %d of its stat: %w", pid, i, err)
		}
	}
	return processStat{parent: int(numbers[parent]), own: numbers[user] + numbers[system], ended: numbers[endedUser] + numbers[endedSystem]}, nil
}

// peakMemory returns the most memory that a process has held so far.
func peakMemory(pid int) (int64, error) {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
	if err != nil {
		return 0, fmt.Errorf("read the memory of process %d: %w", pid, err)
	}
	for line := range bytes.Lines(text) {
		if rest, is := bytes.CutPrefix(line, []byte("VmHWM:")); is {
			kilobytes, err := strconv.ParseInt(string(bytes.TrimSpace(bytes.TrimSuffix(bytes.TrimSpace(rest), []byte("kB")))), 10, 64)
			if err != nil {
				return 0, fmt.Errorf("read the memory of process %d: %w", pid, err)
			}
			return kilobytes * 1024, nil
		}
	}
	return 0, fmt.Errorf("read the memory of process %d: its status does not tell", pid)
}
