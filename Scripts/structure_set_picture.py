"""Draws Documentation/Pictures/structure-set.png: a structure set of Delineate's as another program reads it.

dcmrtstruct2nii turns the RT structure set into masks on the DICOM series' grid, SimpleITK (GDCM) reads the slices,
and matplotlib draws both: nothing of Delineate's is in the way. Needs dcmrtstruct2nii, SimpleITK and matplotlib.

    delineate phantom --kind simple --dicom --output patient
    delineate segment patient/ct --model phantom --output rtstruct.dcm
    python Scripts/structure_set_picture.py patient/ct rtstruct.dcm Documentation/Pictures/structure-set.png
"""

import pathlib
import sys
import tempfile

import matplotlib
import numpy as np
import SimpleITK as sitk
from dcmrtstruct2nii import dcmrtstruct2nii

matplotlib.use("Agg")
import matplotlib.pyplot as plt

MARGIN = 40  # mm of the patient around the structures


def read(series, structure_set):
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(series)))
    image = reader.Execute()
    masks = {}
    with tempfile.TemporaryDirectory() as place:
        dcmrtstruct2nii(str(structure_set), str(series), place, convert_original_dicom=False)
        for file in sorted(pathlib.Path(place).glob("mask_*.nii.gz")):
            masks[file.name[5:-7]] = sitk.GetArrayFromImage(sitk.ReadImage(str(file))) > 0
    return sitk.GetArrayFromImage(image), image.GetSpacing(), masks


def main():
    series, structure_set, output = sys.argv[1:]
    voxels, spacing, masks = read(series, structure_set)
    # The planes that cross the most structures where these are widest.
    planes = []
    for axis in range(3):
        rest = tuple(other for other in range(3) if other != axis)
        sizes = np.array([mask.sum(axis=rest) for mask in masks.values()])
        planes.append(int(np.argmax((sizes / sizes.max(axis=1, keepdims=True)).sum(axis=0))))
    # Around all structures, with some of the patient.
    union = np.any(list(masks.values()), axis=0)
    low, high = [], []
    for axis, step in enumerate(spacing[::-1]):
        found = np.flatnonzero(union.any(axis=tuple(other for other in range(3) if other != axis)))
        low.append(max(0, int(found[0] - MARGIN / step)))
        high.append(int(found[-1] + MARGIN / step) + 1)
    part = tuple(slice(a, b) for a, b in zip(low, high))
    planes = [plane - a for plane, a in zip(planes, low)]
    voxels, masks = voxels[part], {name: mask[part] for name, mask in masks.items()}
    views = [  # name, plane of an array, height of a pixel over its width, whether the head is up
        ("axial", lambda a: a[planes[0]], spacing[1] / spacing[0], False),
        ("coronal", lambda a: a[:, planes[1]], spacing[2] / spacing[0], True),
        ("sagittal", lambda a: a[:, :, planes[2]], spacing[2] / spacing[1], True),
    ]
    colors = plt.get_cmap("tab10").colors
    figure, axes = plt.subplots(1, 3, figsize=(11, 4.6), facecolor="black")
    for axis, (name, cut, aspect, turned) in zip(axes, views):
        axis.imshow(cut(voxels), cmap="gray", vmin=-160, vmax=240, aspect=aspect,
                    origin="lower" if turned else "upper")
        for color, mask in zip(colors, masks.values()):
            if cut(mask).any():
                axis.contour(cut(mask), levels=[0.5], colors=[color], linewidths=1.6)
        axis.set_title(name, color="white", fontsize=10)
        axis.axis("off")
    handles = [plt.Line2D([], [], color=color, label=name) for color, name in zip(colors, masks)]
    figure.legend(handles=handles, loc="lower center", ncol=5, fontsize=8, frameon=False, labelcolor="white")
    figure.subplots_adjust(0.01, 0.13, 0.99, 0.93, 0.02)
    figure.savefig(output, dpi=80, facecolor="black")


if __name__ == "__main__":
    main()
