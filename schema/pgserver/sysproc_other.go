//go:build unix && !linux

package pgserver

import "syscall"

// childAttributes: a group of its own, so that an interrupt at the terminal reaches
// only the owner, which drains first. The next start stops what a killed owner left.
func childAttributes(runAs account) *syscall.SysProcAttr {
	attributes := &syscall.SysProcAttr{Setpgid: true}
	if runAs.foreign {
		attributes.Credential = &syscall.Credential{Uid: runAs.uid, Gid: runAs.gid}
	}
	return attributes
}
