"""Registration of MR scans with CTs where the true place is known, beside SimpleITK.

    python Benchmarks/registration.py [--seeds 0-99] [--kinds rigid bspline] [--peer] [--threads 1]
                                      [--drawn PATIENTS | --templates] [--output Benchmarks/Results/registration.csv]

Each seed takes a CT of openkbp, turns its HU into T1-like intensities by a map that is not monotonic (fat
bright, bone and air dark), bends it smoothly (bspline only), adds a bias field and noise, cuts a smaller field of
view with other voxels, and moves it by up to 25 mm and 15 degrees. The error is the mean distance, over the
voxels of the body that both scans show, between where the registration and where the truth takes them.

With --drawn the pairs are those of `delineate phantom --output PATIENTS --cases N --size small`: CT and MR drawn
apart, with jaw, neck and soft tissue bent between them, also where only a rigid registration is asked for; `floor`
is the error of the true motion of the skull.

With --templates the pair is a CT and a T1 template of populations on one grid, whose truth is the identity: each seed
moves the MR's header by 14 to 20 mm and 5 to 12 degrees, and the error is the mean over the head.

Run with a Python that has SimpleITK, SciPy and NumPy, from the package's root after `./do build`.
Times are CPU seconds of the process and its children (user and system), so that other work does not count.
"""
import argparse
import csv
import json
import os
import pathlib
import resource
import subprocess
import tempfile

import numpy as np
import SimpleITK as sitk
from scipy import ndimage

from common import DATA, DELINEATE, RESULTS


def unit(rng):
    vector = rng.normal(size=3)
    return vector / np.linalg.norm(vector)


def t1_like(hu, rng):
    """T1 contrast from HU: air and dense bone dark, fat bright, brain and muscle between."""
    knots = [-1100, -600, -150, -90, -40, 0, 25, 60, 120, 250, 500, 1200, 3000]
    values = np.array([8, 15, 190, 210, 150, 70, 95, 120, 140, 90, 40, 15, 10], float)
    values *= rng.uniform(0.9, 1.1, len(values))
    return np.interp(hu, knots, values)


def smooth_field(shape, spacing, rng, sigma, size):
    """A smooth displacement in mm, its 99th percentile at `size`; z, y, x components last."""
    field = np.stack([ndimage.gaussian_filter(rng.normal(size=shape), [sigma / s for s in spacing])
                      for _ in range(3)], -1)
    return field * size / np.percentile(np.linalg.norm(field, axis=-1), 99)


def make_pair(seed, bends, folder):
    """Writes ct.nii.gz, mr.nii.gz; returns the body's points in the CT and their true places."""
    rng = np.random.default_rng(1000 + seed)
    patients = sorted((DATA / "openkbp").glob("pt_*"), key=lambda p: int(p.name[3:]))
    ct = sitk.ReadImage(str(patients[seed % len(patients)] / "ct.nii.gz"), sitk.sitkFloat32)
    hu = sitk.GetArrayFromImage(ct)
    spacing = ct.GetSpacing()[::-1]
    mr = sitk.GetImageFromArray(t1_like(hu, rng).astype(np.float32))
    mr.CopyInformation(ct)
    body = ndimage.binary_opening(hu > -400, iterations=2)
    parts, count = ndimage.label(body)
    body = parts == 1 + np.argmax(ndimage.sum(body, parts, range(1, count + 1)))
    # The truth takes a point x of the CT to rigid(x + u(x)).
    field = (smooth_field(hu.shape, spacing, rng, 30, 8) if bends else np.zeros(hu.shape + (3,)))
    displacement = sitk.GetImageFromArray(field.astype(np.float64), isVector=True)
    displacement.CopyInformation(ct)
    center = ct.TransformContinuousIndexToPhysicalPoint([(n - 1) / 2 for n in ct.GetSize()])
    rigid = sitk.Euler3DTransform(center)
    axis, angle = unit(rng), np.deg2rad(rng.uniform(3, 15))
    rigid.SetMatrix(ndimage_rotation(axis, angle).flatten().tolist())
    rigid.SetTranslation((unit(rng) * rng.uniform(8, 25)).tolist())
    # Resampling wants the way back: MR voxel y shows the CT at the x with rigid(x + u(x)) = y.
    inverse_field = sitk.InvertDisplacementField(displacement, maximumNumberOfIterations=60) if bends \
        else displacement
    back = sitk.CompositeTransform([sitk.DisplacementFieldTransform(sitk.Image(inverse_field)),
                                    rigid.GetInverse()])
    size, out_spacing = [160, 160, 80], [1.5, 1.5, 3.0]
    middle = rigid.TransformPoint(center)
    extent = [s * (n - 1) / 2 for s, n in zip(out_spacing, size)]
    # A slab around the head's and upper neck's middle: smaller than the CT.
    shift = rng.uniform(-10, 10, 3)
    origin = [m - e + t for m, e, t in zip(middle, extent, shift)]
    grid = sitk.Image(size, sitk.sitkFloat32)
    grid.SetSpacing(out_spacing)
    grid.SetOrigin(origin)
    moved = sitk.GetArrayFromImage(sitk.Resample(mr, grid, back, sitk.sitkLinear, 8.0))
    bias = smooth_field(moved.shape, out_spacing[::-1], rng, 60, 0.25)[..., 0]
    moved = moved * np.exp(bias) + rng.normal(0, 5, moved.shape)
    out = sitk.GetImageFromArray(np.abs(moved).astype(np.float32))
    out.CopyInformation(grid)
    sitk.WriteImage(ct, f"{folder}/ct.nii.gz")
    sitk.WriteImage(out, f"{folder}/mr.nii.gz")
    truth = sitk.CompositeTransform([rigid, sitk.DisplacementFieldTransform(sitk.Image(displacement))])
    return points_of(ct, out, body, truth)


