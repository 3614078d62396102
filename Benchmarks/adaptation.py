"""Tumors weeks later on drawn patients: without a map, with a map, with masks and attention, compared.

    adaptation.py
    adaptation.py --size tiny --training 40 --calibration 30 --test 40 --epochs 20 --steps 50
    adaptation.py --methods without map masks channels --results

Draws patients at two time points for training, for calibration (what volume counts as a tumor) and for the
test; trains one small network a method, all for the same number of steps; contours the test patients; and
prints a table: aggregated Dice, mean Dice, vanished tumors found and tumors kept, and paired Wilcoxon tests.

Every stage leaves a file and is not repeated, so that a run that was stopped goes on; a stopped training
goes on from its checkpoint. `--results` only scores what is there. `--results-file` also writes JSON.
Run it with the peers' Python (numpy, scipy, SimpleITK).
"""

import argparse
import json
import pathlib
import shutil
import time

import numpy
import scipy.stats
import SimpleITK

import common
from common import once, run

STRUCTURES = {"GTVp": 1, "GTVn": 2}
# A method's channels and what plan takes beside them.
METHODS = {
    "without": (["T2"], []),
    "map": (["T2", "gradient_delineate"], []),
    "published-map": (["T2", "gradient"], []),
    "channels": (["T2", "gradient_delineate", "mask_prior_GTVp", "mask_prior_GTVn"], []),
    "masks": (["T2", "gradient_delineate", "mask_prior_GTVp", "mask_prior_GTVn"], ["--mask-attention"]),
}
TITLES = {
    "propagated": "registered earlier contours", "without": "without a map", "map": "map",
    "published-map": "the published program's map", "channels": "map and mask channels",
    "masks": "map, masks and attention",
}
RULED = " and existence decision"


def draw(folder, arguments):
    for offset, (part, count) in enumerate(
            [("training", arguments.training), ("calibration", arguments.calibration), ("test", arguments.test)]):
        once(folder / f"{part}.drawn", lambda: run(
            "phantom", "--adaptive", "--cases", count, "--size", arguments.size,
            "--seed", arguments.seed + 10_000 * offset, "--threads", arguments.threads,
            "--output", folder / part))


def train(folder, method, arguments):
    place = folder / method
    channels, options = METHODS[method]
    raw, work, model = place / "raw", place / "work", place / "model"
    once(place / "dataset.done", lambda: run(
        "adapt", "dataset", folder / "training", "--output", raw, "--channels", *channels))
    plan = ["plan", raw, "--output", work, "--preset", arguments.preset, "--features", arguments.features,
            "--batch-size", arguments.batch, "--epochs", arguments.epochs, "--steps-per-epoch", arguments.steps,
            *options]
    plan += ["--patch", *arguments.patch]

    def make_plan():
        run(*plan)
        path = work / "plan.json"
        values = json.loads(path.read_text())
        # Few steps and small tumors: nnU-Net's SGD had drawn nothing after 100 steps of large patches.
        values["optimizer"] |= {"rule": "adamW", "learningRate": 0.002, "momentum": 0.9, "weightDecay": 0.01,
                                "largestGradientNorm": 1, "averageDecay": 0.995}
        values["foregroundShare"] = 0.67
        values["loss"]["isBatchDice"] = True
        path.write_text(json.dumps(values, indent=1))
    once(place / "plan.done", make_plan)
    once(place / "prepared.done", lambda: run("preprocess", work, "--quiet", "--threads", arguments.threads))
    once(place / "trained.done", lambda: run(
        "train", work, "--fold", "0", "--threads", arguments.threads, "--quiet"))

    def finish():
        shutil.rmtree(model, ignore_errors=True)
        run("finish", work, "--folds", "0", "--output", model)
    once(place / "model.done", finish)
    return model


def contour(folder, method, model, part, output, ruled):
    """The test or calibration patients' contours, ID.nii.gz in a folder."""
    output.mkdir(parents=True, exist_ok=True)
    if "gradient" in " ".join(METHODS[method][0]):
        run("adapt", "--patients", folder / part, "--model", model, "--output", output, "--quiet",
            *([] if ruled else ["--keep-all"]))
        return
    for place in sorted((folder / part).iterdir()):
        if place.is_dir():
            name = place.name
            run("segment", place / "midRT" / f"{name}_midRT_T2.nii.gz", "--model", model, "--quiet",
                "--output", output / f"{name}.nii.gz")


def predict(folder, method, model):
    place = folder / method
    once(place / "test.done", lambda: contour(folder, method, model, "test", place / "test", False))
    if method == "without":
        return
    once(place / "calibration.done",
         lambda: contour(folder, method, model, "calibration", place / "calibration", False))

    def calibrate():
        references = place / "references"
        references.mkdir(exist_ok=True)
        for patient in (folder / "calibration").iterdir():
            if patient.is_dir():
                name = patient.name
                shutil.copy(patient / "midRT" / f"{name}_midRT_mask.nii.gz", references / f"{name}.nii.gz")
        run("adapt", "calibrate", place / "calibration", references, "--model", model,
            "--patients", folder / "calibration")
    once(place / "calibrated.done", calibrate)
    once(place / "ruled.done", lambda: contour(folder, method, model, "test", place / "ruled", True))


