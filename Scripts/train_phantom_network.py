#!/usr/bin/env python3
"""Train the small network that `./do demo` runs, on drawn phantoms, and write an nnU-Net model folder.

    delineate phantom --kind simple --output phantoms --cases 60 --seed 0
    python3 Scripts/train_phantom_network.py phantoms phantom-model
    delineate import-model phantom-model --output Networks/phantom --half

Needs torch, numpy, scipy, SimpleITK and dynamic_network_architectures (all in nnunetv2's
requirements). One core, about nine minutes. The last ten phantoms are never trained on; their Dice
is printed and written to `scores.json`.
"""

import argparse
import json
import random
import time
from pathlib import Path

import numpy as np
import SimpleITK as sitk
import torch
from dynamic_network_architectures.architectures.unet import PlainConvUNet
from scipy.ndimage import zoom
from torch import nn
from torch.nn import functional as F

SPACING = [4.0, 4.0, 4.0]  # mm, in the network's axis order z, y, x
PATCH = [32, 56, 56]
UNSEEN = 10
RATE = 3e-3
ARCHITECTURE = {
    "n_stages": 4,
    "features_per_stage": [8, 16, 32, 64],
    "conv_op": "torch.nn.modules.conv.Conv3d",
    "kernel_sizes": [[3, 3, 3]] * 4,
    "strides": [[1, 1, 1], [2, 2, 2], [2, 2, 2], [2, 2, 2]],
    "n_conv_per_stage": [2, 2, 2, 2],
    "n_conv_per_stage_decoder": [2, 2, 2],
    "conv_bias": True,
    "norm_op": "torch.nn.modules.instancenorm.InstanceNorm3d",
    "norm_op_kwargs": {"eps": 1e-05, "affine": True},
    "dropout_op": None,
    "dropout_op_kwargs": None,
    "nonlin": "torch.nn.LeakyReLU",
    "nonlin_kwargs": {"inplace": True},
}


def read_cases(folder):
    """Scans and label maps on the network's spacing, resampled as nnU-Net does (order 3 and 1)."""
    cases = []
    for path in sorted((folder / "imagesTr").glob("*_0000.*")):
        name, ending = path.name.split("_0000", 1)
        image = sitk.ReadImage(str(path))
        labels = sitk.GetArrayFromImage(sitk.ReadImage(str(folder / "labelsTr" / (name + ending))))
        scan = sitk.GetArrayFromImage(image).astype(np.float32)
        factors = np.array(image.GetSpacing()[::-1]) / SPACING
        shape = np.round(np.array(scan.shape) * factors).astype(int)
        resized = zoom(scan, shape / scan.shape, order=3, mode="nearest", grid_mode=True)
        # Labels by majority: each class resampled linearly, the largest wins.
        count = int(labels.max()) + 1
        soft = [
            zoom((labels == c).astype(np.float32), shape / labels.shape, order=1,
                 mode="nearest", grid_mode=True)
            for c in range(count)
        ]
        cases.append({"name": name, "scan": resized, "labels": np.argmax(soft, 0),
                      "original": labels})
    return cases


def intensities(cases):
    values = np.concatenate([c["scan"][c["labels"] > 0] for c in cases]).astype(np.float64)
    return {
        "max": float(values.max()), "mean": float(values.mean()),
        "median": float(np.median(values)), "min": float(values.min()),
        "percentile_00_5": float(np.percentile(values, 0.5)),
        "percentile_99_5": float(np.percentile(values, 99.5)), "std": float(values.std()),
    }


def class_weights(cases, classes):
    """A tenth for background; for structures the root of how much smaller than the mean they are."""
    sizes = np.array([np.mean([(c["labels"] == n).sum() for c in cases]) for n in range(classes)])
    weights = np.sqrt(sizes[1:].mean() / np.maximum(sizes, 1))
    weights[0] = 0.1
    return torch.from_numpy(weights.astype(np.float32))


def normalized(scan, p):
    clipped = np.clip(scan, p["percentile_00_5"], p["percentile_99_5"])
    return ((clipped - p["mean"]) / max(p["std"], 1e-8)).astype(np.float32)


