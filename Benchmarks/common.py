"""What every benchmark here needs: paths, the machine's description, a stopwatch that also watches
memory, the comparison of two label maps, and the results folder."""

import datetime
import json
import os
import pathlib
import platform
import subprocess
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
WORK = pathlib.Path(os.environ.get("DELINEATE_BENCH", ROOT / ".deps" / "bench"))
DATA = pathlib.Path(os.environ.get("DELINEATE_DATA", ROOT.parent / "shared" / "data"))
PEERS = pathlib.Path(os.environ.get("PEERS", ROOT / ".deps" / "peers"))
DELINEATE = pathlib.Path(os.environ.get("DELINEATE", ROOT / ".build" / "release" / "delineate"))
RESULTS = pathlib.Path(os.environ.get("DELINEATE_RESULTS", HERE / "Results"))

MODELS = {"small": WORK / "models" / "small", "resenc": WORK / "models" / "resenc-m"}
SCAN = WORK / "scan" / "HaN_001_0000.nii.gz"


def nnunet_environment():
    """nnU-Net wants three folders named in the environment even where it never looks into them."""
    names = ("nnUNet_raw", "nnUNet_preprocessed", "nnUNet_results")
    return os.environ | {name: str(WORK / "unused") for name in names}


# MARK: stages of a long comparison


def run(*command):
    """Runs the program, and shows how."""
    command = [str(DELINEATE), *map(str, command)]
    print("$", " ".join(command), flush=True)
    subprocess.run(command, check=True)


def once(marker, work):
    """Does work unless its marker is there: what was stopped goes on."""
    if not marker.exists():
        work()
        marker.parent.mkdir(parents=True, exist_ok=True)
        marker.touch()


# MARK: processes


def tree(session):
    """The ids of all live processes of a session: a program and whatever it started."""
    members = []
    for entry in os.scandir("/proc"):
        if not entry.name.isdigit():
            continue
        try:
            with open(f"/proc/{entry.name}/stat") as file:
                # The name, in parentheses, may hold spaces; the session is the fourth field after it.
                if int(file.read().rpartition(")")[2].split()[3]) == session:
                    members.append(int(entry.name))
        except (OSError, ValueError, IndexError):
            continue
    return members


def resident(process):
    """Resident bytes of a process, pages shared with others counted in full."""
    try:
        with open(f"/proc/{process}/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0


def proportional(process):
    """Resident bytes of a process, a page shared by n processes counted as 1/n of a page."""
    try:
        with open(f"/proc/{process}/smaps_rollup") as file:
            for line in file:
                if line.startswith("Pss:"):
                    return int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        pass
    return 0


class MemoryWatch:
    """Samples a process tree until told to stop: the sum of RSS ten times a second, and the sum of
    PSS as often as that costs no more than 3 % of one core (walking 10 GB of page tables takes tens of
    milliseconds), at most ten times a second."""

    def __init__(self, session):
        self.session = session
        self.peak_rss = self.peak_pss = self.processes = self.pss_samples = 0
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)
        self.thread.start()

    def watch(self):
        next_pss = 0.0
        while True:
            members = tree(self.session)
            self.processes = max(self.processes, len(members))
            self.peak_rss = max(self.peak_rss, sum(map(resident, members)))
            now = time.monotonic()
            if now >= next_pss:
                self.peak_pss = max(self.peak_pss, sum(map(proportional, members)))
                self.pss_samples += 1
                cost = time.monotonic() - now
                next_pss = now + max(0.1, cost / 0.03)
            if self.stopped.wait(0.1):
                return

    def stop(self):
        self.stopped.set()
        self.thread.join()


def measure(command, environment=None, log=None):
    """Runs a command and measures its wall time and the peak memory of its whole process tree.

    Returns a dictionary: seconds, peak_pss_mb, peak_rss_mb (10^6 bytes), processes, returncode, stdout,
    and lines: (seconds since the start, line) of everything it printed on stderr and, where stdout is
    not JSON, on stdout.
    """
    command = [str(part) for part in command]
    start = time.monotonic()
    process = subprocess.Popen(
        command, env=(environment or os.environ) | {"PYTHONUNBUFFERED": "1"}, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace")
    watch = MemoryWatch(process.pid)
    lines, output = [], []

    def follow(stream, keep):
        for line in stream:
            lines.append((round(time.monotonic() - start, 3), line.rstrip()))
            keep.append(line)

    readers = [threading.Thread(target=follow, args=(process.stdout, output)),
               threading.Thread(target=follow, args=(process.stderr, []))]
    for reader in readers:
        reader.start()
    process.wait()
    seconds = time.monotonic() - start
    for reader in readers:
        reader.join()
    watch.stop()
    if log:
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text("".join(f"{moment:9.3f} {line}\n" for moment, line in lines))
    if process.returncode != 0:
        tail = "\n".join(line for _, line in lines[-15:])
        raise SystemExit(f"failed ({process.returncode}): {' '.join(command)}\n{tail}")
    return {
        "command": command, "seconds": round(seconds, 3), "processes": watch.processes,
        "peak_pss_mb": round(watch.peak_pss / 1e6), "peak_rss_mb": round(watch.peak_rss / 1e6),
        "pss_samples": watch.pss_samples, "stdout": "".join(output), "lines": lines,
    }


# MARK: label maps


def labels_of(path):
    """A label map's voxels, [z, y, x]."""
    import SimpleITK
    return SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(path)))


