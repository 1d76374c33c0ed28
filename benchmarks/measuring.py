"""What a command costs: wall time, CPU of client, server and others, memory (Linux, from /proc)."""

import os
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
_SAMPLE_SECONDS = 0.05
SETTLE_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds, CPU seconds and MiB of one contestant in one round.

    `server_cpu` is None for a server whose processes cannot be seen; `other_cpu` is what the rest
    of the machine used meanwhile.
    """

    wall: float
    client_cpu: float
    server_cpu: float | None
    other_cpu: float
    peak_mib: float
    output: str = ""


@dataclass(slots=True)
class _PeakMemory:
    """The largest sum of the peaks (VmHWM) of the commands' own memory."""

    processes: Sequence[subprocess.Popen]
    peaks: dict[int, float] = field(default_factory=dict)
    ended: threading.Event = field(default_factory=threading.Event)

    def watch(self) -> None:
        while not self.ended.wait(_SAMPLE_SECONDS):
            for process in self.processes:
                # Not ru_maxrss: that starts at the size of the process that forked.
                peak = memory_peak(process.pid)
                self.peaks[process.pid] = max(peak, self.peaks.get(process.pid, 0.0))


def memory_peak(pid: int | str = "self") -> float:
    """The peak of a process's resident memory so far, in MiB; 0 when it has ended."""
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    except (FileNotFoundError, ProcessLookupError):
        pass
    return 0.0


def run_pipeline(
    commands: Sequence[Sequence[str]],
    env: dict[str, str],
    postmaster: int | None,
    *,
    quiet: bool = False,
) -> Cost:
    """Run commands joined by pipes, and what they cost. The last one's output is kept.

    `quiet`: what they say on standard error is kept with the output, for commands that log there.

    Raises:
        SystemExit: a command failed.
    """
    # A backend that is just ending would be counted twice: as itself and as the server's past.
    time.sleep(SETTLE_SECONDS)
    busy, served, started = machine_cpu(), server_cpu(postmaster), time.perf_counter()
    processes = _start(commands, env, quiet=quiet)
    peak = _PeakMemory(processes)
    watcher = threading.Thread(target=peak.watch, daemon=True)
    watcher.start()
    last = processes[-1]
    output = last.stdout.read().decode() if last.stdout else ""
    client_cpu = 0.0
    for process, command in zip(processes, commands, strict=True):
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        client_cpu += usage.ru_utime + usage.ru_stime
        if process.returncode:
            message = f"{command[0]} failed (exit {process.returncode}): {output[-2000:]}"
            raise SystemExit(message)
    wall = time.perf_counter() - started
    peak.ended.set()
    watcher.join()
    after = server_cpu(postmaster)
    used = after - served if after is not None and served is not None else None
    others = machine_cpu() - busy - client_cpu - (used or 0.0)
    return Cost(wall, client_cpu, used, max(others, 0.0), sum(peak.peaks.values()), output)


def _start(
    commands: Sequence[Sequence[str]], env: dict[str, str], *, quiet: bool
) -> list[subprocess.Popen]:
    processes: list[subprocess.Popen] = []
    for command in commands:
        before = processes[-1].stdout if processes else None
        processes.append(
            subprocess.Popen(
                command,
                stdin=before,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT if quiet else None,
                env=os.environ | env,
            )
        )
        if before is not None:
            before.close()
    return processes


def machine_cpu() -> float:
    """CPU seconds that the machine has spent on anything since it started."""
    line = Path("/proc/stat").read_text().splitlines()[0]
    user, nice, system, _, _, irq, softirq, *_ = (int(word) for word in line.split()[1:])
    return (user + nice + system + irq + softirq) / TICKS


def server_cpu(postmaster: int | None) -> float | None:
    """CPU seconds of a PostgreSQL server: its processes, and its backends that have ended."""
    if postmaster is None:
        return None
    total = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name in parentheses may hold spaces.
            words = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        parent, utime, stime, cutime, cstime = (int(words[i]) for i in (1, 11, 12, 13, 14))
        if int(stat.parent.name) == postmaster:
            total += utime + stime + cutime + cstime
        elif parent == postmaster:
            total += utime + stime
    return total / TICKS
