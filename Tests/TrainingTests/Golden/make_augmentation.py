"""Writes augmentation.json: transforms of batchgeneratorsv2 with fixed parameters on a drawn patch.

Run with nnunetv2 2.8.1 (batchgeneratorsv2) and torch 2.13 installed:
    python make_augmentation.py
"""

import json
import math
import pathlib

import numpy as np
import torch
from batchgeneratorsv2.transforms.intensity.brightness import MultiplicativeBrightnessTransform
from batchgeneratorsv2.transforms.intensity.contrast import ContrastTransform
from batchgeneratorsv2.transforms.intensity.gamma import GammaTransform
from batchgeneratorsv2.transforms.noise.gaussian_blur import GaussianBlurTransform
from batchgeneratorsv2.transforms.spatial.low_resolution import SimulateLowResolutionTransform
from batchgeneratorsv2.transforms.spatial.spatial import SpatialTransform

SIZE = (6, 8, 9)
generator = np.random.default_rng(5)
d, h, w = np.meshgrid(*[np.arange(n) for n in SIZE], indexing="ij")
smooth = np.sin(d / 2) + np.cos(h / 3) * np.sin(w / 2.5)
image = torch.from_numpy((smooth + 0.2 * generator.normal(size=SIZE)).astype(np.float32))[None]
labels = np.zeros(SIZE, np.int16)
labels[1:5, 2:6, 1:5] = 1
labels[2:6, 4:8, 3:8] = 2
labels[4:, 1:3, 6:] = 3
labels[0] = -1
segmentation = torch.from_numpy(labels)[None]


def numbers(tensor):
    return [float(f"{value:.7g}") for value in tensor.flatten().tolist()]


channel = torch.tensor([0])


def intensity(transform, **parameters):
    return numbers(transform._apply_to_image(image.clone(), **parameters))


result = {
    "size": SIZE,
    "image": numbers(image),
    "labels": labels.flatten().tolist(),
    "brightness": intensity(
        MultiplicativeBrightnessTransform((1, 1), False),
        apply_to_channel=channel, multipliers=torch.tensor([1.2])),
    "contrast": intensity(
        ContrastTransform((1, 1), True, False),
        apply_to_channel=channel, multipliers=torch.tensor([1.25])),
    "blur": intensity(
        GaussianBlurTransform((1, 1)),
        apply_to_channel=torch.tensor([True]), sigmas=[[0.5, 0.75, 1.0]]),
    "lowResolution": intensity(
        SimulateLowResolutionTransform((1, 1), False, True, None),
        apply_to_channel=channel, scales=torch.tensor([[0.6, 0.6, 0.6]])),
    "gamma": intensity(
        GammaTransform((1, 1), 0, False, 1, 1),
        apply_to_channel=channel, retain_stats=torch.tensor([True]),
        invert_image=torch.tensor([False]), gamma=torch.tensor([0.7])),
    "invertedGamma": intensity(
        GammaTransform((1, 1), 1, False, 1, 1),
        apply_to_channel=channel, retain_stats=torch.tensor([True]),
        invert_image=torch.tensor([True]), gamma=torch.tensor([1.5])),
    "spatial": [],
}
for angles, scale in [([0.3, -0.2, 0.5], 1.0), ([0, 0, 0], 1.3), ([-0.4, 0.1, 0.25], 0.8)]:
    transform = SpatialTransform(
        SIZE, 0, False, p_rotation=1, p_scaling=1, p_synchronize_scaling_across_axes=1,
        rotation=lambda image, dim: angles[dim], scaling=lambda image, dim: scale,
        border_mode_seg="constant", padding_value_seg=-1)
    parameters = transform.get_parameters(image=image, segmentation=segmentation)
    result["spatial"].append({
        "angles": angles,
        "scale": scale,
        "matrix": parameters["affine"].tolist(),
        "image": numbers(transform._apply_to_image(image.clone(), **parameters)),
        "labels": transform._apply_to_segmentation(segmentation.clone(), **parameters)
        .flatten().tolist(),
    })
path = pathlib.Path(__file__).with_name("augmentation.json")
path.write_text(json.dumps(result, separators=(",", ":")))
print(path, path.stat().st_size)
