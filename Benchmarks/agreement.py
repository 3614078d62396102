"""Do Delineate and nnU-Net draw the same contours? Over real patients, with two networks that nnU-Net
trained, with and without mirroring, in single precision and in bfloat16.

nnU-Net's predictions come from its Python interface in one process and are kept, so that a second run
only runs Delineate.
"""

import argparse
import csv
import subprocess
import sys

import common

NETWORKS = {"plain": "nnUNetTrainerAdamShort__nnUNetPlans__3d_fullres",
            "resenc": "nnUNetTrainerAdamTiny__nnUNetPlans__3d_resenc"}
PREDICTIONS = common.WORK / "agreement"
# What a run has to reach: fraction of equal voxels, smallest Dice of any structure. Windows over the
# body lie elsewhere than nnU-Net's, so that run has no aim: its agreement is shown.
AIMS = {"fp32": (0.9999, 0.999), "bf16": (None, 0.995), "body": (None, None)}
OPTIONS = {"fp32": ["--precision", "fp32"], "bf16": ["--precision", "bf16"],
           "body": ["--precision", "fp32", "--window-placement", "body"]}


def model_folder(network):
    return common.DATA / "nnunet_model" / network / "Dataset501_OpenKBP" / NETWORKS[network]


def patients(count):
    """The first validation patients of OpenKBP, by number."""
    with open(common.DATA / "openkbp" / "manifest.csv") as file:
        names = [row["pid"] for row in csv.DictReader(file) if row["official_split"] == "validation"]
    return sorted(names, key=lambda name: int(name.partition("_")[2]))[:count]


def setting(network, mirroring):
    return f"{network}-mirroring" if mirroring else network


def predict_with_nnunet(network, mirroring, names):
    """nnU-Net's own label maps of the patients that have none yet."""
    folder = PREDICTIONS / "nnunet" / setting(network, mirroring)
    folder.mkdir(parents=True, exist_ok=True)
    wanted = [name for name in names if not (folder / f"{name}.nii.gz").exists()]
    if not wanted:
        return
    import torch
    from nnunetv2.inference import predict_from_raw_data
    from nnunetv2.training.nnUNetTrainer.nnUNetTrainer import nnUNetTrainer
    # The models were trained by subclasses that change the optimizer only and are not part of nnU-Net;
    # the networks are those of the base class.
    predict_from_raw_data.recursive_find_trainer_class_by_name = lambda name: nnUNetTrainer
    predictor = predict_from_raw_data.nnUNetPredictor(
        use_mirroring=mirroring, device=torch.device("cpu"), allow_tqdm=False)
    predictor.initialize_from_trained_model_folder(str(model_folder(network)), (0,), "checkpoint_final.pth")
    for name in wanted:
        scan = common.DATA / "openkbp" / name / "ct.nii.gz"
        unfinished = folder / "unfinished" / name
        unfinished.parent.mkdir(exist_ok=True)
        predictor.predict_from_files_sequential([[str(scan)]], [str(unfinished)])
        unfinished.with_suffix(".nii.gz").rename(folder / f"{name}.nii.gz")
        print(f"nnU-Net {setting(network, mirroring)} {name}", flush=True)


def check_against_shipped(network, mirroring, names):
    """Compares with the predictions that came with the models, made by nnUNetv2_predict elsewhere."""
    folder = common.DATA / "nnunet_model" / "predictions" / (f"{network}_mirroring" if mirroring else network)
    found = []
    for name in names:
        shipped = folder / f"{name}.nii.gz"
        if shipped.exists():
            mine = PREDICTIONS / "nnunet" / setting(network, mirroring) / f"{name}.nii.gz"
            found.append(common.agreement(common.labels_of(shipped), common.labels_of(mine))["equal"])
    return min(found, default=None)