def agreement(reference, prediction):
    """Fraction of equal voxels and Dice per label of two label maps on one grid.

    A label in neither map has no Dice; `voxels` is its count in the reference.
    """
    import numpy
    if reference.shape != prediction.shape:
        raise SystemExit(f"the label maps differ in size: {reference.shape} and {prediction.shape}")
    equal = reference == prediction
    size = int(max(reference.max(), prediction.max())) + 1
    in_reference = numpy.bincount(reference.ravel(), minlength=size)
    in_prediction = numpy.bincount(prediction.ravel(), minlength=size)
    in_both = numpy.bincount(reference[equal].ravel(), minlength=size)
    dice = {
        int(label): float(2 * in_both[label] / (in_reference[label] + in_prediction[label]))
        for label in range(1, size) if in_reference[label] + in_prediction[label]
    }
    return {
        "equal": float(equal.mean()), "different": int((~equal).sum()), "dice": dice,
        "smallest_dice": min(dice.values(), default=None),
        "voxels": {label: int(in_reference[label]) for label in dice},
    }


# MARK: what was measured, and where


def output_of(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, cwd=ROOT).stdout.strip()
    except OSError:
        return ""


def machine():
    """The processor, cores and memory, without a host name."""
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo")
                  if line.startswith("model name")), platform.processor())
    memory = next(int(line.split()[1]) for line in open("/proc/meminfo") if line.startswith("MemTotal"))
    return {"processor": model, "cores": len(os.sched_getaffinity(0)),
            "memory_gb": round(memory * 1024 / 1e9, 1), "system": platform.freedesktop_os_release()["PRETTY_NAME"],
            "load_at_start": os.getloadavg()[0]}


def versions():
    """Delineate's commit and the peers' versions."""
    from importlib.metadata import PackageNotFoundError, version
    found = {"commit": output_of("git", "rev-parse", "--short=10", "HEAD")
             + ("+changes" if output_of("git", "status", "--porcelain", "-uno") else ""),
             "python": platform.python_version()}
    for name in ("nnunetv2", "torch", "dynamic_network_architectures", "openvino", "onnxruntime",
                 "surface-distance", "MedPy", "scipy", "numpy", "pydicom", "rt-utils",
                 "dcmrtstruct2nii", "platipy", "highdicom"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            pass
    return found


def portable(text):
    """The text without this machine's folders."""
    for folder, name in ((WORK, ".deps/bench"), (PEERS, "$PEERS"), (DATA, "../shared/data"),
                         (DELINEATE, ".build/release/delineate"), (ROOT, ".")):
        text = text.replace(str(folder), name)
    return text


def store(name, record, table):
    """Writes Results/<date>-<name>.json and .md and prints the table."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    record = {"date": datetime.date.today().isoformat(), "machine": machine(), "versions": versions(),
              "load_at_end": os.getloadavg()[0]} | record
    stem = RESULTS / f"{record['date']}-{name}"
    about = record["machine"]
    peers = ", ".join(f"{key} {value}" for key, value in record["versions"].items() if key != "commit")
    heading = (f"{about['processor']}, {about['cores']} cores, {about['memory_gb']} GB, {about['system']} · "
               f"commit {record['versions']['commit']} · {peers}\n\n")
    title, _, rest = table.partition("\n\n")
    stem.with_suffix(".json").write_text(portable(json.dumps(record, indent=1)) + "\n")
    stem.with_suffix(".md").write_text(portable(f"{title}\n\n{heading}{rest.rstrip()}\n"))
    print(f"\n{table}\n\n{stem}.md")


def markdown(heading, rows):
    """A Markdown table."""
    lines = [heading, ["---"] * len(heading), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)
