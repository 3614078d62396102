"""Writes postprocessing.json: what nnU-Net's own functions decide and leave on drawn label maps.

    python3 make_postprocessing.py

Needs nnunetv2 2.8.1 (its `determine_postprocessing` and what that calls run as they are) and SimpleITK.
Volumes are written as strings of digits, x fastest, in runs: "12x0 3x1 2" is twelve
voxels of 0, three of 1 and one of 2.
"""

import json
import pathlib
import tempfile

import numpy as np
import SimpleITK as sitk
from nnunetv2.postprocessing.remove_connected_components import (
    determine_postprocessing,
    remove_all_but_largest_component_from_segmentation,
)

SIZE = (8, 12, 14)  # z, y, x
PLANS = {
    "dataset_name": "Dataset001_Drawn",
    "plans_name": "nnUNetPlans",
    "image_reader_writer": "SimpleITKIO",
    "label_manager": "LabelManager",
    "configurations": {},
}


def runs(volume):
    flat = volume.ravel()
    starts = np.flatnonzero(np.r_[True, flat[1:] != flat[:-1]])
    lengths = np.diff(np.r_[starts, flat.size])
    return " ".join(f"{length}x{flat[start]}" if length > 1 else str(flat[start])
                    for start, length in zip(starts, lengths))


def box(volume, label, z, y, x):
    volume[slice(*z), slice(*y), slice(*x)] = label


def reference(is_joined=False):
    """Three structures, apart or side by side."""
    gap = 0 if is_joined else 2
    volume = np.zeros(SIZE, np.uint8)
    box(volume, 1, (2, 7), (1, 6), (1, 6))
    box(volume, 2, (2, 7), (1, 6), (6 + gap, 11 + gap))
    box(volume, 3, (2, 7), (6 + gap, 9 + gap), (3, 11))
    return volume


def prediction(draw, expected, spots, splits):
    """The reference with a ragged rim, spots of some labels elsewhere, and cuts through others."""
    volume = expected.copy()
    rim = draw.random(SIZE) < 0.05
    volume[rim] = 0
    for label, count in spots.items():
        for _ in range(count):
            z, y, x = (int(draw.integers(0, size)) for size in SIZE)
            if volume[z, y, x] == 0:
                volume[z, y, x] = label
    for label in splits:
        # A cut through the middle: two parts, both of them right.
        z = int(draw.integers(3, 6))
        volume[z][volume[z] == label] = 0
    return volume


SCENARIOS = {
    # Spots of one label: it alone is cleaned.
    "spots of one": ({1: 6}, [], False),
    # Spots of all labels, far away: all together are cleaned, or each.
    "spots of all": ({1: 4, 2: 4, 3: 4}, [], False),
    # The same where the structures are one part together: first all, then each.
    "spots of all, joined": ({1: 4, 2: 4, 3: 4}, [], True),
    # A structure that is cut in two would lose half of itself.
    "one in two parts": ({1: 5}, [2], False),
    # Nothing but the right structures: nothing gets better.
    "clean": ({}, [], False),
}


def scenario(name, number):
    spots, splits, is_joined = SCENARIOS[name]
    draw = np.random.default_rng(number)
    expected = reference(is_joined)
    pairs = [(prediction(draw, expected, spots, splits), expected.copy()) for _ in range(3)]
    # A case in which the third structure is empty on both sides has no Dice for it.
    for volume in pairs[2]:
        volume[volume == 3] = 0
    dataset = {"labels": {"background": 0, "A": 1, "B": 2, "C": 3}, "file_ending": ".nii.gz",
               "channel_names": {"0": "CT"}}
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for kind in ("predicted", "reference"):
            (root / kind).mkdir()
        for index, (found, expected) in enumerate(pairs):
            sitk.WriteImage(sitk.GetImageFromArray(found), str(root / "predicted" / f"case_{index}.nii.gz"))
            sitk.WriteImage(sitk.GetImageFromArray(expected), str(root / "reference" / f"case_{index}.nii.gz"))
        determine_postprocessing(str(root / "predicted"), str(root / "reference"), PLANS, dataset, num_processes=1)
        decided = json.loads((root / "predicted" / "postprocessing.json").read_text())
        final = [sitk.GetArrayFromImage(sitk.ReadImage(str(root / "predicted" / "postprocessed" / f"case_{index}.nii.gz")))
                 for index in range(len(pairs))]
    return {
        "name": name,
        "predictions": [runs(found) for found, _ in pairs],
        "references": [runs(expected) for _, expected in pairs],
        "rules": [kwargs["labels_or_regions"] for kwargs in decided["postprocessing_kwargs"]],
        "diceBefore": decided["input_folder"]["foreground_mean"]["Dice"],
        "diceAfter": decided["postprocessed"]["foreground_mean"]["Dice"],
        "postprocessed": [runs(volume) for volume in final],
    }


def single_maps():
    """The largest component of single maps: ties, diagonals, labels together, nothing at all."""
    draw = np.random.default_rng(99)
    maps = []
    for density in (0.02, 0.08, 0.15, 0.3):
        volume = np.zeros(SIZE, np.uint8)
        mask = draw.random(SIZE) < density
        volume[mask] = draw.integers(1, 4, mask.sum())
        maps.append(volume)
    tie = np.zeros(SIZE, np.uint8)
    box(tie, 1, (0, 2), (0, 2), (0, 2))
    box(tie, 1, (5, 7), (5, 7), (5, 7))
    box(tie, 1, (8, 9), (9, 10), (9, 11))
    maps += [tie, np.zeros(SIZE, np.uint8)]
    return [
        {
            "map": runs(volume),
            "labels": labels,
            "result": runs(remove_all_but_largest_component_from_segmentation(volume, labels)),
        }
        for volume in maps
        for labels in ([1], [2, 3], [1, 2, 3])
    ]


def main():
    content = {
        "size": list(reversed(SIZE)),
        "maps": single_maps(),
        "scenarios": [scenario(name, number) for number, name in enumerate(SCENARIOS)],
    }
    file = pathlib.Path(__file__).with_name("postprocessing.json")
    file.write_text(json.dumps(content, indent=0) + "\n")
    for one in content["scenarios"]:
        print(one["name"], one["rules"], one["diceBefore"], one["diceAfter"])
    print(file.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
