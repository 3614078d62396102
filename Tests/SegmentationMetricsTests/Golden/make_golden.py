"""Makes pairs.json, boxes.json and observers.json: pairs of masks measured by surface-distance 0.1 and
MedPy 0.5.2. Runs with SciPy, NumPy and SimpleITK; the observers' masks are read from the folder given.

    python make_golden.py ../../../../shared/data/observer_masks
"""

import base64
import json
import math
import os
import sys
import warnings

import medpy.metric.binary as medpy
import numpy as np
import SimpleITK
import surface_distance
from scipy import ndimage

warnings.simplefilter("ignore")
np.Inf, np.NaN = np.inf, np.nan  # the names that surface-distance 0.1 uses; NumPy 2 dropped them
here = os.path.dirname(os.path.abspath(__file__))


def measure(reference, prediction, spacing):
    """All values of a pair of masks [k, j, i]; `spacing` is along i, j, k."""
    spacing = spacing[::-1]
    distances = surface_distance.compute_surface_distances(reference, prediction, spacing)
    average = surface_distance.compute_average_surface_distance(distances)
    values = {
        f"hd{percent:g}": surface_distance.compute_robust_hausdorff(distances, percent)
        for percent in (50, 95, 99.5, 100)
    }
    for tolerance in (0, 1, 2, 3.5):
        values[f"surface_dice_{tolerance:g}mm"] = surface_distance.compute_surface_dice_at_tolerance(
            distances, tolerance
        )
    values["asd_from_reference"] = average[0]
    values["asd_from_prediction"] = average[1]
    values["dice"] = surface_distance.compute_dice_coefficient(reference, prediction)
    if reference.any() and prediction.any():
        values["medpy_hd"] = medpy.hd(prediction, reference, spacing)
        values["medpy_hd95"] = medpy.hd95(prediction, reference, spacing)
        values["medpy_asd"] = medpy.asd(prediction, reference, spacing)
        values["medpy_assd"] = medpy.assd(prediction, reference, spacing)
        values["jaccard"] = medpy.jc(prediction, reference)
    return {name: float(v) if math.isfinite(v) else None for name, v in values.items()}


def packed(mask):
    return base64.b64encode(np.packbits(mask.ravel(), bitorder="little").tobytes()).decode()


def write(name, content):
    with open(os.path.join(here, name), "w") as file:
        file.write(json.dumps(content).replace('{"', '\n{"'))
        file.write("\n")


def ellipsoid(shape, center, radii):
    axes = np.ogrid[tuple(slice(0, n) for n in shape)]
    return sum(((a - c) / r) ** 2 for a, c, r in zip(axes, center, radii)) <= 1


def drawn_pairs():
    chance = np.random.default_rng(20)
    spacings = [(1, 1, 1), (1.01, 1.01, 2.5), (0.9765625, 0.9765625, 3), (0.5, 2, 1.3), (4, 0.7, 0.7)]
    pairs = []
    for number in range(20):
        shape = tuple(int(n) for n in chance.integers(6, 19, 3))  # k, j, i
        spacing = spacings[number % len(spacings)]
        if number < 10:
            center = np.array(shape) * chance.uniform(0.3, 0.7, 3)
            radii = np.array(shape) * chance.uniform(0.2, 0.6, 3)
            a = ellipsoid(shape, center, radii)
            b = ellipsoid(shape, center + chance.uniform(-2, 2, 3), radii * chance.uniform(0.7, 1.2, 3))
        elif number < 16:
            noise = ndimage.gaussian_filter(chance.normal(size=shape), 1.2)
            a = noise > 0
            b = noise + 0.3 * ndimage.gaussian_filter(chance.normal(size=shape), 1) > 0.02
        elif number < 18:
            a, b = (chance.random(shape) < share for share in (0.5, 0.03))
        else:
            a, b = np.zeros(shape, bool), np.zeros(shape, bool)
            a[0, 0, 0] = True
            b[tuple(n - 1 for n in shape)] = True
            if number == 19:
                b[tuple(n // 2 for n in shape)] = True
        pairs.append((a, b, spacing))
    some = pairs[1][0]
    pairs.append((some, np.zeros_like(some), (1, 1, 2)))
    pairs.append((np.zeros_like(some), some, (1, 1, 2)))
    pairs.append((np.zeros_like(some), np.zeros_like(some), (1, 1, 2)))
    pairs.append((some, some, (1, 1, 2)))
    return [
        {
            "size": a.shape[::-1],
            "spacing": spacing,
            "reference": packed(a),
            "prediction": packed(b),
            "values": measure(a, b, spacing),
        }
        for a, b, spacing in pairs
    ]


def boxes():
    """The volumes of surface-distance's own tests: boxes [k], [j], [i] of large volumes."""
    one = lambda k, j, i: [[k, k + 1], [j, j + 1], [i, i + 1]]
    cases = [
        ("two voxels 2 mm apart", 128, (1, 2, 3), one(50, 60, 70), one(50, 60, 72)),
        ("two blocks shifted by a voxel", 100, (1, 1, 2), [[0, 50], [0, 100], [0, 100]], [[0, 51], [0, 100], [0, 100]]),
        ("no prediction", 128, (1, 2, 3), one(50, 60, 70), None),
        ("no reference", 128, (1, 2, 3), None, one(50, 60, 72)),
        ("neither", 128, (1, 2, 3), None, None),
    ]

    def drawn(size, box):
        mask = np.zeros((size, size, size), bool)
        if box:
            mask[tuple(slice(*ends) for ends in box)] = True
        return mask

    return [
        {
            "name": name,
            "size": [size] * 3,
            "spacing": spacing,
            "reference": reference,
            "prediction": prediction,
            "values": measure(drawn(size, reference), drawn(size, prediction), spacing),
        }
        for name, size, spacing, reference, prediction in cases
    ]


def observers(folder, scan="0522c0014"):
    values = {}
    for file in sorted(os.listdir(f"{folder}/oncologist/{scan}")):
        images = [SimpleITK.ReadImage(f"{folder}/{side}/{scan}/{file}") for side in ("oncologist", "radiographer")]
        a, b = (SimpleITK.GetArrayFromImage(image) > 0 for image in images)
        # MedPy works on the whole volume: beyond a margin of one voxel nothing changes but the time.
        inside = np.argwhere(a | b)
        cut = tuple(slice(max(0, low - 1), high + 2) for low, high in zip(inside.min(0), inside.max(0)))
        values[file.removesuffix(".nrrd")] = measure(a[cut], b[cut], images[0].GetSpacing())
        print(file, flush=True)
    return {"scan": scan, "values": values}


write("pairs.json", drawn_pairs())
write("boxes.json", boxes())
write("observers.json", observers(sys.argv[1]))
