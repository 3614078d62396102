"""What each part of M3-Net is worth, on drawn patients: networks that lack one part each, and baselines.

    m3net.py
    m3net.py --training 40 --validation 8 --test 20 --epochs 30 --steps 100
    m3net.py --networks ct rigid full --results

Draws patients with 30 organs on a CT and an MR that lie apart; registers each pair rigidly; trains one small
network a row of the table, all for the same number of steps; contours the test patients, with the full network
also without their MR; scores 30 organs by Dice and mean surface distance (surface-distance's definitions); and
measures how far voxels of the body lie from their true place in the MR after the rigid registration and after
the network's own.

Every stage leaves a file and is not repeated; a stopped training goes on from its checkpoint. `--results` only
scores what is there. Run it with the peers' Python (numpy, scipy, SimpleITK).
"""

import argparse
import csv
import json
import pathlib
import shutil
import subprocess
import tempfile
import time

import numpy
import scipy.stats
import SimpleITK

import common
import registration
from common import once, run

BOTH = ["--channels", "CT", "MR_T1"]
STACKED = ["--fusion", "input", "--no-masks", "--no-registration", "--modality-dropout", "0"]
# A network: what it is called, the training scans, and what plan takes.
NETWORKS = {
    "ct": ("CT only", "training-rigid", ["--channels", "CT", *STACKED]),
    "unregistered": ("CT and MR stacked, unregistered", "training", [*BOTH, "--own-grids", *STACKED]),
    "stacked": ("CT and MR stacked, rigid", "training-rigid", [*BOTH, *STACKED]),
    "no-fusion": ("M3-Net without fusion", "training-rigid", [*BOTH, "--fusion", "concatenation", "--known-deformation", "3"]),
    "no-masks": ("M3-Net without masks", "training-rigid", [*BOTH, "--no-masks", "--known-deformation", "3"]),
    "no-dual": ("M3-Net without dual task", "training-rigid", [*BOTH, "--no-registration"]),
    "full": ("M3-Net", "training-rigid", [*BOTH, "--known-deformation", "3"]),
}
# Predictions: the network, and whether the test patients' MR is there.
RUNS = {name: (name, name != "ct") for name in NETWORKS} | {"full-ct": ("full", False)}
# What T1 shows and CT does not, or hardly.
SOFT = ["OpticChiasm", "Pituitary", "Brainstem", "OpticNrv_L", "OpticNrv_R"]


def cases(folder):
    return sorted(path for path in (folder / "set_1").iterdir() if path.is_dir())


def scan(case, name):
    return case / f"{case.name}_IMG_{name}.nrrd"


def draw(work, arguments):
    for part, count, seed in [("training", arguments.training + arguments.validation, arguments.seed),
                              ("test", arguments.test, arguments.seed + 966)]:
        once(work / f"{part}.drawn", lambda: run(
            "phantom", "--cases", count, "--size", arguments.size, "--seed", seed,
            "--threads", arguments.threads, "--output", work / part))


def register(work, arguments):
    """All patients once more, their MR laid rigidly on the CT."""
    for part in ("training", "test"):
        for case in cases(work / part):
            target = work / f"{part}-rigid" / "set_1" / case.name
            once(target / "done", lambda: align(case, target, arguments.threads))
        shutil.copy(work / part / "set_1" / "OAR_data.csv", work / f"{part}-rigid" / "set_1")


def align(case, target, threads):
    target.mkdir(parents=True, exist_ok=True)
    aligned = target / "aligned"
    command = [common.DELINEATE, "register", "--fixed", scan(case, "CT"), "--moving", scan(case, "MR_T1"),
               "--kind", "rigid", "--output", aligned, "--quiet", "--threads", str(threads)]
    status = subprocess.run(command).returncode
    if status not in (0, 3):
        raise SystemExit(f"{case.name}: registration ended with {status}")
    moved = SimpleITK.ReadImage(str(aligned / "registered.nii.gz"))
    SimpleITK.WriteImage(moved, str(scan(target, "MR_T1")), True)
    for file in case.iterdir():
        if not file.name.endswith("_MR_T1.nrrd") and not (target / file.name).exists():
            (target / file.name).symlink_to(file)


