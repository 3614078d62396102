"""Writes `inference.json`: nnU-Net's window positions, paddings, Gaussians and restored labels.

    python Tests/InferenceTests/Golden/make_golden.py

Needs nnunetv2 (2.8.1 made the file). Logits are drawn by SplitMix64 from a hash of the case's name, so
that the file need not hold them; the tests draw the same ones. Labels are base64 of bytes.
"""
import base64
import json
import os
import zlib

import numpy as np
import torch
from acvl_utils.cropping_and_padding.bounding_boxes import insert_crop_into_image
from acvl_utils.cropping_and_padding.padding import pad_nd_image
from nnunetv2.inference.sliding_window_prediction import compute_gaussian, compute_steps_for_sliding_window
from nnunetv2.preprocessing.resampling.default_resampling import determine_do_sep_z_and_axis
from nnunetv2.preprocessing.resampling.default_resampling import resample_data_or_seg_to_shape
from nnunetv2.preprocessing.resampling.resample_torch import resample_torch_fornnunet
from nnunetv2.utilities.label_handling.label_handling import LabelManager

here = os.path.dirname(os.path.abspath(__file__))
np.seterr(over="ignore")


def drawn(name, shape):
    """Values in [-1, 1) with 24 bits, from the FNV-1a hash of the name."""
    seed = 0xCBF29CE484222325
    for byte in name.encode():
        seed = (seed ^ byte) * 0x100000001B3 % 2**64
    count = int(np.prod(shape))
    z = np.uint64(seed) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    values = (z >> np.uint64(40)).astype(np.float64) / 2**23 - 1
    return values.astype(np.float32).reshape(shape)


def steps():
    sizes = [(64, 64), (65, 64), (110, 64), (96, 64), (128, 64), (129, 64), (69, 4), (13, 8), (11, 8), (17, 8),
             (83, 16), (21, 10), (25, 10), (200, 28), (512, 96), (333, 80), (9, 2), (5, 1), (101, 33)]
    return [{"size": size, "window": window, "step": step,
             "starts": compute_steps_for_sliding_window((size,), (window,), step)[0]}
            for size, window in sizes for step in (0.3, 0.5, 0.75, 1.0)]


def paddings():
    result = []
    for size, window in [((3, 8, 8), (4, 8, 8)), ((3, 5, 9), (8, 8, 8)), ((1, 7, 30), (6, 8, 16)),
                         ((10, 11, 12), (4, 8, 8)), ((5, 4, 3), (8, 9, 10))]:
        padded, slicer = pad_nd_image(np.zeros((1, *size)), window, "constant", {"constant_values": 0}, True, None)
        result.append({"size": size, "window": window, "padded": list(padded.shape[1:]),
                       "padding": [int(part.start) for part in slicer[1:]]})
    return result


