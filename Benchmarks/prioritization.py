"""Time and Dice of a model's full sliding window and of `segment --prioritize`, on the same scans.

    prioritization.py --model MODEL --scan ct.nii.gz --reference labels.nii.gz
    prioritization.py --model MODEL --openkbp 10
    prioritization.py --model MODEL --openkbp 3 --clinical --repeats 3
    prioritization.py --model MODEL --drawn patients

A case is a scan and its reference label map with the model's label numbers. `--openkbp N` takes N of
OpenKBP's validation patients; `--clinical` puts each into a planning CT's 512x512x150 voxels, the
contours with it. `--drawn` takes the patients of `delineate phantom --output FOLDER`, CT and MR, which
lies on the CT already or is laid on it by `--options "--no-mirroring --register rigid"`.
Network seconds are the report's; processor time is that of the whole process.
"""

import argparse
import csv
import json
import pathlib
import resource
import subprocess
import time

import numpy
import SimpleITK

import common

# A planning CT: the patient in a field of view of half a meter, with air around.
SIZE = (512, 512, 150)
SPACING = (500 / 512, 500 / 512, 2.5)
# OpenKBP's numbers in the order of the scheme named openkbp; the model's own are matched by name.
OPENKBP = ["Brainstem", "SpinalCord", "Parotid_R", "Parotid_L", "Bone_Mandible", "Larynx", "Esophagus"]


def openkbp(count, clinical):
    """Cases of OpenKBP's validation part: name, scan, reference."""
    with open(common.DATA / "openkbp" / "manifest.csv") as file:
        chosen = [row for row in csv.DictReader(file) if "valid" in row["official_split"]][:count]
    cases = []
    for row in chosen:
        folder = common.DATA / "openkbp" / row["pid"]
        scan, labels = folder / "ct.nii.gz", folder / "oar.nii.gz"
        if clinical:
            scan, labels = clinical_size(row["pid"], scan, labels)
        cases.append((row["pid"], scan, labels))
    return cases


def clinical_size(name, scan, labels):
    """The scan and its contours in the middle of a planning CT's 512x512x150 voxels."""
    folder = common.WORK / "prioritization"
    folder.mkdir(parents=True, exist_ok=True)
    paths = folder / f"{name}_ct.nii.gz", folder / f"{name}_labels.nii.gz"
    if not all(path.exists() for path in paths):
        source = SimpleITK.ReadImage(str(scan))
        middle = source.TransformContinuousIndexToPhysicalPoint(
            [(n - 1) / 2 for n in source.GetSize()])
        origin = [m - s * (n - 1) / 2 for m, s, n in zip(middle, SPACING, SIZE)]
        grid = (SIZE, SimpleITK.Transform(), SimpleITK.sitkLinear, origin, SPACING,
                source.GetDirection())
        SimpleITK.WriteImage(SimpleITK.Resample(source, *grid, -1000.0), str(paths[0]))
        contours = SimpleITK.ReadImage(str(labels))
        nearest = grid[:2] + (SimpleITK.sitkNearestNeighbor,) + grid[3:]
        SimpleITK.WriteImage(SimpleITK.Resample(contours, *nearest, 0.0), str(paths[1]))
    return paths


def drawn(folder):
    """Drawn patients: name, CT and MR, reference."""
    return [(case.name, [f"{name}={case / f'{case.name}_IMG_{name}.nrrd'}" for name in ("CT", "MR_T1")],
             case / f"{case.name}_organs_CT.seg.nrrd") for case in sorted(folder.glob("set_1/case_*"))]


