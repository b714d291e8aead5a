#!/bin/sh
# Installs the PostgreSQL server package on Debian and Ubuntu when the machine has no
# server binaries, and checks that go is there. Does nothing, at once, when all is there.
# No cluster is created or started: accruald runs its own (schema/pgserver).
set -eu

version_min=15 # as in schema/pgserver
createcluster=/etc/postgresql-common/createcluster.conf
apt_lists_age_days_max=7

say() { echo "install-postgresql: $*"; }
die() { echo "install-postgresql: $*" >&2; exit 1; }

# Prints the major version of the newest server found; the same places as schema/pgserver.
newest_major() {
    newest=0
    old_ifs=$IFS
    IFS=:
    set -f
    set -- $PATH
    set +f
    IFS=$old_ifs
    for folder in "$@" /usr/lib/postgresql/*/bin /usr/local/pgsql/bin /usr/pgsql-*/bin; do
        [ -x "$folder/postgres" ] || continue
        major=$("$folder/postgres" --version | sed -n 's/.*(PostgreSQL) \([0-9][0-9]*\).*/\1/p')
        if [ "${major:-0}" -gt "$newest" ]; then newest=$major; fi
    done
    echo "$newest"
}

# Runs a command as root. A user without a terminal cannot be asked for a password.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif [ -t 0 ]; then
        sudo "$@"
    else
        sudo -n "$@"
    fi
}

require_root() {
    [ "$(id -u)" -eq 0 ] && return
    if command -v sudo >/dev/null 2>&1; then
        if [ -t 0 ] || sudo -n true 2>/dev/null; then return; fi
    fi
    die "the PostgreSQL server package is missing and this user cannot install it; run as root: $0"
}

# The package would create and start a cluster on port 5432 that nobody asked for. The
# file is written before the package that brings it; dpkg keeps it.
forbid_main_cluster() {
    as_root mkdir -p "$(dirname "$createcluster")"
    if [ ! -e "$createcluster" ]; then
        echo 'create_main_cluster = false' | as_root tee "$createcluster" >/dev/null
    elif grep -Eq '^[[:space:]]*create_main_cluster' "$createcluster"; then
        as_root sed -i -E 's/^[[:space:]]*create_main_cluster.*/create_main_cluster = false/' "$createcluster"
    else
        echo 'create_main_cluster = false' | as_root tee -a "$createcluster" >/dev/null
    fi
}

# Package lists that are missing or old name versions the mirrors no longer have.
lists_are_fresh() {
    apt-cache show postgresql >/dev/null 2>&1 &&
        [ -n "$(find /var/lib/apt/lists -maxdepth 1 -name '*Packages*' -mtime "-$apt_lists_age_days_max" -print -quit)" ]
}

apt_install() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
        -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold \
        -o DPkg::Lock::Timeout=120 postgresql
}

install_server() {
    command -v apt-get >/dev/null 2>&1 ||
        die "no PostgreSQL server found and this is neither Debian nor Ubuntu; install PostgreSQL $version_min or newer and put its bin folder into PATH"
    require_root
    say "installing the PostgreSQL server package"
    forbid_main_cluster
    updated=no
    if ! lists_are_fresh; then
        as_root apt-get update --quiet
        updated=yes
    fi
    if apt_install; then return; fi
    [ "$updated" = no ] || die "apt-get install postgresql did not succeed; its message is above"
    say "trying again with fresh package lists"
    as_root apt-get update --quiet
    apt_install || die "apt-get install postgresql did not succeed; its message is above"
}

command -v go >/dev/null 2>&1 ||
    die "go is missing: install Go 1.26 or newer from https://go.dev/dl/ and put its bin folder into PATH"

if [ "$(newest_major)" -eq 0 ]; then install_server; fi

major=$(newest_major)
[ "$major" -ne 0 ] || die "the package is installed but no server binary is found below /usr/lib/postgresql; run: apt-get install --reinstall postgresql"
[ "$major" -ge "$version_min" ] ||
    die "PostgreSQL $major is older than $version_min; install a newer one, see https://www.postgresql.org/download/"