def gaussians():
    result = []
    for window in [(8, 12, 16), (7, 9, 11), (1, 2, 3), (4, 8, 8), (28, 64, 96), (48, 80, 80), (20, 160, 144)]:
        bits = compute_gaussian(window, 1 / 8, 10, torch.float16, torch.device("cpu")).numpy().view("<u2").ravel()
        result.append({"window": window, "checksum": zlib.crc32(bits.tobytes()),
                       "line": bits[:: max(1, bits.size // 64)].tolist()})
    return result


def restoration(name, prepared, cropped, original, lower, transpose, current, new, channels=4, regions=False,
                linear=False):
    """Sizes and spacings in the network's axis order, `original` in the array's."""
    logits = (drawn(name, (channels, *prepared)) * np.float32(8)).astype(np.float16)
    if linear:
        resampled = resample_torch_fornnunet(torch.from_numpy(logits).float(), cropped, current, new, is_seg=False,
                                             num_threads=1)
    else:
        resampled = resample_data_or_seg_to_shape(torch.from_numpy(logits), cropped, current, new, is_seg=False,
                                                  order=1, order_z=0, force_separate_z=None)
    if regions:
        names = {"background": 0, **{f"r{n}": list(range(n, channels + 1)) for n in range(1, channels + 1)}}
        manager = LabelManager(names, list(range(1, channels + 1)))
    else:
        manager = LabelManager({"background": 0, **{f"s{n}": n for n in range(1, channels)}}, None)
    labels = manager.convert_logits_to_segmentation(resampled)
    labels = labels.numpy() if isinstance(labels, torch.Tensor) else labels
    whole = np.zeros([original[axis] for axis in transpose], np.uint8)
    box = [[low, low + size] for low, size in zip(lower, cropped)]
    whole = insert_crop_into_image(whole, labels, box)
    axis = determine_do_sep_z_and_axis(None, current, new)[1]
    restored = whole.transpose(np.argsort(transpose))
    return {"name": name, "prepared": prepared, "original": original, "box": box, "transpose": transpose,
            "separateAxis": None if axis is None else int(axis), "channels": channels,
            "regions": regions, "linear": linear,
            "labels": base64.b64encode(np.ascontiguousarray(restored).tobytes()).decode()}


def restorations():
    equal, thick = (2, 2, 2), (8, 1, 1)
    cases = [
        restoration("the same grid", (5, 6, 7), (5, 6, 7), (5, 6, 7), (0, 0, 0), (0, 1, 2), equal, equal),
        restoration("larger", (5, 6, 7), (9, 11, 10), (9, 11, 10), (0, 0, 0), (0, 1, 2), equal, (1, 1, 1)),
        restoration("smaller", (9, 11, 10), (5, 6, 7), (8, 8, 8), (1, 2, 0), (0, 1, 2), equal, (4, 4, 3)),
        restoration("both ways", (9, 5, 8), (6, 11, 8), (7, 11, 10), (1, 0, 1), (0, 1, 2), equal, equal),
        restoration("separate axis 0", (4, 8, 9), (7, 12, 11), (8, 13, 11), (0, 1, 0), (0, 1, 2), thick, thick),
        restoration("separate axis 2", (8, 9, 4), (12, 11, 6), (12, 11, 6), (0, 0, 0), (0, 1, 2), (1, 1, 8), (1, 1, 5)),
        restoration("separate axis 1, turned", (8, 4, 9), (10, 3, 12), (3, 10, 13), (0, 0, 1), (1, 0, 2), (1, 6, 1),
                    (1, 8, 1)),
        restoration("31 classes", (4, 6, 5), (6, 7, 9), (6, 7, 9), (0, 0, 0), (0, 1, 2), equal, (1, 1, 1), channels=31),
        restoration("two classes", (4, 6, 5), (6, 7, 9), (6, 7, 9), (0, 0, 0), (0, 1, 2), equal, (1, 1, 1), channels=2),
        restoration("regions", (4, 6, 5), (6, 7, 9), (7, 7, 10), (1, 0, 1), (0, 1, 2), equal, (1, 1, 1), channels=3,
                    regions=True),
        restoration("nine regions", (4, 6, 5), (6, 7, 9), (6, 7, 9), (0, 0, 0), (0, 1, 2), equal, equal, channels=9,
                    regions=True),
        restoration("PyTorch's interpolation", (5, 6, 7), (9, 11, 4), (9, 11, 4), (0, 0, 0), (0, 1, 2), equal, equal,
                    linear=True),
    ]
    for transpose in [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)]:
        original = [0, 0, 0]
        for size, axis in zip((8, 10, 9), transpose):
            original[axis] = size
        cases.append(restoration(f"axes {transpose}", (5, 6, 7), (7, 8, 6), original, (1, 2, 0), transpose, equal,
                                 equal))
    return cases


def main():
    with open(os.path.join(here, "inference.json"), "w") as file:
        json.dump({"steps": steps(), "paddings": paddings(), "gaussians": gaussians(),
                   "restorations": restorations()}, file)
        file.write("\n")


if __name__ == "__main__":
    main()
