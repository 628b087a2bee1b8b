"""What bin/ promises: nothing is left running, nothing of others is touched, no secret has a default."""

import os
import re
import sys
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.ROOT)
sys.path.insert(0, str(ROOT / "bin"))
from _runtime.processes import Lock, Processes, birth, wait_for  # noqa: E402
from _runtime.project import Problem, require_space  # noqa: E402

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]


@pytest.fixture
def processes(tmp_path: Path):
    stack = Processes(tmp_path)
    yield stack
    stack.stop()


def is_running(pid: int) -> bool:
    return bool(birth(pid))


def test_stopping_ends_every_process_and_its_children(processes: Processes) -> None:
    script = (
        "import subprocess, sys, time; child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])"
    )
    script += "; print('child', child.pid, flush=True); time.sleep(600)"
    processes.start("parent", [sys.executable, "-c", script], dict(os.environ))
    wait_for(lambda: "child" in processes.log_tail("parent"), 30, processes, "parent")
    parent, child = processes.running[0].process.pid, int(processes.log_tail("parent").split()[1])
    nobody = Processes(processes.folder / "none")
    processes.stop()
    wait_for(lambda: not is_running(child), 30, nobody, "child")
    assert not is_running(parent)
    assert not processes.pid_file.exists()


def test_what_a_killed_run_left_behind_is_ended(processes: Processes, tmp_path: Path) -> None:
    processes.start("worker", SLEEP, dict(os.environ))
    child = processes.running[0].process
    Processes(tmp_path).sweep()
    child.wait(10)
    assert not is_running(child.pid)


def test_a_stranger_with_a_reused_process_id_is_left_alone(processes: Processes, tmp_path: Path) -> None:
    processes.start("worker", SLEEP, dict(os.environ))
    child = processes.running[0].process
    processes.pid_file.write_text(f"worker {child.pid} another-birth\n")
    Processes(tmp_path).sweep()
    assert is_running(child.pid)


def test_a_process_that_ends_by_itself_is_named_with_its_log(processes: Processes) -> None:
    processes.start("web", [sys.executable, "-c", "raise SystemExit('no such address')"], dict(os.environ))
    with pytest.raises(Problem, match=r"(?s)web ended.*no such address"):
        wait_for(lambda: False, 30, processes, "web")


def test_a_process_that_ended_is_started_again(processes: Processes) -> None:
    processes.start("worker", SLEEP, dict(os.environ))
    first = processes.running[0].process
    first.kill()
    first.wait(10)
    ended = processes.ended()
    assert ended is processes.running[0]
    processes.restart(ended)
    assert ended.process.pid != first.pid
    assert is_running(ended.process.pid)
    assert processes.ended() is None


def test_one_stack_has_one_supervisor(tmp_path: Path) -> None:
    first, second = Lock(tmp_path / "demo.lock"), Lock(tmp_path / "demo.lock")
    assert first.take()
    first.note("http://127.0.0.1:8000")
    assert not second.take()
    assert second.holder() == "http://127.0.0.1:8000"
    first.file.close()
    assert second.take()
    second.file.close()


def test_a_full_disk_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(Problem, match=r"^The disk is full: .* Free some space and try again\.$"):
        require_space(tmp_path, 10**9, "for the database")


def test_no_secret_has_a_default() -> None:
    compose = (ROOT / "docker-compose.yml").read_text()
    secrets = re.findall(r"\$\{(\w*(?:PASSWORD|SECRET|EMAIL_URL|ACCESS_KEY)\w*)(:?[-?][^}]*)?\}", compose)
    assert {"SECRET_KEY", "HMS_APP_PASSWORD", "HMS_OWNER_PASSWORD", "REDIS_PASSWORD"} <= {name for name, _ in secrets}
    for name, rest in secrets:
        # S3 and earlier keys are optional; an empty key is no key.
        is_optional = name.startswith("S3_") or name == "SECRET_KEY_FALLBACKS"
        assert rest.startswith(":?") or (is_optional and rest == ":-"), name
    example = (ROOT / "docker" / "example.env").read_text()
    assert all(line.endswith("=") for line in example.splitlines() if line and not line.startswith("#"))


def test_the_service_role_in_production_owns_nothing() -> None:
    compose = (ROOT / "docker-compose.yml").read_text()
    assert compose.count("postgres://hms_owner:") == 1, "only migrate connects as the owner"
    roles = (ROOT / "docker" / "roles.sql").read_text()
    assert re.search(r"ALTER ROLE hms_app [^;]*NOSUPERUSER[^;]*NOBYPASSRLS", roles)