def predict_with_delineate(network, mirroring, run, name):
    folder = PREDICTIONS / "delineate" / f"{setting(network, mirroring)}-{run}"
    folder.mkdir(parents=True, exist_ok=True)
    output = folder / f"{name}.nii.gz"
    command = [common.DELINEATE, "segment", common.DATA / "openkbp" / name / "ct.nii.gz",
               "--model", model_folder(network), "--output", output, *OPTIONS[run]]
    if not mirroring:
        command.append("--no-mirroring")
    ran = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if ran.returncode != 0:
        raise SystemExit(f"delineate failed on {name}: {ran.stderr.strip()}")
    return output


def compare(network, mirroring, run, names):
    """One line of the table, and the numbers behind it."""
    cases = {}
    for name in names:
        reference = PREDICTIONS / "nnunet" / setting(network, mirroring) / f"{name}.nii.gz"
        prediction = predict_with_delineate(network, mirroring, run, name)
        cases[name] = common.agreement(common.labels_of(reference), common.labels_of(prediction))
    voxels = min(case["equal"] for case in cases.values())
    dices = [(case["smallest_dice"], name) for name, case in cases.items() if case["smallest_dice"] is not None]
    dice, worst = min(dices, default=(None, None))
    aim_voxels, aim_dice = AIMS[run]
    reached = ((aim_voxels is None or voxels >= aim_voxels)
               and (aim_dice is None or dice is None or dice >= aim_dice))
    all_dices = [value for case in cases.values() for value in case["dice"].values()]
    mean = sum(all_dices) / len(all_dices) if all_dices else None
    row = [network, "yes" if mirroring else "no", run, f"{100 * voxels:.4f} %",
           sum(case["different"] for case in cases.values()),
           "–" if dice is None else f"{dice:.5f} ({worst})", "–" if mean is None else f"{mean:.5f}",
           "–" if run == "body" else "yes" if reached else "**no**"]
    print(*row, flush=True)
    return row, {"network": network, "mirroring": mirroring, "run": run,
                 "reached": reached, "cases": cases}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=int, default=10)
    parser.add_argument("--networks", nargs="+", choices=NETWORKS, default=list(NETWORKS))
    parser.add_argument("--runs", nargs="+", choices=AIMS, default=list(AIMS))
    parser.add_argument("--nnunet-only", action="store_true", help="make nnU-Net's predictions and stop")
    parser.add_argument("--threads", type=int, help="torch threads of nnU-Net (all cores by default)")
    arguments = parser.parse_args()
    if not (common.DATA / "nnunet_model").exists():
        print("agreement: skipped, the trained models (../shared/data/nnunet_model) are not here.")
        return
    if arguments.threads:
        import torch
        torch.set_num_threads(arguments.threads)
    names = patients(arguments.patients)
    shipped = {}
    for network in arguments.networks:
        for mirroring in (False, True):
            predict_with_nnunet(network, mirroring, names)
            shipped[setting(network, mirroring)] = check_against_shipped(network, mirroring, names)
    print("nnU-Net here against the shipped predictions, equal voxels:", shipped)
    if arguments.nnunet_only:
        return
    rows, records = zip(*(compare(network, mirroring, run, names) for network in arguments.networks
                          for mirroring in (False, True) for run in arguments.runs))
    heading = ["network", "mirroring", "run", "equal voxels (worst patient)", "voxels that differ (all)",
               "smallest Dice of a structure", "mean Dice", "aim reached"]
    notes = ["", f"{len(names)} patients of OpenKBP's validation set: {', '.join(names)}. "
             "Aims: fp32 ≥ 99.99 % of voxels and Dice ≥ 0.999 for every structure; bf16 Dice ≥ 0.995. "
             "Body: fp32 with windows over the body only; both networks are rough, and where the windows lie "
             "decides much of what such a network says.", ""]
    notes += [f"nnU-Net run here against its shipped predictions ({key}): {100 * value:.4f} % of voxels equal."
              for key, value in shipped.items() if value is not None]
    common.store("agreement", {"patients": names, "shipped": shipped, "comparisons": records},
                 "# Agreement with nnU-Net's own labels\n\n" + common.markdown(heading, rows) + "\n"
                 + "\n".join(notes))
    if not all(record["reached"] for record in records):
        sys.exit(1)


if __name__ == "__main__":
    main()
