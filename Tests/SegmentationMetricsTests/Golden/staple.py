"""Writes staple.json: drawn contours of several observers and SimpleITK's STAPLE of them.

Run with SimpleITK 2.5 or later:  python staple.py > staple.json
"""
import json
import sys

import numpy as np
import SimpleITK as sitk

rng = np.random.default_rng(11)


def observers(size, count, noise):
    z, y, x = np.indices(size)
    center = np.array(size) / 2
    radius = min(size) / 3
    for _ in range(count):
        c = center + rng.normal(0, noise, 3)
        r = radius + rng.normal(0, noise)
        mask = (z - c[0]) ** 2 + (y - c[1]) ** 2 + (x - c[2]) ** 2 <= r * r
        yield mask ^ (rng.random(size) < 0.004)


result = []
for name, size, count, noise in (
        ("two", (6, 9, 8), 2, 0.6), ("three", (8, 10, 11), 3, 0.5), ("five", (9, 9, 12), 5, 1.0)):
    masks = np.array(list(observers(size, count, noise)))
    images = [sitk.GetImageFromArray(m.astype(np.uint8)) for m in masks]
    staple = sitk.STAPLEImageFilter()
    staple.SetForegroundValue(1)
    probability = sitk.GetArrayFromImage(staple.Execute(images))
    patterns = sum(m.astype(int) << i for i, m in enumerate(masks))
    by_pattern = {}
    for pattern in np.unique(patterns):
        values = probability[patterns == pattern]
        assert np.ptp(values) == 0
        by_pattern[str(pattern)] = float(values[0])
    result.append({
        "name": name, "size": size[::-1],
        "masks": ["".join("01"[v] for v in m.ravel().astype(int)) for m in masks],
        "probabilities": by_pattern, "sensitivity": list(staple.GetSensitivity()),
        "specificity": list(staple.GetSpecificity()),
        "iterations": staple.GetElapsedIterations()})
    print(name, probability.dtype, result[-1]["iterations"], result[-1]["sensitivity"],
          len(by_pattern), file=sys.stderr)
json.dump(result, sys.stdout, separators=(",", ":"))
print()