def score(folder, read):
    """For each structure and patient: overlap, reference and predicted volume, and volume before, in ml."""
    rows = {name: [] for name in STRUCTURES}
    for patient in sorted((folder / "test").iterdir()):
        if not patient.is_dir():
            continue
        name = patient.name
        image = SimpleITK.ReadImage(str(patient / "midRT" / f"{name}_midRT_mask.nii.gz"))
        voxel = float(numpy.prod(image.GetSpacing())) / 1000
        truth = SimpleITK.GetArrayFromImage(image)
        before = common.labels_of(patient / "midRT" / f"{name}_preRT_mask_registered.nii.gz")
        found = read(name, before)
        for structure, label in STRUCTURES.items():
            a, b = truth == label, found == label
            rows[structure].append([voxel * int(v.sum()) for v in (a & b, a, b, before == label)])
    return {name: numpy.array(values) for name, values in rows.items()}


def aggregated(rows):
    return float(2 * rows[:, 0].sum() / max(rows[:, 1].sum() + rows[:, 2].sum(), 1e-9))


def dice(rows):
    """Dice of each patient; 1 where neither contour has a voxel."""
    total = rows[:, 1] + rows[:, 2]
    return numpy.where(total > 0, 2 * rows[:, 0] / numpy.where(total > 0, total, 1), 1)


def vanished(rows):
    """Of tumors that were there before: how many vanished and of these were found to, and the same of the rest."""
    there = rows[rows[:, 3] > 0]
    gone, left = there[there[:, 1] == 0], there[there[:, 1] > 0]
    return [int((gone[:, 2] == 0).sum()), len(gone), int((left[:, 2] > 0).sum()), len(left)]


def wilcoxon(a, b):
    difference = dice(a) - dice(b)
    if not numpy.any(difference):
        return 1.0, 0.0
    return float(scipy.stats.wilcoxon(difference).pvalue), float(difference.mean())


def table(folder, methods):
    scores = {"propagated": score(folder, lambda name, before: before)}
    for method in methods:
        for part, suffix in (("test", ""), ("ruled", RULED)):
            if (folder / method / f"{part}.done").exists():
                scores[method + suffix] = score(
                    folder, lambda name, _: common.labels_of(folder / method / part / f"{name}.nii.gz"))
    results = {"methods": {}, "tests": []}
    lines = ["| method | GTVp | GTVn | mean | Dice GTVp | Dice GTVn | vanished GTVp found | GTVp kept "
             "| vanished GTVn found | GTVn kept |", "|" + " --- |" * 10]
    for method, rows in scores.items():
        sums = [aggregated(rows[name]) for name in STRUCTURES]
        means = [float(dice(rows[name]).mean()) for name in STRUCTURES]
        counts = [vanished(rows[name]) for name in STRUCTURES]
        results["methods"][method] = {"aggregated": sums, "dice": means, "vanished": counts}
        title = TITLES[method.removesuffix(RULED)] + (RULED if method.endswith(RULED) else "")
        parts = [f"{c[0]} of {c[1]} | {c[2]} of {c[3]}" for c in counts]
        lines.append(f"| {title} | {sums[0]:.3f} | {sums[1]:.3f} | {sum(sums) / 2:.3f} | {means[0]:.3f} "
                     f"| {means[1]:.3f} | {parts[0]} | {parts[1]} |")
    lines.append("")
    names = list(scores)
    for better, worse in [("map", "without"), ("masks", "map"), ("masks", "channels"), ("masks" + RULED, "map")]:
        if better in names and worse in names:
            for structure in STRUCTURES:
                p, mean = wilcoxon(scores[better][structure], scores[worse][structure])
                results["tests"].append([better, worse, structure, p, mean])
                lines.append(f"{structure}: {better} against {worse}: Dice {mean:+.3f}, p = {p:.2g} (paired "
                             "Wilcoxon, two-sided)")
    return "\n".join(lines), results


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--work", type=pathlib.Path, default=common.WORK / "adaptation")
    parser.add_argument("--size", default="small", help="of the patients: tiny, small or clinical")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--training", type=int, default=60)
    parser.add_argument("--calibration", type=int, default=60)
    parser.add_argument("--test", type=int, default=60)
    parser.add_argument("--methods", nargs="+", default=["without", "map", "masks"], choices=list(METHODS))
    parser.add_argument("--preset", default="plain")
    parser.add_argument("--features", type=int, default=8)
    parser.add_argument("--patch", nargs=3, type=int, default=[32, 64, 64])
    parser.add_argument("--batch", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--results", action="store_true", help="only score what is there")
    parser.add_argument("--results-file", type=pathlib.Path)
    arguments = parser.parse_args()
    folder = arguments.work
    folder.mkdir(parents=True, exist_ok=True)
    if not arguments.results:
        draw(folder, arguments)
        for method in arguments.methods:
            start = time.monotonic()
            predict(folder, method, train(folder, method, arguments))
            print(f"{method}: {time.monotonic() - start:.0f} s", flush=True)
            print(table(folder, arguments.methods)[0], flush=True)
    text, results = table(folder, arguments.methods)
    print(text)
    if arguments.results_file:
        arguments.results_file.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
