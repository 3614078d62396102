"""Does nnU-Net predict with what Delineate exports? Each model goes through `delineate export-nnunet`,
then `nnUNetv2_predict_from_modelfolder` runs the folder as it is, and its labels are compared with those
that `delineate segment` draws with the model itself.

nnU-Net adds windows up in half precision, so that a rounding of single precision can turn a logit over to
the next half. A voxel may differ only where nnU-Net's own logits of the two labels are within a few such
steps of one another (`--steps`): where a network is trained at all, none does. Everything else is an error.

`--trained` goes the whole way instead: plan, preprocess, a few steps of training, finish, export; the
logits of such a network are as close to one another as they will ever be.
"""

import argparse
import json
import pathlib
import shutil
import subprocess

import numpy as np

import agreement
import common


def run(*command, environment=None):
    ran = subprocess.run([str(part) for part in command], capture_output=True, text=True, env=environment)
    if ran.returncode != 0:
        raise SystemExit(f"{command[0]} failed: {ran.stderr.strip()[-2000:]}")


def scans(folder):
    """A drawn patient for the phantom network, a real one for the others."""
    run(common.DELINEATE, "phantom", "--output", folder / "drawn", "--seed", 1005)
    real = common.DATA / "openkbp" / agreement.patients(1)[0] / "ct.nii.gz"
    return {"phantom": folder / "drawn" / "ct.nii.gz", "plain": real, "resenc": real}


def trained(folder, mirroring):
    """A network of a few steps from drawn patients, through every command there is."""
    folder.mkdir(parents=True)
    folds = [{"train": ["phantom_0001", "phantom_0002"], "val": ["phantom_0003"]}]
    (folder / "splits.json").write_text(json.dumps(folds))
    run(common.DELINEATE, "phantom", "--output", folder / "set", "--cases", 3, "--seed", 1)
    run(common.DELINEATE, "plan", folder / "set", "--output", folder / "work", "--split", folder / "splits.json",
        "--features", 8, "--patch", 24, 48, 48, "--batch-size", 2, "--epochs", 1, "--steps-per-epoch", 20,
        # Structures without sides may be mirrored from side to side, in use as well.
        *(["--structures", "Brainstem", "SpinalCord", "Bone_Mandible", "--mirroring", "all"] if mirroring else []))
    run(common.DELINEATE, "preprocess", folder / "work", "--quiet")
    run(common.DELINEATE, "train", folder / "work", "--quiet")
    run(common.DELINEATE, "finish", folder / "work", "--weights", "last", "--output", folder / "model")
    return folder / "model", folder / "set" / "imagesTr" / "phantom_0003_0000.nii.gz"


def half_steps(exported, images, expected, own, mirroring):
    """For each voxel that differs, how many halves lie between nnU-Net's own logits of the two labels."""
    import torch
    from nnunetv2.inference.export_prediction import convert_predicted_logits_to_segmentation_with_correct_shape
    from nnunetv2.inference.predict_from_raw_data import nnUNetPredictor

    predictor = nnUNetPredictor(use_mirroring=mirroring, perform_everything_on_device=False,
                                device=torch.device("cpu"), allow_tqdm=False)
    predictor.initialize_from_trained_model_folder(str(exported), use_folds=(0,))
    plans, configuration = predictor.plans_manager, predictor.configuration_manager
    preprocessor = configuration.preprocessor_class(verbose=False)
    data, _, properties = preprocessor.run_case([str(next(images.iterdir()))], None, plans, configuration,
                                                predictor.dataset_json)
    logits = predictor.predict_logits_from_preprocessed_data(torch.from_numpy(data))
    labels = convert_predicted_logits_to_segmentation_with_correct_shape(
        logits, plans, configuration, predictor.label_manager, properties)
    assert (labels == expected).all(), "the predictor's labels are not those of the command line"
    spacing = [properties["spacing"][axis] for axis in plans.transpose_forward]
    whole = np.asarray(configuration.resampling_fn_probabilities(
        logits, properties["shape_after_cropping_and_before_resampling"], configuration.spacing, spacing))
    steps = []
    crop = properties["bbox_used_for_cropping"]
    for place in zip(*np.nonzero(expected != own)):
        at = tuple(place[axis] - crop[index][0] for index, axis in enumerate(plans.transpose_forward))
        pair = whole[(slice(None), *at)][[expected[place], own[place]]].astype(np.float64)
        steps.append(float(abs(pair[0] - pair[1]) / np.spacing(np.float16(abs(pair).max()))))
    return steps


def compare(network, model, scan, folder, mirroring, allowed):
    exported = folder / network
    run(common.DELINEATE, "export-nnunet", model, "--output", exported)
    images = folder / "images" / network
    images.mkdir(parents=True)
    shutil.copy(scan, images / "case_0000.nii.gz")
    flags = [] if mirroring else ["--disable_tta"]
    run(common.PEERS / "bin" / "nnUNetv2_predict_from_modelfolder", "-i", images, "-o", folder / "labels" / network,
        "-m", exported, "-f", "0", "-device", "cpu", "-npp", "1", "-nps", "1", *flags,
        environment=common.nnunet_environment())
    own = folder / f"{network}.nii.gz"
    run(common.DELINEATE, "segment", scan, "--model", model, "--output", own, "--quiet", "--no-postprocessing",
        *([] if mirroring else ["--no-mirroring"]))
    expected, labels = common.labels_of(folder / "labels" / network / "case.nii.gz"), common.labels_of(own)
    found = common.agreement(expected, labels)
    print(f"{network}: {found['different']} of {expected.size} voxels differ, "
          f"{len(found['dice'])} structures, smallest Dice {found['smallest_dice']}", flush=True)
    if not found["different"]:
        return 0
    steps = half_steps(exported, images, expected, labels, mirroring)
    print(f"{network}: nnU-Net's logits of the two labels are {min(steps):.3g} to {max(steps):.3g} half-precision "
          f"steps apart there", flush=True)
    return sum(step > allowed for step in steps)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--networks", nargs="+", default=["phantom", *agreement.NETWORKS])
    parser.add_argument("--mirroring", action="store_true", help="with mirroring, as nnU-Net's default")
    parser.add_argument("--trained", action="store_true", help="a network that goes the whole way, and no other")
    parser.add_argument("--steps", type=float, default=2, help="half-precision steps between equal logits")
    arguments = parser.parse_args()
    folder = pathlib.Path(common.WORK) / "nnunet-export"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if arguments.trained:
        models = {"trained": trained(folder / "chain", arguments.mirroring)}
    else:
        images = scans(folder)
        models = {name: (common.ROOT / "Networks" / "phantom" if name == "phantom" else agreement.model_folder(name),
                         images[name]) for name in arguments.networks}
    wrong = sum(compare(name, model, scan, folder, arguments.mirroring, arguments.steps)
                for name, (model, scan) in models.items())
    raise SystemExit(1 if wrong else 0)


if __name__ == "__main__":
    main()
