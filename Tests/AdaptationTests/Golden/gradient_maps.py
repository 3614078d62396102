"""Gradient maps by SciPy as Ren et al.'s published program defines them, on images drawn by formula.

    python gradient_maps.py [HNTSMRG_EVAL_FOLDER]

Writes gradient_maps.json: drawn tumors, and (with the folder of HNTS-MRG's 15 example masks, which
are read, not kept) for each registered pre-treatment mask its components' boxes and sizes by
SimpleITK and samples of the map.
"""
import glob
import json
import os
import sys

import numpy as np
import SimpleITK as sitk
from scipy.ndimage import gaussian_gradient_magnitude


def drawn_image(shape):
    """A T2-like image, float32, axes k, j, i."""
    k, j, i = np.meshgrid(*[np.arange(n, dtype=np.float64) for n in shape], indexing="ij")
    image = 300 + 120 * np.sin(0.11 * i + 0.4) * np.cos(0.083 * j) + 60 * np.sin(0.37 * k + 0.02 * i)
    return (image + 9 * ((7 * i + 13 * j + 29 * k) % 11)).astype(np.float32)


def drawn_contours(shape):
    """Two primary tumors and three nodes: ellipsoids, two of them near enough to share boxes."""
    k, j, i = np.meshgrid(*[np.arange(n) for n in shape], indexing="ij")
    labels = np.zeros(shape, np.uint16)
    for label, (ci, cj, ck), (ri, rj, rk) in [
        (1, (14, 12, 6), (5, 4, 3)), (1, (40, 30, 9), (4, 6, 2)),
        (2, (24, 13, 7), (3, 3, 3)), (2, (45, 8, 12), (2, 2, 1)), (2, (3, 36, 2), (4, 3, 2)),
    ]:
        labels[((i - ci) / ri) ** 2 + ((j - cj) / rj) ** 2 + ((k - ck) / rk) ** 2 <= 1] = label
    return labels


def components(labels, value):
    parts = sitk.ConnectedComponent(sitk.GetImageFromArray((labels == value).astype(np.uint8)))
    array = sitk.GetArrayFromImage(parts)
    for number in range(1, int(array.max()) + 1):
        yield np.argwhere(array == number)


def gradient_map(image, labels):
    result = np.zeros(image.shape, np.float32)
    boxes, tight, counts = [], [], []
    for value in (1, 2):
        for place in components(labels, value):
            n = len(boxes)
            # The published program draws 4 to 7 for each side; here by a rule, to be repeatable.
            low = place.min(axis=0) - np.array([4 + (n + a) % 4 for a in range(3)])
            high = place.max(axis=0) + np.array([4 + (n + 2 * a) % 4 for a in range(3)])
            low, high = np.maximum(low, 0), np.minimum(high, image.shape)
            box = tuple(slice(a, b) for a, b in zip(low, high))
            part = image[box].astype(np.float64)
            part = (part - part.min()) / (part.max() - part.min())
            edges = gaussian_gradient_magnitude(part, sigma=1)
            edges = (edges - edges.min()) / (edges.max() - edges.min())
            result[box] = np.clip(edges * 2, None, 1)
            boxes.append([[int(a), int(b)] for a, b in zip(low, high)][::-1])
            tight.append([[int(a), int(b) + 1] for a, b in zip(place.min(axis=0), place.max(axis=0))][::-1])
            counts.append([value, len(place)])
    places = np.argwhere(result != 0)
    chosen = places[:: max(1, len(places) // 40)][:40]
    return {
        "size": list(image.shape[::-1]),
        "boxes": boxes, "tight": tight, "counts": counts,
        "sum": float(result.astype(np.float64).sum()),
        "places": [[int(n) for n in place[::-1]] for place in chosen],
        "values": [round(float(result[tuple(place)]), 9) for place in chosen],
    }


golden = {"drawn": gradient_map(drawn_image((16, 40, 52)), drawn_contours((16, 40, 52))), "masks": {}}
if len(sys.argv) > 1:
    for path in sorted(glob.glob(os.path.join(sys.argv[1], "prediction_masks", "*.nii.gz"))):
        labels = sitk.GetArrayFromImage(sitk.ReadImage(path))
        golden["masks"][os.path.basename(path)] = gradient_map(drawn_image(labels.shape), labels)
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "gradient_maps.json"), "w") as file:
    json.dump(golden, file, separators=(",", ":"))
