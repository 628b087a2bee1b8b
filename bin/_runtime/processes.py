"""Child processes that are always stopped again, also those that an earlier, killed run left behind."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from .project import ROOT, Problem, say

# PostgreSQL's fast shutdown is SIGINT; all the others end in good order at SIGTERM.
_STOP = {"postgres": signal.SIGINT}
_PATIENCE = 20


@dataclass
class Running:
    """A started process, and how to start it again."""

    name: str
    command: list[str]
    options: dict
    process: subprocess.Popen
    starts: int = 1


class Processes:
    """The processes of one stack, in the order they were started, written down in `<folder>/pids`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pid_file = folder / "pids"
        self.running: list[Running] = []

    def start(self, name: str, command: list[object], env: dict[str, str], **options) -> None:
        """Start `command` with its output in `<folder>/<name>.log`."""
        argv = [str(part) for part in command]
        options = {"cwd": ROOT, "env": env} | options
        self.running.append(Running(name, argv, options, self._spawn(name, argv, options)))

    def restart(self, running: Running) -> None:
        """Start a process that has ended by itself once more."""
        _end_group(running.process.pid)
        running.process = self._spawn(running.name, running.command, running.options)
        running.starts += 1

    def _spawn(self, name: str, argv: list[str], options: dict) -> subprocess.Popen:
        # In a session of its own: Ctrl-C then reaches only the supervisor, which stops its children in order.
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **options,
            )
        with self.pid_file.open("a") as pids:
            pids.write(f"{name} {process.pid} {birth(process.pid)}\n")
        return process

    def ended(self) -> Running | None:
        """A process that has ended by itself, or None."""
        return next((running for running in self.running if running.process.poll() is not None), None)

    def stop(self) -> None:
        """Stop all, last started first."""
        previous = [
            (number, signal.signal(number, signal.SIG_IGN)) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        ]
        try:
            for running in reversed(self.running):
                process = running.process
                if process.poll() is None:
                    process.send_signal(_STOP.get(running.name, signal.SIGTERM))
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        process.wait(_PATIENCE)
                _end_group(process.pid)
                process.wait()
            self.running.clear()
            self.pid_file.unlink(missing_ok=True)
        finally:
            for number, handler in previous:
                signal.signal(number, handler)

    def log_tail(self, name: str, lines: int = 12) -> str:
        log = self.folder / f"{name}.log"
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) if log.exists() else ""

    def sweep(self, why: str = ", left behind by an earlier run") -> None:
        """End what an earlier run left behind: only processes it wrote down, and only if they still are those."""
        if not self.pid_file.exists():
            return
        for line in reversed(self.pid_file.read_text().splitlines()):
            name, pid_text, noted = line.split(" ", 2)
            pid = int(pid_text)
            if not noted or birth(pid) != noted:
                continue
            say(f"Stopping {name} ({pid}){why}")
            os.kill(pid, _STOP.get(name, signal.SIGTERM))
            deadline = time.monotonic() + _PATIENCE
            while birth(pid) == noted and time.monotonic() < deadline:
                time.sleep(0.1)
            _end_group(pid)
        self.pid_file.unlink()


class Lock:
    """One supervisor at a time for one stack; the kernel lets go of it when the supervisor ends, however it ends."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.file = path.open("a+")

    def take(self, wait: bool = False) -> bool:
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            return False
        self.note("")
        return True

    def note(self, text: str) -> None:
        """Leave a word for whoever finds the lock taken."""
        self.file.seek(0)
        self.file.truncate()
        self.file.write(text)
        self.file.flush()

    def holder(self) -> str:
        return self.path.read_text().strip()


def wait_for(check, seconds: float, processes: Processes, what: str) -> None:
    """Wait until `check()` is true. Raises Problem when a process ends meanwhile, or at the time limit."""
    deadline = time.monotonic() + seconds
    while not check():
        ended = processes.ended()
        if ended or time.monotonic() > deadline:
            culprit = ended.name if ended else what
            reason = "ended" if ended else "did not get ready in time"
            raise Problem(
                f"{culprit} {reason}. Its log is {processes.folder / f'{culprit}.log'}:\n{processes.log_tail(culprit)}"
            )
        time.sleep(0.05)


def birth(pid: int) -> str:
    """When the process was started, in the words of the system: with the id it names one process and no other."""
    stat = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            return ""
        return "" if fields[0] == "Z" else fields[19]
    done = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return done.stdout.strip()


def _end_group(leader: int) -> None:
    """End what is left of a process's own session (pool children of a killed parent)."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
