"""Writes `preparation.json`: small scans prepared by nnU-Net's own DefaultPreprocessor.

    python Tests/PreprocessingTests/Golden/make_golden.py

Needs nnunetv2 (2.8.1 made the file). Arrays are base64 of little-endian float32.
"""
import base64
import json
import os
import sys

import numpy as np

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, "..", "..", "..", "Benchmarks"))
from preprocessing_agreement import default_plans, delineate_plan  # noqa: E402
from nnunetv2.preprocessing.preprocessors.default_preprocessor import DefaultPreprocessor  # noqa: E402
from nnunetv2.utilities.plans_handling.plans_handler import PlansManager  # noqa: E402

random = np.random.default_rng(7)


def encoded(array):
    return base64.b64encode(np.ascontiguousarray(array, "<f4").tobytes()).decode()


def example(name, size, spacing, target, scheme, transpose=(0, 1, 2), channels=1, mask=False,
            border=0, low=-1000, high=1500, labels=None, resampling=None):
    """`size` and `spacing` along the array axes k, j, i."""
    data = np.zeros((channels, *size), np.float32)
    inner = tuple(slice(border, n - border) for n in size)
    data[(slice(None), *inner)] = random.integers(low, high, data[(slice(None), *inner)].shape)
    if border:
        data[(slice(None), *(n // 2 for n in size))] = 0  # a hole in the mask
    previous = None
    if labels:
        previous = random.integers(0, labels + 1, size).astype(np.float32)
        previous = np.repeat(previous, 2, 2)[:, :, :size[2]]
    original = data.copy()
    plans = default_plans(list(target), channels, scheme, mask, list(transpose))
    configuration = plans["configurations"]["3d_fullres"]
    if resampling:
        for key in ("data", "seg", "probabilities"):
            configuration[f"resampling_fn_{key}"] = resampling
            old = configuration[f"resampling_fn_{key}_kwargs"]
            configuration[f"resampling_fn_{key}_kwargs"] = {
                k: v for k, v in old.items()
                if resampling != "no_resampling_hack" and k in ("is_seg", "force_separate_z")}
    manager = PlansManager(plans)
    properties = {"spacing": list(spacing)}
    foreground = list(range(1, (labels or 0) + 1))
    prepared, seg, properties = DefaultPreprocessor(verbose=False).run_case_npy(
        data, previous[None] if labels else None, properties, manager, manager.get_configuration("3d_fullres"),
        {"labels": {"background": 0, **{f"s{n}": n for n in foreground or [1]}}})
    if labels:
        prepared = np.vstack([prepared] + [(seg == n).astype(np.float32) for n in foreground])
    return {
        "name": name, "size": list(size), "spacing": list(spacing),
        "plan": delineate_plan(plans, "3d_fullres"), "channels": [encoded(c) for c in original],
        "previousLabels": previous.astype(int).ravel().tolist() if labels else None,
        "previousStageLabels": foreground, "preparedSize": list(prepared.shape[1:]),
        "box": [list(map(int, b)) for b in properties["bbox_used_for_cropping"]],
        "prepared": encoded(prepared)}


CT, Z, NONE = "CTNormalization", "ZScoreNormalization", "NoNormalization"
cases = [
    example("CT, all axes", (5, 8, 7), (2.5, 1, 1.1), (2, 1.3, 0.9), CT),
    example("CT, transposed", (6, 5, 7), (3, 1, 1), (1.2, 2.5, 1.4), CT, transpose=(1, 0, 2)),
    example("CT, thick slices", (5, 8, 6), (5, 1, 1), (4, 1.4, 0.8), CT, transpose=(2, 0, 1)),
    example("CT, thin target", (6, 7, 6), (1, 1, 1.2), (4, 1.1, 1.0), CT),
    example("z-score in the mask, two channels", (6, 8, 7), (1, 1, 1), (1.3, 0.9, 1), Z,
            channels=2, mask=True, border=1, low=1, high=400),
    example("z-score everywhere", (6, 7, 8), (1, 1, 1), (1, 1, 1), Z, border=1, low=5, high=90),
    example("no normalization", (4, 6, 7), (1, 1, 1), (0.8, 1.2, 1), NONE, low=-5, high=5),
    example("0 to 1", (4, 6, 7), (1, 1, 1), (0.8, 1.2, 1), "RescaleTo01Normalization"),
    example("RGB", (4, 6, 7), (1, 1, 1), (1.1, 1, 1.2), "RGBTo01Normalization", low=0, high=256),
    example("cascade", (6, 7, 8), (1, 1, 1), (0.8, 1.3, 0.9), CT, border=1, labels=3),
    example("cascade, thick slices, masked", (5, 7, 8), (4, 1, 1), (3, 1.3, 0.9), Z, border=1,
            mask=True, low=1, high=300, labels=2),
    example("PyTorch's linear", (5, 7, 6), (2, 1, 1), (1.5, 1.3, 0.8), CT, labels=2,
            resampling="resample_torch_fornnunet"),
    example("no resampling", (5, 7, 6), (2, 1, 1), (1.5, 1.3, 0.8), CT,
            resampling="no_resampling_hack"),
]
with open(os.path.join(here, "preparation.json"), "w") as file:
    json.dump(cases, file, separators=(",", ":"))