def train(work, name, arguments):
    place = work / name
    title, part, options = NETWORKS[name]
    folder, model = place / "work", place / "model"
    total = arguments.training + arguments.validation
    names = [f"case_{number:02}" for number in range(1, total + 1)]
    split = work / "split.json"
    split.write_text(json.dumps([{"train": names[:arguments.training], "val": names[arguments.training:]}]))

    def plan():
        run("plan", work / part, "--output", folder, "--split", split, "--preset", "m3", "--seed", "5",
            "--features", arguments.features, "--patch", *arguments.patch, "--batch-size", arguments.batch,
            "--epochs", arguments.epochs, "--steps-per-epoch", arguments.steps, "--merge-sides", *options)
        path = folder / "plan.json"
        values = json.loads(path.read_text())
        # Few steps and small organs: nnU-Net's SGD draws nothing in so few.
        values["optimizer"] |= {"rule": "adamW", "learningRate": 0.002, "momentum": 0.9, "weightDecay": 0.01,
                                "largestGradientNorm": 1, "warmUpShare": 0.02}
        values["foregroundShare"] = 0.67
        values["validationSteps"] = 3
        path.write_text(json.dumps(values, indent=1))
    once(place / "plan.done", plan)
    once(place / "prepared.done", lambda: run("preprocess", folder, "--quiet", "--threads", arguments.threads))
    once(place / "trained.done", lambda: run(
        "train", folder, "--fold", "0", "--threads", arguments.threads, "--quiet"))

    def finish():
        shutil.rmtree(model, ignore_errors=True)
        run("finish", folder, "--folds", "0", "--weights", "last", "--output", model)
    once(place / "model.done", finish)
    return model


def predict(work, name, arguments):
    """The test patients' contours; of networks that register, their displacements as well."""
    network, has_mr = RUNS[name]
    part = NETWORKS[network][1].replace("training", "test")
    model, output = work / network / "model", work / name / "test"
    registers = has_mr and "registration" in json.loads((work / network / "work" / "plan.json").read_text()
                                                        )["model"]["architecture"]

    def contour(case):
        words = [f"CT={scan(case, 'CT')}"] + ([f"MR_T1={scan(case, 'MR_T1')}"] if has_mr else [])
        words += ["--registered", output / case.name] if registers else []
        run("segment", *words, "--model", model, "--output", output / f"{case.name}.seg.nrrd", "--quiet",
            "--window-placement", "body", "--threads", arguments.threads)
    output.mkdir(parents=True, exist_ok=True)
    for case in cases(work / part):
        once(output / f"{case.name}.done", lambda: contour(case))
    once(work / name / "scored.done", lambda: run(
        "evaluate", "--reference", work / "test" / "set_1", "--prediction", output,
        "--prediction-pattern", "{case}.seg.nrrd", "--metrics", "dice", "msd", "hd95", "--no-report",
        "--output", work / name / "scores"))


def scores(work, name, metric):
    """{organ: [one value a case]}; an organ that was not found counts 0 in Dice and has no value in mm."""
    result = {}
    with open(work / name / "scores" / "scores.csv") as file:
        for row in csv.DictReader(file):
            if row["metric"] == metric:
                value = float(row["value"]) if row["value"] else (0.0 if metric == "dice" else numpy.nan)
                result.setdefault(row["structure"], {})[row["case"]] = value
    return {organ: numpy.array([values[case] for case in sorted(values)]) for organ, values in result.items()}


def means(values, organs=None):
    """Each case's mean over organs."""
    return numpy.nanmean([values[organ] for organ in organs or sorted(values)], axis=0)


def registration_errors(work, name):
    """For each test patient the mean error in mm over the body: as it lay, rigid, after the network's head."""
    rows = []
    for case in cases(work / "test"):
        displacement = work / name / "test" / case.name / "displacement.nii.gz"
        if not displacement.exists():
            continue
        rigid = SimpleITK.ReadTransform(
            str(work / "test-rigid" / "set_1" / case.name / "aligned" / "transform.tfm"))
        field = SimpleITK.ReadImage(str(displacement), SimpleITK.sitkVectorFloat64)
        with tempfile.TemporaryDirectory() as folder:
            pairs, _ = registration.drawn_pair(case, folder)
        # SimpleITK applies the last one first.
        found = SimpleITK.CompositeTransform([rigid, SimpleITK.DisplacementFieldTransform(field)])
        rows.append([registration.error(transform, pairs)
                     for transform in (SimpleITK.Transform(3, SimpleITK.sitkIdentity), rigid, found)])
    return numpy.array(rows)


