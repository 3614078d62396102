"""Transforms as SimpleITK and elastix write them, and where they take points.

    python make_transforms.py            writes the files and expected.json
    python make_transforms.py check DIR  reads the transforms that Delineate wrote into DIR and compares

Needs SimpleITK 2.5 and Debian's elastix (elastix and transformix 5.0.1).
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import numpy as np
import SimpleITK as sitk

here = pathlib.Path(__file__).parent
rng = np.random.default_rng(5)
points = np.round(rng.uniform([-30, -40, -50], [70, 60, 50], (12, 3)), 3).tolist()

ax, angle = np.array([1.0, 2.0, 3.0]) / np.sqrt(14), 0.4
cross = np.array([[0, -ax[2], ax[1]], [ax[2], 0, -ax[0]], [-ax[1], ax[0], 0]])
oblique = np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross


def transforms():
    euler = sitk.Euler3DTransform((5, -7, 11), 0.1, -0.2, 0.3, (4, 5, -6))
    versor = sitk.VersorRigid3DTransform((0.1, -0.2, 0.05, 0.9733961), (3, 2, 1), (10, 0, -10))
    affine = sitk.AffineTransform((1.1, 0.1, 0, -0.05, 0.95, 0.02, 0, 0.1, 1.02), (1, 2, 3), (7, 8, 9))
    reference = sitk.Image([21, 25, 23], sitk.sitkFloat32)
    reference.SetSpacing([4, 4, 4])
    reference.SetOrigin([-20, -30, -40])
    reference.SetDirection(oblique.flatten())
    spline = sitk.BSplineTransformInitializer(reference, [2, 3, 2], 3)
    spline.SetParameters(np.round(rng.normal(0, 3, len(spline.GetParameters())), 4).tolist())
    return {
        "euler": euler,
        "versor": versor,
        "affine": affine,
        "bspline": spline,
        "composite": sitk.CompositeTransform([euler, spline]),
    }


def field_image(spline):
    return sitk.TransformToDisplacementField(
        spline, sitk.sitkVectorFloat32, [11, 12, 10], [-28, -38, -48], [9, 8.5, 10], oblique.flatten())


def mapped(transform):
    return [list(transform.TransformPoint(p)) for p in points]


def elastix():
    """A rigid and a B-spline run on drawn blobs, and where transformix takes the points."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        z, y, x = np.mgrid[:20, :22, :24]
        blob = 100 * np.exp(-((x - 11) ** 2 / 30 + (y - 10) ** 2 / 20 + (z - 9) ** 2 / 40))
        image = sitk.GetImageFromArray(blob.astype(np.float32))
        image.SetSpacing([5, 5, 5])
        image.SetOrigin([-40, -45, -50])
        image.SetDirection(oblique.flatten())
        sitk.WriteImage(image, str(folder / "f.mha"))
        moved = sitk.Resample(image, sitk.Euler3DTransform((0, 0, 0), 0.05, 0.1, -0.08, (4, -3, 5)))
        sitk.WriteImage(moved, str(folder / "m.mha"))
        base = ('(Registration "MultiResolutionRegistration")(Metric "AdvancedMeanSquares")'
                '(ImageSampler "Full")(Optimizer "AdaptiveStochasticGradientDescent")(Interpolator "LinearInterpolator")'
                '(ResampleInterpolator "FinalBSplineInterpolator")(Resampler "DefaultResampler")'
                '(FixedImagePyramid "FixedSmoothingImagePyramid")(MovingImagePyramid "MovingSmoothingImagePyramid")'
                '(NumberOfResolutions 1)(MaximumNumberOfIterations 15)(WriteResultImage "false")'
                '(FinalGridSpacingInPhysicalUnits 40)(HowToCombineTransforms "Compose")').replace(")(", ")\n(")
        (folder / "r.txt").write_text(base + '\n(Transform "EulerTransform")\n(AutomaticScalesEstimation "true")\n')
        (folder / "b.txt").write_text(base + '\n(Transform "BSplineTransform")\n')
        (folder / "out").mkdir()
        run = lambda *words: subprocess.run(words, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        run("elastix", "-f", "f.mha", "-m", "m.mha", "-p", "r.txt", "-p", "b.txt", "-out", "out", "-threads", "1")
        result = {}
        for number in (0, 1):
            text = (folder / f"out/TransformParameters.{number}.txt").read_text()
            (here / f"elastix.{number}.txt").write_text(text.replace("out/TransformParameters.0.txt", "elastix.0.txt"))
            result[f"elastix.{number}"] = transformix(folder / "out" / f"TransformParameters.{number}.txt", folder)
        return result


def transformix(parameters, folder):
    (folder / "points.txt").write_text(
        f"point\n{len(points)}\n" + "".join(f"{p[0]} {p[1]} {p[2]}\n" for p in points))
    out = folder / "tx"
    out.mkdir(exist_ok=True)
    subprocess.run(["transformix", "-def", "points.txt", "-tp", str(parameters), "-out", str(out)],
                   cwd=folder, check=True, stdout=subprocess.DEVNULL)
    pattern = re.compile(r"OutputPoint = \[ ([^\]]*) \]")
    return [[float(v) for v in m.split()] for m in pattern.findall((out / "outputpoints.txt").read_text())]


def make():
    expected = {"points": points, "mapped": {}}
    all_transforms = transforms()
    for name, transform in all_transforms.items():
        sitk.WriteTransform(transform, str(here / f"{name}.tfm"))
        expected["mapped"][name] = mapped(transform)
    image = field_image(all_transforms["bspline"])
    for ending in ("nii.gz", "mha"):
        sitk.WriteImage(image, str(here / f"field.{ending}"), True)
    # ITK's filter leaves the grid's direction out: the vectors are turned into the grid's own frame.
    straight = sitk.GetImageFromArray(sitk.GetArrayFromImage(image) @ oblique, isVector=True)
    straight.SetSpacing(image.GetSpacing())
    jacobian = sitk.GetArrayFromImage(sitk.DisplacementFieldJacobianDeterminant(straight))
    inner = jacobian[1:-1, 1:-1, 1:-1]
    expected["jacobian"] = {"smallest": float(inner.min()), "largest": float(inner.max()),
                            "folded": float((inner <= 0).mean())}
    expected["mapped"]["field"] = mapped(sitk.DisplacementFieldTransform(sitk.Cast(image, sitk.sitkVectorFloat64)))
    expected["mapped"].update(elastix())
    (here / "expected.json").write_text(json.dumps(expected))


def check(folder):
    """Every transform that Delineate wrote takes the points where it was written from takes them."""
    expected = json.loads((here / "expected.json").read_text())["mapped"]
    worst = {}
    for path in sorted(folder.iterdir()):
        name = path.name.split("-")[0]
        if path.suffix == ".tfm":
            found = mapped(sitk.ReadTransform(str(path)))
        elif path.name.endswith((".nii.gz", ".mha")):
            image = sitk.Cast(sitk.ReadImage(str(path)), sitk.sitkVectorFloat64)
            found = mapped(sitk.DisplacementFieldTransform(image))
        elif path.name.endswith("-written.txt"):
            with tempfile.TemporaryDirectory() as work:
                for part in folder.glob("*.txt"):
                    (pathlib.Path(work) / part.name).write_text(part.read_text())
                found = transformix(pathlib.Path(work) / path.name, pathlib.Path(work))
        else:
            continue
        worst[path.name] = float(np.abs(np.array(found) - np.array(expected[name])).max())
    for name, error in worst.items():
        print(f"{name}: {error:.2e} mm")
    assert worst and max(worst.values()) < 2e-3


if __name__ == "__main__":
    if len(sys.argv) > 2 and sys.argv[1] == "check":
        check(pathlib.Path(sys.argv[2]))
    else:
        make()
