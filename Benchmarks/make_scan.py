"""Writes the scan that the speed comparison reads: 512x512x120 voxels of 0.977x0.977x2.5 mm, int16 HU.

A real planning CT of OpenKBP (about 4 mm in the plane), interpolated to the size a clinic works with,
with a scanner's noise, air around the patient and a couch below. Without ../shared/data a drawn head,
neck and shoulders take the patient's place.
"""

import argparse

import numpy
import SimpleITK

import common

SIZE = (512, 512, 120)
SPACING = (500 / 512, 500 / 512, 2.5)
AIR = -1000.0


def patient(grid):
    """A real patient's HU on the grid, centered; `None` where the data are not there."""
    path = common.DATA / "openkbp" / "pt_212" / "ct.nii.gz"
    if not path.exists():
        return None
    source = SimpleITK.ReadImage(str(path), SimpleITK.sitkFloat32)
    middle = source.TransformContinuousIndexToPhysicalPoint([(n - 1) / 2 for n in source.GetSize()])
    grid.SetOrigin([c - s * (n - 1) / 2 for c, s, n in zip(middle, SPACING, SIZE)])
    moved = SimpleITK.Resample(source, grid, SimpleITK.Transform(), SimpleITK.sitkLinear, AIR)
    return SimpleITK.GetArrayFromImage(moved)


def drawing():
    """Head, neck and shoulders from ellipsoids, with a skull, a spine and an airway, [z, y, x]."""
    z, y, x = numpy.meshgrid(*[(numpy.arange(n, dtype=numpy.float32) - (n - 1) / 2) * s
                               for n, s in zip(SIZE[::-1], SPACING[::-1])], indexing="ij")

    def ellipsoid(center, radii):
        return sum(((axis - c) / r) ** 2 for axis, c, r in zip((x, y, z), center, radii)) < 1

    hounsfield = numpy.full(SIZE[::-1], AIR, numpy.float32)
    for center, radii, value in [
            ((0, 0, 90), (78, 98, 100), 40), ((0, 10, -30), (60, 62, 110), 40), ((0, 20, -150), (210, 90, 80), 40),
            ((0, 0, 95), (72, 92, 92), 900), ((0, 0, 95), (66, 86, 86), 35),
            ((0, 45, -30), (14, 14, 140), 600), ((0, 45, -30), (7, 7, 140), 30), ((0, -5, -40), (9, 9, 90), AIR),
            ((0, -55, 5), (45, 30, 12), 1000), ((0, -45, 5), (38, 28, 12), 50),
            ((-62, 15, 20), (14, 20, 24), 10), ((62, 15, 20), (14, 20, 24), 10)]:
        hounsfield[ellipsoid(center, radii)] = value
    return hounsfield


def add_couch(hounsfield):
    """A curved carbon shell filled with foam below everything that is body."""
    rows = numpy.flatnonzero((hounsfield > -300).any(axis=(0, 2)))
    top = min(int(rows.max()) + 4 if len(rows) else 400, SIZE[1] - 60)
    columns = numpy.arange(SIZE[0])
    depth = top + (18 * ((columns - SIZE[0] / 2) / 256) ** 2).astype(int)
    for column in columns[30:-30]:
        upper, lower = depth[column], top + 45
        hounsfield[:, upper:lower, column] = -920
        hounsfield[:, upper:upper + 3, column] = -150
        hounsfield[:, lower - 3:lower, column] = -150


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--again", action="store_true", help="write it even where it is there")
    if common.SCAN.exists() and not parser.parse_args().again:
        print(f"{common.SCAN} is there.")
        return
    grid = SimpleITK.Image(*SIZE, SimpleITK.sitkFloat32)
    grid.SetSpacing(SPACING)
    hounsfield = patient(grid)
    source = "OpenKBP pt_212, interpolated"
    if hounsfield is None:
        hounsfield, source = drawing(), "drawn"
    add_couch(hounsfield)
    noise = numpy.random.default_rng(2026).normal(0, 15, hounsfield.shape)
    voxels = numpy.clip(numpy.rint(hounsfield + noise), -1024, 3071).astype(numpy.int16)
    image = SimpleITK.GetImageFromArray(voxels)
    image.CopyInformation(grid)
    common.SCAN.parent.mkdir(parents=True, exist_ok=True)
    unfinished = common.SCAN.with_name("unfinished.nii.gz")
    SimpleITK.WriteImage(image, str(unfinished), useCompression=True)
    unfinished.rename(common.SCAN)
    print(f"{common.SCAN}: {'x'.join(map(str, SIZE))}, {source}.")


if __name__ == "__main__":
    main()
