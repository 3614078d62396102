"""Scores of one scan's 21 organs, two observers' contours: `delineate evaluate` beside surface-distance and
MedPy. Each program reads the same 42 masks from the files and runs as a process of its own, so time and
memory include reading and start-up; all values that two programs share are compared.

MedPy works on whole volumes and takes about half a minute an organ, so only some organs are measured and
its time for all is the mean of those times their number (`--medpy-organs all` measures every one).
"""

import argparse
import csv
import json
import os
import shutil
import sys
import time

import common

SIDES = ("oncologist", "radiographer")
SHARED = {  # metrics of `delineate evaluate` that a peer computes by the same definition
    "surface-distance": ["dice", "hd95", "surface_dice_2mm", "asd_from_reference", "asd_from_prediction"],
    "MedPy": ["medpy_hd95", "medpy_assd"],
}
TG263 = {  # what Delineate calls the files' organs
    "Mandible": "Bone_Mandible", "Lacrimal": "Glnd_Lacrimal", "Submandibular": "Glnd_Submand",
    "Optic-Nerve": "OpticNrv", "Spinal-Canal": "SpinalCanal", "Spinal-Cord": "SpinalCord",
}


def structure(file):
    """An organ's file as TG-263 writes its name: Parotid-Lt is Parotid_L."""
    organ, side = file.removesuffix(".nrrd"), ""
    for ending, letter in (("-Lt", "_L"), ("-Rt", "_R")):
        if organ.endswith(ending):
            organ, side = organ.removesuffix(ending), letter
    return TG263.get(organ, organ) + side


# MARK: the peers, each in a process of its own


def surface_distance_values(reference, prediction, spacing):
    import surface_distance
    distances = surface_distance.compute_surface_distances(reference, prediction, spacing)
    average = surface_distance.compute_average_surface_distance(distances)
    return {
        "dice": surface_distance.compute_dice_coefficient(reference, prediction),
        "hd95": surface_distance.compute_robust_hausdorff(distances, 95),
        "surface_dice_2mm": surface_distance.compute_surface_dice_at_tolerance(distances, 2),
        "asd_from_reference": average[0],
        "asd_from_prediction": average[1],
    }


def medpy_values(reference, prediction, spacing):
    from medpy.metric import binary
    return {
        "medpy_hd95": binary.hd95(prediction, reference, spacing),
        "medpy_assd": binary.assd(prediction, reference, spacing),
    }


def peer(name, data, scan, organs):
    """Reads and measures the organs' masks; prints values and seconds as JSON."""
    import numpy
    import SimpleITK
    # surface-distance 0.1 uses two names that NumPy 2 dropped.
    numpy.Inf, numpy.NaN = numpy.inf, numpy.nan
    values, reading, computing = {}, 0.0, 0.0
    measure = {"surface-distance": surface_distance_values, "MedPy": medpy_values}[name]
    for file in organs:
        start = time.perf_counter()
        images = [SimpleITK.ReadImage(str(data / side / scan / file)) for side in SIDES]
        masks = [SimpleITK.GetArrayFromImage(image) > 0 for image in images]
        read = time.perf_counter()
        found = measure(*masks, images[0].GetSpacing()[::-1])
        computing += time.perf_counter() - read
        reading += read - start
        values[structure(file)] = {metric: float(value) for metric, value in found.items()}
    json.dump({"values": values, "reading": reading, "computing": computing}, sys.stdout)


# MARK: the comparison


def run_peer(name, arguments, organs):
    command = [sys.executable, "-W", "ignore", __file__, "--peer", name, "--data", arguments.data,
               "--scan", arguments.scan, "--organs", *organs]
    run = common.measure(command)
    return run | {"answer": json.loads(run["stdout"])}


def run_delineate(arguments, metrics):
    output = common.WORK / "metrics"
    shutil.rmtree(output, ignore_errors=True)
    run = common.measure([
        common.DELINEATE, "evaluate", "--no-report", "--reference", arguments.data / SIDES[0] / arguments.scan,
        "--prediction", arguments.data / SIDES[1] / arguments.scan, "--metrics", *metrics, "--output", output])
    values = {}
    with open(output / "scores.csv", newline="") as file:
        for row in csv.DictReader(file):
            if row["value"]:
                values.setdefault(row["structure"], {})[row["metric"]] = float(row["value"])
    return run | {"answer": {"values": values}}


def best(runs):
    return min(runs, key=lambda run: run["seconds"])


def largest_difference(values, others):
    """Over all structures and metrics of `others`; a missing one raises."""
    return max(abs(values[organ][metric] - value)
               for organ, found in others.items() for metric, value in found.items())