def ndimage_rotation(axis, angle):
    cross = np.array([[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]])
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross


def points_of(ct, mr, body, truth):
    """Up to 3000 points of the body that the MR shows, and their places in it."""
    rng = np.random.default_rng(0)
    indices = np.argwhere(body)
    indices = indices[rng.permutation(len(indices))[:20000]]
    pairs = []
    for k, j, i in indices:
        point = ct.TransformIndexToPhysicalPoint((int(i), int(j), int(k)))
        place = truth.TransformPoint(point)
        index = mr.TransformPhysicalPointToContinuousIndex(place)
        if all(0 <= c <= n - 1 for c, n in zip(index, mr.GetSize())):
            pairs.append((point, place))
        if len(pairs) == 3000:
            break
    return pairs


def drawn_pair(case, folder):
    """Links a drawn patient's scans as make_pair writes them; the points and the skull's true motion."""
    stem = f"{case}/{case.name}"
    ct, mr = (sitk.ReadImage(f"{stem}_IMG_{name}.nrrd", sitk.sitkFloat32) for name in ("CT", "MR_T1"))
    sitk.WriteImage(ct, f"{folder}/ct.nii.gz")
    sitk.WriteImage(mr, f"{folder}/mr.nii.gz")
    body = ndimage.binary_opening(sitk.GetArrayFromImage(ct) > -300, iterations=2)
    parts, count = ndimage.label(body)
    body = parts == 1 + np.argmax(ndimage.sum(body, parts, range(1, count + 1)))
    field = sitk.ReadImage(f"{stem}_CT_to_MR.mha", sitk.sitkVectorFloat64)
    return points_of(ct, mr, body, sitk.DisplacementFieldTransform(field)), sitk.ReadTransform(f"{stem}_CT_to_MR.tfm")


def template_pair(seed, folder):
    """Writes the templates, the MR's header moved; returns the head's points and their true places."""
    data = DATA / "templates_ct_mr"
    ct = sitk.ReadImage(str(data / "scct_ct_template_2mm_hu.nii.gz"), sitk.sitkFloat32)
    mr = sitk.ReadImage(str(data / "avg152T1_RL_mni152_2mm.nii.gz"), sitk.sitkFloat32)
    values = sitk.GetArrayFromImage(mr)
    places = np.argwhere(values > 0.2 * np.percentile(values, 99))[::97]
    points = [ct.TransformIndexToPhysicalPoint([int(v) for v in place[::-1]]) for place in places]
    rng = np.random.default_rng(seed)
    motion = sitk.VersorRigid3DTransform()
    motion.SetCenter(ct.TransformContinuousIndexToPhysicalPoint([(n - 1) / 2 for n in ct.GetSize()]))
    motion.SetRotation(unit(rng).tolist(), float(np.deg2rad(rng.uniform(5, 12))))
    motion.SetTranslation((unit(rng) * rng.uniform(14, 20)).tolist())
    direction = np.array(motion.GetMatrix()).reshape(3, 3) @ np.array(mr.GetDirection()).reshape(3, 3)
    mr.SetOrigin(motion.TransformPoint(mr.GetOrigin()))
    mr.SetDirection(direction.ravel().tolist())
    sitk.WriteImage(ct, f"{folder}/ct.nii.gz")
    sitk.WriteImage(mr, f"{folder}/mr.nii.gz")
    return [(point, motion.TransformPoint(point)) for point in points]


def error(transform, pairs):
    distances = [np.linalg.norm(np.subtract(transform.TransformPoint(p), q)) for p, q in pairs]
    return float(np.mean(distances))