def segment(model, scans, output, options):
    """Runs the program: its report, wall seconds and processor seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    run = subprocess.run(
        [common.DELINEATE, "segment", *scans, "--model", model, "--output", output, "--json", "--quiet"]
        + options, check=True, stdout=subprocess.PIPE)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    report = json.loads(run.stdout)
    return {
        "report": report,
        "wall": time.perf_counter() - start,
        "processor": after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime,
    }


def inference_seconds(report):
    """What the patient waits for beyond reading and writing: scout, windows, restoration."""
    return sum(report["seconds"].get(stage, 0) for stage in ("scout", "network", "blend", "restore"))


def dices(prediction, reference, structures, numbers):
    """Dice of each structure that the reference has; an empty prediction has 0."""
    a = SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(prediction)))
    b = SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(reference)))
    result = {}
    for structure in structures:
        name = structure["name"]
        if name not in numbers:
            continue
        mine, theirs = a == structure["label"], b == numbers[name]
        if theirs.any():
            result[name] = 2 * (mine & theirs).sum() / (mine.sum() + theirs.sum())
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--scan")
    parser.add_argument("--reference")
    parser.add_argument("--labels", help="JSON of the reference's names and numbers; the model's own by default")
    parser.add_argument("--openkbp", type=int, default=0)
    parser.add_argument("--drawn", type=pathlib.Path, help="a folder of drawn patients with CT and MR")
    parser.add_argument("--clinical", action="store_true")
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--deadline", help="measure a run with this deadline too")
    parser.add_argument("--options", default="--no-mirroring", help="options of both runs")
    arguments = parser.parse_args()
    cases = [(name, [scan], labels) for name, scan, labels in openkbp(arguments.openkbp, arguments.clinical)]
    cases += drawn(arguments.drawn) if arguments.drawn else []
    if arguments.scan:
        cases.append((pathlib.Path(arguments.scan).name, [arguments.scan], arguments.reference))
    shared = arguments.options.split()
    ways = {"full": shared, "prioritized": shared + ["--prioritize"]}
    if arguments.deadline:
        ways["deadline"] = ways["prioritized"] + ["--deadline", arguments.deadline]
    folder = common.WORK / "prioritization"
    folder.mkdir(parents=True, exist_ok=True)
    lines, totals = [], {way: {"inference": [], "processor": [], "wall": [], "windows": [], "dice": {}}
                         for way in ways}
    for name, scans, reference in cases:
        for way, options in ways.items():
            output = folder / f"{name}_{way}.nii.gz"
            runs = [segment(arguments.model, scans, output, options) for _ in range(arguments.repeats)]
            best = min(runs, key=lambda run: run["processor"])
            report = best["report"]
            total = totals[way]
            total["inference"].append(inference_seconds(report))
            total["processor"].append(best["processor"])
            total["wall"].append(best["wall"])
            total["windows"].append(report["windows"]["run"])
            possible = report["windows"]["possible"]
            scores = {}
            if reference:
                numbers = (json.loads(pathlib.Path(arguments.labels).read_text()) if arguments.labels
                           else {n: i + 1 for i, n in enumerate(OPENKBP)} if arguments.openkbp
                           else {s["name"]: s["label"] for s in report["structures"]})
                scores = dices(output, reference, report["structures"], numbers)
                for structure, value in scores.items():
                    total["dice"].setdefault(structure, []).append(value)
            mean = numpy.mean(list(scores.values())) if scores else float("nan")
            lines.append(f"| {name} | {way} | {report['windows']['run']} of {possible} "
                         f"| {inference_seconds(report):.1f} | {best['processor']:.1f} "
                         f"| {best['wall']:.1f} | {100 * mean:.2f} |")
            print(lines[-1], flush=True)

    def mean_dice(way):
        return 100 * numpy.mean([numpy.mean(v) for v in totals[way]["dice"].values()])

    text = ["| case | run | windows | inference, s | processor, s | wall, s | Dice, % |",
            "| --- | --- | --- | --- | --- | --- | --- |", *lines, ""]
    full = totals["full"]
    for way in list(ways)[1:]:
        own = totals[way]
        saved = {k: 100 * (1 - sum(own[k]) / sum(full[k]))
                 for k in ("inference", "processor", "wall", "windows")}
        text.append(f"{way}: " + ", ".join(f"{v:.1f} % less {k}" for k, v in saved.items()))
        if full["dice"]:
            text.append(f"mean Dice {mean_dice('full'):.2f} % full, {mean_dice(way):.2f} % {way}: "
                        f"{mean_dice(way) - mean_dice('full'):+.2f} points")
            for structure, values in full["dice"].items():
                text.append(f"  {structure}: {100 * numpy.mean(values):.2f} -> "
                            f"{100 * numpy.mean(own['dice'][structure]):.2f}")
    print("\n".join(text))


if __name__ == "__main__":
    main()
