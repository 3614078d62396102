"""Makes distances.json: SciPy's exact Euclidean distance transform of random marks."""

import base64
import json
import os

import numpy as np
from scipy.ndimage import distance_transform_edt

chance = np.random.default_rng(3)
here = os.path.dirname(os.path.abspath(__file__))
cases = []
for size, spacing, share in [  # along i, j, k
    ((9, 7, 6), (1, 1, 1), 0.05),
    ((11, 5, 8), (0.9765625, 0.9765625, 3), 0.02),
    ((5, 12, 7), (1.3, 0.4, 2.2), 0.3),
    ((30, 1, 12), (0.7, 5, 1.1), 0.01),
    ((1, 23, 9), (2, 0.31, 1), 0.02),
    ((41, 6, 1), (1, 1.7, 9), 0.01),
]:
    marks = chance.random(size[::-1]) < share
    marks.ravel()[chance.integers(marks.size)] = True
    distances = distance_transform_edt(~marks, sampling=spacing[::-1])
    cases.append(
        {
            "size": size,
            "spacing": spacing,
            "marks": np.flatnonzero(marks).tolist(),
            "distances": base64.b64encode(distances.astype("<f8").tobytes()).decode(),
        }
    )
with open(os.path.join(here, "distances.json"), "w") as file:
    file.write(json.dumps(cases).replace('{"', '\n{"'))
    file.write("\n")
