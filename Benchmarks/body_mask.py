"""Draws Delineate's body mask over scans and counts what it covers.

    python Benchmarks/body_mask.py --pictures DIR scan.nii.gz [--labels labels.nii.gz] [--mr]

Run with a Python that has SimpleITK and Pillow, from the package's root, after `swift build -c
release --build-tests`. Prints the share of the scan inside the mask and, with labels, how many
labelled voxels it leaves out.
"""
import argparse
import json
import os
import subprocess
import tempfile

import numpy as np
import SimpleITK as sitk
from PIL import Image


def picture(plane, mask, spacing, low, high):
    grey = np.clip((plane - low) / (high - low) * 255, 0, 255).astype(np.uint8)
    colour = np.stack([grey] * 3, -1)
    edge = mask ^ (mask & np.roll(mask, 1, 0) & np.roll(mask, -1, 0) & np.roll(mask, 1, 1)
                   & np.roll(mask, -1, 1))
    colour[edge] = (255, 60, 60)
    colour[~mask] //= 2
    height = round(plane.shape[0] * spacing[0])
    width = round(plane.shape[1] * spacing[1])
    return Image.fromarray(colour).resize((width, height), Image.NEAREST)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scan")
    parser.add_argument("--labels")
    parser.add_argument("--mr", action="store_true")
    parser.add_argument("--pictures", required=True)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    image = sitk.ReadImage(arguments.scan)
    data = sitk.GetArrayFromImage(image).astype(np.float32)
    with tempfile.TemporaryDirectory() as folder:
        data.tofile(f"{folder}/scan.raw")
        json.dump({"size": image.GetSize(), "spacing": image.GetSpacing(),
                   "isCT": not arguments.mr, "threads": arguments.threads},
                  open(f"{folder}/request.json", "w"))
        run = subprocess.run(
            ["swift", "test", "-c", "release", "--skip-build", "--disable-xctest", "--filter",
             "BodyPictureTests"], env={**os.environ, "DELINEATE_BODY": folder},
            capture_output=True, text=True)
        if not os.path.exists(f"{folder}/seconds.txt"):
            raise SystemExit(run.stdout + run.stderr)
        mask = np.fromfile(f"{folder}/body.raw", np.uint8).reshape(data.shape) > 0
        seconds = float(open(f"{folder}/seconds.txt").read())
    print(f"{os.path.basename(arguments.scan)} {image.GetSize()}: {seconds:.3f} s, "
          f"{100 * mask.mean():.1f} % of the scan inside")
    box = [(int(w.min()), int(w.max()) + 1) for w in np.where(mask)]
    print(f"box {box} of {data.shape}")
    if arguments.labels:
        labels = sitk.GetArrayFromImage(sitk.ReadImage(arguments.labels)) > 0
        print(f"labelled voxels outside: {(labels & ~mask).sum()} of {labels.sum()}")
    os.makedirs(arguments.pictures, exist_ok=True)
    low, high = (-1024, 600) if not arguments.mr else (0, np.percentile(data, 99.5))
    x, y, z = image.GetSpacing()
    for axis, spacing in ((0, (y, x)), (1, (z, x)), (2, (z, y))):
        parts = []
        for share in (0.15, 0.35, 0.5, 0.65, 0.85):
            index = int(data.shape[axis] * share)
            plane, inside = np.take(data, index, axis), np.take(mask, index, axis)
            if axis:
                plane, inside = plane[::-1], inside[::-1]
            parts.append(picture(plane, inside, spacing, low, high))
        sheet = Image.new("RGB", (sum(p.width for p in parts), parts[0].height))
        left = 0
        for part in parts:
            sheet.paste(part, (left, 0))
            left += part.width
        name = os.path.basename(arguments.scan).split(".")[0]
        sheet.save(f"{arguments.pictures}/{name}_{'axial coronal sagittal'.split()[axis]}.png")


if __name__ == "__main__":
    main()
