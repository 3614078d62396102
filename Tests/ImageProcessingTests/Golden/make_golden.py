"""Writes the golden files of ImageProcessing with the programs that nnU-Net uses.

    python Tests/ImageProcessingTests/Golden/make_golden.py

Needs nnunetv2 (2.8.1 made the files), which brings scikit-image, SciPy, batchgenerators and torch.
Arrays are base64 of little-endian float32; label maps and masks are lists.
"""
import base64
import json
import os

import numpy as np
from nnunetv2.preprocessing.resampling.default_resampling import resample_data_or_seg
from nnunetv2.preprocessing.resampling.resample_torch import resample_torch_fornnunet
from scipy import ndimage

here = os.path.dirname(os.path.abspath(__file__))
random = np.random.default_rng(20261122)


def encoded(array):
    return base64.b64encode(np.ascontiguousarray(array, "<f4").tobytes()).decode()


def write(name, value):
    with open(os.path.join(here, name), "w") as file:
        json.dump(value, file, separators=(",", ":"))


def resampled(data, shape, method, order, order_z, axis, is_seg):
    data = data[None]
    if method == "spline":
        return resample_data_or_seg(data, shape, is_seg, axis, order, axis is not None, order_z)[0]
    spacing = [1.0, 1.0, 1.0]
    if axis is not None:
        spacing[axis] = 9.0
    return resample_torch_fornnunet(data, shape, spacing, spacing, is_seg)[0]


shapes = [((5, 7, 9), (8, 5, 8)), ((6, 11, 4), (3, 16, 4)), ((1, 9, 8), (2, 6, 13)),
          ((7, 5, 6), (7, 9, 4))]
rules = [("spline", 0, 0, False), ("spline", 1, 0, False), ("spline", 3, 0, False),
         ("spline", 3, 0, True), ("spline", 1, 1, True), ("spline", 3, 3, True),
         ("linear", 1, 0, False), ("linear", 1, 0, True)]
cases, label_cases, images = [], [], []
for s, (size, new_size) in enumerate(shapes):
    image = random.normal(0, 1, size).astype(np.float32)
    labels = random.integers(-1, 4, size).astype(np.float32)
    images.append(encoded(image))
    # blocks of two so that many voxels have one label around them
    labels = np.repeat(np.repeat(labels, 2, 1), 2, 2)[:, :size[1], :size[2]]
    for r, (method, order, order_z, separate) in enumerate(rules):
        axis = (s + r) % 3 if separate else None
        head = {"size": size, "newSize": new_size, "method": method, "order": order,
                "orderZ": order_z, "separateAxis": axis}
        cases.append(head | {
            "input": s,
            "output": encoded(resampled(image, new_size, method, order, order_z, axis, False))})
        if method == "spline" and order == 3:
            # No model resamples labels by cubic splines, whose ties are rounding noise.
            order, order_z = 1, min(order_z, 1)
            head |= {"order": order, "orderZ": order_z}
        label_cases.append(head | {
            "input": labels.astype(int).ravel().tolist(),
            "output": resampled(labels, new_size, method, order, order_z, axis, True)
            .astype(int).ravel().tolist()})
write("resampling.json", {"inputs": images, "cases": cases})
write("label_resampling.json", label_cases)

masks = []
for density in (0.25, 0.45, 0.62, 0.75):
    mask = random.random((7, 9, 11)) < density
    parts, count = ndimage.label(mask)
    sizes = np.bincount(parts.ravel())[1:]
    assert (sizes == sizes.max()).sum() == 1
    masks.append({
        "size": mask.shape, "mask": mask.astype(int).ravel().tolist(),
        "filled": ndimage.binary_fill_holes(mask).astype(int).ravel().tolist(),
        "filledBySlice": np.stack([ndimage.binary_fill_holes(s) for s in mask])
        .astype(int).ravel().tolist(),
        "largest": (parts == sizes.argmax() + 1).astype(int).ravel().tolist()})
write("components.json", masks)