def megabytes(run):
    return f"{run['peak_pss_mb'] or run['peak_rss_mb']}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=common.pathlib.Path, default=common.DATA / "observer_masks")
    parser.add_argument("--scan", default="0522c0014")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--medpy-organs", nargs="+", default=["Parotid-Lt"],
                        help="files without .nrrd, or all; none leaves MedPy out")
    parser.add_argument("--peer", help=argparse.SUPPRESS)
    parser.add_argument("--organs", nargs="+", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.peer:
        peer(arguments.peer, arguments.data, arguments.scan, arguments.organs)
        return

    organs = sorted(os.listdir(arguments.data / SIDES[0] / arguments.scan))
    medpy_organs = [] if arguments.medpy_organs == ["none"] else [
        file for file in organs if arguments.medpy_organs == ["all"] or file[:-5] in arguments.medpy_organs]
    everything = SHARED["surface-distance"] + SHARED["MedPy"]
    runs = {"surface-distance": [], "Delineate": [], "Delineate, MedPy's metrics": [], "MedPy": []}
    for _ in range(arguments.repeats):
        runs["surface-distance"].append(run_peer("surface-distance", arguments, organs))
        runs["Delineate"].append(run_delineate(arguments, SHARED["surface-distance"]))
        runs["Delineate, MedPy's metrics"].append(run_delineate(arguments, SHARED["MedPy"]))
    if medpy_organs:
        runs["MedPy"].append(run_peer("MedPy", arguments, medpy_organs))

    ours, ours_medpy, theirs = (best(runs[name]) for name in
                                ("Delineate", "Delineate, MedPy's metrics", "surface-distance"))
    difference = largest_difference(ours["answer"]["values"], theirs["answer"]["values"])
    split = theirs["answer"]
    work = split["reading"] + split["computing"]
    rows = [
        ["surface-distance", ", ".join(SHARED["surface-distance"]), f"{theirs['seconds']:.2f}",
         f"{work:.2f} ({split['reading']:.2f} + {split['computing']:.2f})", megabytes(theirs), ""],
        ["Delineate", "the same", f"{ours['seconds']:.2f}",
         f"{work / ours['seconds']:.1f}x faster", megabytes(ours), f"{difference:.1e}"],
    ]
    summary = {"surface_distance": {"seconds": theirs["seconds"], "reading": split["reading"],
                                    "computing": split["computing"], "ours": ours["seconds"],
                                    "ratio": work / ours["seconds"], "largest_difference": difference}}
    if medpy_organs:
        medpy = runs["MedPy"][0]
        split = medpy["answer"]
        # Every organ's volume is equally large, and so is MedPy's time for it.
        work = (split["reading"] + split["computing"]) * len(organs) / len(medpy_organs)
        difference = largest_difference(ours_medpy["answer"]["values"], split["values"])
        rows += [
            ["MedPy", ", ".join(SHARED["MedPy"]), f"{medpy['seconds']:.1f} for {len(medpy_organs)}",
             f"{work:.0f} for {len(organs)}", megabytes(medpy), ""],
            ["Delineate", "the same", f"{ours_medpy['seconds']:.2f}",
             f"{work / ours_medpy['seconds']:.0f}x faster", megabytes(ours_medpy), f"{difference:.1e}"],
        ]
        summary["medpy"] = {"organs": medpy_organs, "seconds_for_all": work, "ours": ours_medpy["seconds"],
                            "ratio": work / ours_medpy["seconds"], "largest_difference": difference}
    # All metrics asked for at once: what is shared is computed once.
    together = best([run_delineate(arguments, everything) for _ in range(arguments.repeats)])
    rows.append(["Delineate", "all seven at once", f"{together['seconds']:.2f}", "", megabytes(together), ""])
    summary["together"] = together["seconds"]
    kept = {name: [{key: run[key] for key in ("command", "seconds", "peak_pss_mb", "peak_rss_mb")} for run in found]
            for name, found in runs.items()}
    common.store("metrics", {"scan": arguments.scan, "runs": kept, "summary": summary},
                 f"# Metrics of {len(organs)} organs of one scan\n\n"
                 + common.markdown(["program", "metrics", "s, whole process", "s, reading + computing", "MB",
                                    "largest difference"], rows)
                 + f"\n\nBest of {arguments.repeats} runs (MedPy: one). The ratios set Delineate's whole process, "
                 "start-up and writing included, against the peer's reading and computing alone, its imports left "
                 "out. Aims: at least 5x and 200x, under 500 MB.")


if __name__ == "__main__":
    main()
