"""Writes plans.json: what nnU-Net v2's own planners make of drawn fingerprints.

Run with nnunetv2 2.8 from PyPI; an argument NAME=DATASET_FINGERPRINT.json,CHANNELS,CLASSES adds a
real data set's fingerprint. Networks are built on PyTorch's meta device: sizes without weights.
"""

import contextlib
import io
import json
import os
import sys
import tempfile

place = tempfile.mkdtemp()
for name in ("raw", "preprocessed", "results"):
    os.makedirs(f"{place}/{name}/Dataset001_Drawn", exist_ok=True)
    os.environ[f"nnUNet_{name}"] = f"{place}/{name}"

import numpy as np
import torch
from nnunetv2.experiment_planning.experiment_planners.default_experiment_planner import (
    ExperimentPlanner,
)
from nnunetv2.experiment_planning.experiment_planners.residual_unets.residual_encoder_unet_planners import (
    nnUNetPlannerResEncL,
    nnUNetPlannerResEncM,
)

torch.set_default_device("meta")
planners = {
    "plain": (ExperimentPlanner, 8),
    "resenc-m": (nnUNetPlannerResEncM, 8),
    "resenc-l": (nnUNetPlannerResEncL, 24),
}


def drawn():
    """Data sets of many kinds: isotropic, thick slices, tiny, large, mixed, several channels."""
    chance = np.random.RandomState(7)

    def cases(count, spacing, shape, spread):
        spacings = np.array(spacing) * (1 + spread * (chance.rand(count, 3) - 0.5))
        shapes = np.round(np.array(shape) * (1 + spread * (chance.rand(count, 3) - 0.5)))
        return spacings.round(4).tolist(), shapes.astype(int).tolist()

    kinds = {
        "head and neck CT": (6, [3, 1, 1], [120, 512, 512], 0.3, 1, 8),
        "HaN-Seg": (5, [2, 0.55, 0.55], [202, 1024, 1024], 0.1, 2, 31),
        "HNTS-MRG": (7, [1.2, 0.5, 0.5], [120, 512, 512], 0.2, 2, 3),
        "isotropic": (5, [1, 1, 1], [160, 200, 180], 0.1, 1, 4),
        "thick slices": (6, [8, 1.4, 1.4], [10, 220, 256], 0.5, 1, 4),
        "very thick slices": (5, [10, 0.7, 0.7], [24, 512, 512], 0.4, 2, 3),
        "tiny": (4, [1, 1, 1], [40, 50, 36], 0.4, 1, 3),
        "tiny, many": (60, [1, 1, 1], [40, 50, 36], 0.0, 1, 3),
        "thin along the last axis": (5, [1, 1.2, 4], [200, 210, 40], 0.2, 1, 3),
        "very large": (4, [0.4, 0.4, 0.4], [600, 700, 700], 0.2, 1, 25),
        "odd sizes": (3, [2.1, 1.7, 3.3], [77, 131, 59], 0.6, 3, 5),
    }
    for name, (count, spacing, shape, spread, channels, classes) in kinds.items():
        spacings, shapes = cases(count, spacing, shape, spread)
        yield name, spacings, shapes, channels, classes
    yield "halves", [[1.0, 1.0, 1.0]] * 4, [[60, 71, 90], [61, 72, 90], [62, 73, 91], [60, 74, 94]], 1, 2


def configuration(plan):
    if plan is None:
        return None
    kwargs = plan["architecture"]["arch_kwargs"]
    return {
        "spacing": [float(x) for x in plan["spacing"]],
        "medianShape": [float(x) for x in plan["median_image_size_in_voxels"]],
        "patch": [int(x) for x in plan["patch_size"]],
        "batch": int(plan["batch_size"]),
        "features": list(map(int, kwargs["features_per_stage"])),
        "strides": [list(map(int, s)) for s in kwargs["strides"]],
        "kernels": [list(map(int, s)) for s in kwargs["kernel_sizes"]],
        "encoder": list(map(int, kwargs.get("n_blocks_per_stage", kwargs.get("n_conv_per_stage")))),
        "decoder": list(map(int, kwargs["n_conv_per_stage_decoder"])),
        "batchDice": bool(plan["batch_dice"]),
    }


def plans(spacings, shapes, channels, classes, preset, memory):
    folder = "Dataset001_Drawn"
    labels = {"background": 0} | {f"s{i}": i for i in range(1, classes)}
    description = {
        "channel_names": {str(i): "CT" for i in range(channels)},
        "labels": labels,
        "numTraining": len(spacings),
        "file_ending": ".nii.gz",
        "dataset": {"a": {"images": ["a.nii.gz"], "label": "a.nii.gz"}},
    }
    fingerprint = {
        "spacings": spacings,
        "shapes_after_crop": shapes,
        "foreground_intensity_properties_per_channel": {},
        "median_relative_size_after_cropping": 1.0,
    }
    with open(f"{place}/raw/{folder}/dataset.json", "w") as file:
        json.dump(description, file)
    with open(f"{place}/preprocessed/{folder}/dataset_fingerprint.json", "w") as file:
        json.dump(fingerprint, file)
    planner_class = planners[preset][0]
    planner = planner_class(1, gpu_memory_target_in_gb=memory)
    planner.determine_reader_writer = lambda: planner_class
    planner.save_plans = lambda plans: None
    with contextlib.redirect_stdout(io.StringIO()):
        made = planner.plan_experiment()
    configurations = made["configurations"]
    return {
        "preset": preset,
        "memory": memory,
        "transpose": [int(i) for i in made["transpose_forward"]],
        "fullres": configuration(configurations.get("3d_fullres")),
        "lowres": configuration(configurations.get("3d_lowres")),
    }


sets = list(drawn())
for argument in sys.argv[1:]:
    name, rest = argument.split("=")
    path, channels, classes = rest.split(",")
    with open(path) as file:
        fingerprint = json.load(file)
    sets.append(
        (name, fingerprint["spacings"], fingerprint["shapes_after_crop"], int(channels), int(classes))
    )

result = []
for name, spacings, shapes, channels, classes in sets:
    made = [plans(spacings, shapes, channels, classes, p, planners[p][1]) for p in planners]
    if name in ("head and neck CT", "openkbp"):
        made.append(plans(spacings, shapes, channels, classes, "plain", 4))
        made.append(plans(spacings, shapes, channels, classes, "resenc-m", 16))
    result.append(
        {
            "name": name,
            "spacings": spacings,
            "shapes": shapes,
            "channels": channels,
            "classes": classes,
            "plans": made,
        }
    )
    print(name, [p["fullres"]["patch"] for p in made], file=sys.stderr)
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "plans.json"), "w") as file:
    json.dump(result, file, separators=(",", ":"))