def patch_of(case, foreground_label):
    """A patch that holds a voxel of the given label, or any patch for None."""
    scan, labels = case["normalized"], case["labels"]
    places = case["places"].get(foreground_label)
    start = []
    center = places[random.randrange(len(places))] if places is not None else None
    for axis, size in enumerate(PATCH):
        free = scan.shape[axis] - size
        if center is None:
            start.append(random.randint(0, free))
        else:
            low, high = max(0, center[axis] - size + 1), min(free, center[axis])
            start.append(random.randint(low, max(low, high)))
    cut = tuple(slice(s, s + n) for s, n in zip(start, PATCH))
    image = scan[cut] * random.uniform(0.95, 1.05) + random.uniform(-0.05, 0.05)
    image = image + np.random.normal(0, random.uniform(0, 0.05), image.shape)
    return torch.from_numpy(image.astype(np.float32))[None], torch.from_numpy(labels[cut])


def loss_of(logits, labels, weights):
    """Cross-entropy plus soft Dice of the structures in the patch, as nnU-Net.

    In the cross-entropy background weighs little and small structures much: else the first hundred
    steps teach the network that everything is background, and the small ones come back late.
    """
    entropy = F.cross_entropy(logits, labels, weight=weights)
    chances = logits.softmax(1)
    onehot = F.one_hot(labels, logits.shape[1]).permute(0, 4, 1, 2, 3).float()
    overlap = (chances * onehot).sum((0, 2, 3, 4))[1:]
    total = (chances + onehot).sum((0, 2, 3, 4))[1:]
    present = onehot.sum((0, 2, 3, 4))[1:] > 0
    dice = ((2 * overlap + 1e-5) / (total + 1e-5))[present]
    return entropy - (dice.mean() if len(dice) else 0)


@torch.no_grad()
def predicted(network, scan, original_shape):
    """Windows at half overlap with a Gaussian, then linear logits on the original grid."""
    network.decoder.deep_supervision = False
    weight = np.ones(PATCH, np.float32)
    for axis, size in enumerate(PATCH):
        line = np.exp(-0.5 * ((np.arange(size) - (size - 1) / 2) / (size / 8)) ** 2)
        weight *= line.reshape([-1 if a == axis else 1 for a in range(3)])
    weight = torch.from_numpy(np.maximum(weight, 1e-4).astype(np.float32))
    starts = []
    for axis, size in enumerate(PATCH):
        free = scan.shape[axis] - size
        count = int(np.ceil(free / (size / 2))) + 1
        starts.append([round(free * i / max(count - 1, 1)) for i in range(count)])
    total = None
    norm = torch.zeros(scan.shape)
    for z in starts[0]:
        for y in starts[1]:
            for x in starts[2]:
                cut = (slice(z, z + PATCH[0]), slice(y, y + PATCH[1]), slice(x, x + PATCH[2]))
                logits = network(torch.from_numpy(scan[cut])[None, None])[0] * weight
                if total is None:
                    total = torch.zeros((logits.shape[0], *scan.shape))
                total[(slice(None), *cut)] += logits
                norm[cut] += weight
    network.decoder.deep_supervision = True
    logits = F.interpolate((total / norm)[None], size=original_shape, mode="trilinear")[0]
    return logits.argmax(0).numpy()


def plans_of(foreground):
    def resampling(order, segmentation):
        return {"is_seg": segmentation, "order": order, "order_z": 0, "force_separate_z": None}

    function = "resample_data_or_seg_to_shape"
    configuration = {
        "data_identifier": "nnUNetPlans_3d_fullres",
        "preprocessor_name": "DefaultPreprocessor",
        "batch_size": 2,
        "patch_size": PATCH,
        "median_image_size_in_voxels": [72.0, 100.0, 100.0],
        "spacing": SPACING,
        "normalization_schemes": ["CTNormalization"],
        "use_mask_for_norm": [False],
        "resampling_fn_data": function,
        "resampling_fn_seg": function,
        "resampling_fn_data_kwargs": resampling(3, False),
        "resampling_fn_seg_kwargs": resampling(1, True),
        "resampling_fn_probabilities": function,
        "resampling_fn_probabilities_kwargs": resampling(1, False),
        "architecture": {
            "network_class_name": "dynamic_network_architectures.architectures.unet.PlainConvUNet",
            "arch_kwargs": ARCHITECTURE,
            "_kw_requires_import": ["conv_op", "norm_op", "dropout_op", "nonlin"],
        },
        "batch_dice": True,
    }
    return {
        "dataset_name": "Dataset900_DrawnPhantom",
        "plans_name": "nnUNetPlans",
        "original_median_spacing_after_transp": [3.0, 2.5, 2.5],
        "original_median_shape_after_transp": [96, 160, 160],
        "image_reader_writer": "SimpleITKIO",
        "transpose_forward": [0, 1, 2],
        "transpose_backward": [0, 1, 2],
        "configurations": {"3d_fullres": configuration},
        "experiment_planner_used": "ExperimentPlanner",
        "label_manager": "LabelManager",
        "foreground_intensity_properties_per_channel": {"0": foreground},
    }


