package pgserver

import "syscall"

// childAttributes: a group of its own, so that an interrupt at the terminal reaches
// only the owner, which drains first; and a fast shutdown when the owner dies.
func childAttributes(runAs account) *syscall.SysProcAttr {
	attributes := &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGINT}
	if runAs.foreign {
		attributes.Credential = &syscall.Credential{Uid: runAs.uid, Gid: runAs.gid}
	}
	return attributes
}