def table(work, names):
    results, lines = {}, ["| network | Dice | ASD, mm | HD95, mm | not found | soft-tissue organs, Dice |",
                          "| --- | --- | --- | --- | --- | --- |"]
    names = [name for name in names if (work / name / "scored.done").exists()]
    measured = {name: [scores(work, name, metric) for metric in ("dice", "msd", "hd95")] for name in names}
    # Distances of organs that all networks found: one that finds only the easy ones is not the better for it.
    found = {organ: numpy.all([~numpy.isnan(msd[organ]) for _, msd, _ in measured.values()], axis=0)
             for organ in (measured[names[0]][0] if names else [])}
    shared = sum(int(mask.sum()) for mask in found.values())
    for name in names:
        dice, msd, hd95 = measured[name]
        title = NETWORKS[name][0] if name in NETWORKS else "M3-Net, MR removed at test"
        missing = float(numpy.mean([numpy.isnan(values) for values in msd.values()]))
        msd, hd95 = ({organ: numpy.where(found[organ], values[organ], numpy.nan) for organ in found}
                     for values in (msd, hd95))
        results[name] = {
            "title": title, "dice": float(means(dice).mean()), "msd": float(numpy.nanmean(means(msd))),
            "hd95": float(numpy.nanmean(means(hd95))), "notFound": missing,
            "soft": float(means(dice, SOFT).mean()),
            "organs": {organ: [float(values.mean()), float(numpy.nanmean(msd[organ])) if found[organ].any() else None]
                       for organ, values in sorted(dice.items())},
            "cases": means(dice).tolist(),
        }
        row = results[name]
        lines.append(f"| {title} | {row['dice']:.3f} | {row['msd']:.2f} | {row['hd95']:.2f} "
                     f"| {100 * missing:.0f} % | {row['soft']:.3f} |")
    lines += ["", f"Distances over the {shared} of {sum(len(m) for m in found.values())} organs that all rows found.", ""]
    if "full" in results:
        for name in results:
            if name != "full":
                difference = numpy.array(results["full"]["cases"]) - numpy.array(results[name]["cases"])
                p = scipy.stats.wilcoxon(difference).pvalue
                lines.append(f"M3-Net against {results[name]['title']}: Dice {difference.mean():+.3f}, "
                             f"p = {p:.2g} (paired Wilcoxon over {len(difference)} patients, two-sided)")
        lines += ["", "| organ | " + " | ".join(row["title"] for row in results.values()) + " |",
                  "| --- |" + " --- |" * len(results)]
        for organ in results["full"]["organs"]:
            values = [f"{row['organs'][organ][0]:.2f}" for row in results.values()]
            lines.append(f"| {organ} | " + " | ".join(values) + " |")
    lines.append("")
    for name in names:
        errors = registration_errors(work, name) if name in NETWORKS else numpy.zeros(0)
        if len(errors):
            start, rigid, found = errors.mean(axis=0)
            better = int((errors[:, 2] < errors[:, 1]).sum())
            p = scipy.stats.wilcoxon(errors[:, 2] - errors[:, 1]).pvalue
            results[name]["registration"] = errors.tolist()
            lines.append(f"{NETWORKS[name][0]}: {start:.2f} mm as the scans lie, {rigid:.2f} mm rigid, {found:.2f} mm "
                         f"after the network's registration; better in {better} of {len(errors)}, p = {p:.2g}")
    return "\n".join(lines), results


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--work", type=pathlib.Path, default=common.WORK / "m3net")
    parser.add_argument("--size", default="small", help="of the patients: tiny, small or clinical")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--training", type=int, default=40)
    parser.add_argument("--validation", type=int, default=8)
    parser.add_argument("--test", type=int, default=20)
    parser.add_argument("--networks", nargs="+", default=list(NETWORKS), choices=list(NETWORKS))
    parser.add_argument("--features", type=int, default=8)
    parser.add_argument("--patch", nargs=3, type=int, default=[24, 48, 48])
    parser.add_argument("--batch", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--results", action="store_true", help="only score what is there")
    parser.add_argument("--results-file", type=pathlib.Path)
    arguments = parser.parse_args()
    work = arguments.work.absolute()
    work.mkdir(parents=True, exist_ok=True)
    runs = [name for name, (network, *_) in RUNS.items() if network in arguments.networks]
    if not arguments.results:
        draw(work, arguments)
        register(work, arguments)
        for name in arguments.networks:
            start = time.monotonic()
            train(work, name, arguments)
            print(f"{name}: {time.monotonic() - start:.0f} s", flush=True)
        for name in runs:
            predict(work, name, arguments)
    text, results = table(work, runs)
    print(text)
    if arguments.results_file:
        arguments.results_file.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