def timed(words):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run = subprocess.run(words, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return run, seconds


def delineate(folder, kind, threads):
    run, seconds = timed([str(DELINEATE), "register", "--fixed", f"{folder}/ct.nii.gz", "--moving",
                          f"{folder}/mr.nii.gz", "--kind", kind, "--threads", str(threads),
                          "--output", f"{folder}/out", "--quiet", "--json"])
    if run.returncode not in (0, 3):
        return None, {"judgment": run.stderr.strip()}, seconds
    return sitk.ReadTransform(f"{folder}/out/transform.tfm"), json.loads(run.stdout), seconds


PEER = """
import sys, SimpleITK as sitk
sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(int(sys.argv[3]))
fixed = sitk.ReadImage(sys.argv[1] + "/ct.nii.gz", sitk.sitkFloat32)
moving = sitk.ReadImage(sys.argv[1] + "/mr.nii.gz", sitk.sitkFloat32)
start = sitk.CenteredTransformInitializer(fixed, moving, sitk.Euler3DTransform(),
                                          sitk.CenteredTransformInitializerFilter.GEOMETRY)
method = sitk.ImageRegistrationMethod()
method.SetMetricAsMattesMutualInformation(50)
method.SetMetricSamplingStrategy(method.RANDOM)
method.SetMetricSamplingPercentage(0.05, 1)
method.SetInterpolator(sitk.sitkLinear)
method.SetOptimizerAsGradientDescent(1.0, 100, 1e-6, 10)
method.SetOptimizerScalesFromPhysicalShift()
method.SetShrinkFactorsPerLevel([4, 2, 1])
method.SetSmoothingSigmasPerLevel([2, 1, 0])
method.SmoothingSigmasAreSpecifiedInPhysicalUnitsOn()
method.SetInitialTransform(start)
result = method.Execute(fixed, moving)
sitk.WriteTransform(sitk.CompositeTransform(result).GetNthTransform(0)
                    if result.GetName() == "CompositeTransform" else result, sys.argv[2])
"""


def peer(folder, threads):
    """The HNTS-MRG organizers' rigid registration: Mattes, gradient descent, geometry's start."""
    run, seconds = timed(["python3" if not os.environ.get("PEER_PYTHON") else os.environ["PEER_PYTHON"],
                          "-c", PEER, folder, f"{folder}/peer.tfm", str(threads)])
    if run.returncode != 0:
        raise SystemExit(run.stderr)
    return sitk.ReadTransform(f"{folder}/peer.tfm"), seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", default="0-19")
    parser.add_argument("--kinds", nargs="+", default=["rigid", "bspline"])
    parser.add_argument("--drawn", type=pathlib.Path, help="a folder of drawn patients instead of openkbp's CTs")
    parser.add_argument("--templates", action="store_true", help="a CT and an MR template instead")
    parser.add_argument("--peer", action="store_true")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--output", type=pathlib.Path, default=RESULTS / "registration.csv")
    arguments = parser.parse_args()
    first, last = map(int, arguments.seeds.split("-"))
    rows = []
    for kind in arguments.kinds:
        cases = sorted(arguments.drawn.glob("set_1/case_*")) if arguments.drawn else range(first, last + 1)
        for seed in cases:
            with tempfile.TemporaryDirectory() as folder:
                row = {"kind": kind, "seed": getattr(seed, "name", seed)}
                if arguments.drawn:
                    pairs, skull = drawn_pair(seed, folder)
                    row |= {"floor": error(skull, pairs)}
                elif arguments.templates:
                    pairs = template_pair(seed, folder)
                else:
                    pairs = make_pair(seed, kind == "bspline", folder)
                row |= {"start": error(sitk.Euler3DTransform(), pairs)}
                found, verdict, seconds = delineate(folder, kind, arguments.threads)
                row |= {"error": error(found, pairs) if found else float("nan"),
                        "judgment": verdict["judgment"], "seconds": seconds}
                row |= {name: value for name, value in verdict.get("measures", {}).items()}
                if arguments.peer:
                    found, seconds = peer(folder, arguments.threads)
                    row |= {"peerError": error(found, pairs), "peerSeconds": seconds}
            rows.append(row)
            print(" ".join(f"{key}={value:.3f}" if isinstance(value, float) else f"{key}={value}"
                           for key, value in row.items()), flush=True)
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    with open(arguments.output, "w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(dict.fromkeys(k for row in rows for k in row)))
        writer.writeheader()
        writer.writerows(rows)
    for kind, bound in (("rigid", 1.0), ("bspline", 1.5)):
        errors = np.array([row["error"] for row in rows if row["kind"] == kind])
        if len(errors):
            good = int((errors <= bound).sum())
            trusted = sum(row["judgment"] == "trusted" for row in rows if row["kind"] == kind)
            print(f"{kind}: {good} of {len(errors)} within {bound} mm, median {np.nanmedian(errors):.2f} mm, "
                  f"worst {np.nanmax(errors):.2f} mm; {trusted} trusted")
            if arguments.peer:
                peers = np.array([row["peerError"] for row in rows if row["kind"] == kind])
                print(f"  SimpleITK: {int((peers <= bound).sum())} within, median {np.median(peers):.2f} mm")


if __name__ == "__main__":
    main()