def network_of(classes):
    typed = dict(ARCHITECTURE, conv_op=nn.Conv3d, norm_op=nn.InstanceNorm3d, nonlin=nn.LeakyReLU)
    return PlainConvUNet(1, num_classes=classes, deep_supervision=True, **typed)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("phantoms", type=Path, help="the folder `delineate phantom` wrote")
    parser.add_argument("output", type=Path, help="the model folder to write")
    parser.add_argument("--steps", type=int, default=3000, help="how many patches are learned from")
    options = parser.parse_args()
    torch.set_num_threads(1)
    random.seed(0), np.random.seed(0), torch.manual_seed(0)

    dataset = json.loads((options.phantoms / "dataset.json").read_text())
    cases = read_cases(options.phantoms)
    seen, unseen = cases[:-UNSEEN], cases[-UNSEEN:]
    foreground = intensities(seen)
    classes = len(dataset["labels"])
    for case in cases:
        case["normalized"] = normalized(case["scan"], foreground)
        case["places"] = {c: np.argwhere(case["labels"] == c) for c in range(1, classes)}
        case["places"] = {c: p for c, p in case["places"].items() if len(p)}

    weights = class_weights(seen, classes)
    # bfloat16 and channels last: five times as fast on one core.
    network = network_of(classes).to(memory_format=torch.channels_last_3d)
    optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=1e-5)
    begin = time.time()
    for step in range(options.steps):
        for group in optimizer.param_groups:
            group["lr"] = RATE * min(1, (step + 1) / 50) * (1 - step / options.steps) ** 0.9
        label = random.choice([*range(1, classes), None])
        image, labels = patch_of(random.choice(seen), label)
        image = image[None].to(memory_format=torch.channels_last_3d)
        with torch.autocast("cpu", torch.bfloat16):
            outputs = network(image)
        loss = sum(
            loss_of(out.float(), labels[None, :: 2**i, :: 2**i, :: 2**i], weights) / 2**i
            for i, out in enumerate(outputs[:2]))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 12)
        optimizer.step()
        if (step + 1) % 50 == 0:
            print(f"step {step + 1}, {time.time() - begin:.0f} s: loss {loss.item():.3f}", flush=True)

    network = network.to(memory_format=torch.contiguous_format)
    network.eval()
    scores = {name: [] for name, label in dataset["labels"].items() if label}
    for case in unseen:
        found = predicted(network, case["normalized"], case["original"].shape)
        for name in scores:
            a, b = found == dataset["labels"][name], case["original"] == dataset["labels"][name]
            scores[name].append(2 * float((a & b).sum()) / max(1, float(a.sum() + b.sum())))
    for name, values in scores.items():
        print(f"{name:16} Dice mean {np.mean(values):.3f}, lowest {min(values):.3f}")
    print(f"mean {np.mean(list(scores.values())):.3f} over {UNSEEN} unseen phantoms, {options.steps} steps")

    plans = plans_of(foreground)
    dataset_json = {**dataset, "numTraining": len(seen)}
    fold = options.output / "fold_0"
    fold.mkdir(parents=True, exist_ok=True)
    (options.output / "plans.json").write_text(json.dumps(plans, indent=4))
    (options.output / "dataset.json").write_text(json.dumps(dataset_json, indent=4))
    (options.output / "scores.json").write_text(json.dumps({"steps": options.steps, "dice": scores}, indent=1))
    torch.save(
        {
            "network_weights": network.state_dict(),
            "optimizer_state": None,
            "grad_scaler_state": None,
            "logging": {},
            "_best_ema": None,
            "current_epoch": options.steps,
            "init_args": {"plans": plans, "configuration": "3d_fullres", "fold": 0,
                          "dataset_json": dataset_json, "device": torch.device("cpu")},
            "trainer_name": "DrawnPhantomTrainer",
            # Left and right are labels of their own, so nothing may be mirrored.
            "inference_allowed_mirroring_axes": None,
        },
        fold / "checkpoint_final.pth",
    )


if __name__ == "__main__":
    main()
