"""Writes golden DICOM slices with SimpleITK, and what SimpleITK reads from the shared real data.

Run with a Python that has SimpleITK (2.5.7 was used); the second argument is the shared data folder.
Each series has 4 slices of 40 x 36 pixels, 1.5 x 2.5 mm, 3 mm apart, oblique; the pixel at (i, j, k)
is 100 k + 10 j + i - 50.
"""
import json, os, sys
import numpy as np
import SimpleITK as sitk

here = os.path.dirname(os.path.abspath(__file__))
data = sys.argv[1] if len(sys.argv) > 1 else None


def describe(volume):
    array = sitk.GetArrayFromImage(volume).astype(np.float32).astype(np.float64).flatten()
    return {
        "size": volume.GetSize()[:3], "spacing": volume.GetSpacing()[:3],
        "origin": volume.GetOrigin()[:3],
        "direction": np.array(volume.GetDirection()).reshape(3, 3).T.flatten().tolist(),
        "sum": float(array.sum()), "weighted": float((array * (np.arange(array.size) % 1009)).sum()),
    }


def series(name, compressor, slope=1.0, bits=None):
    folder = os.path.join(here, name)
    os.makedirs(folder, exist_ok=True)
    k, j, i = np.meshgrid(range(4), range(36), range(40), indexing="ij")
    ramp = (100 * k + 10 * j + i - 50).astype(np.int16)
    volume = sitk.GetImageFromArray(ramp)
    c, s = np.cos(0.3), np.sin(0.3)
    volume.SetDirection((c, 0, s, 0, 1, 0, -s, 0, c))
    volume.SetSpacing((1.5, 2.5, 3))
    volume.SetOrigin((-12.5, 7.25, 100))
    names = []
    for number in range(4):
        piece = volume[:, :, number]
        writer = sitk.ImageFileWriter()
        writer.KeepOriginalImageUIDOn()
        if compressor:
            writer.UseCompressionOn()
            writer.SetCompressor(compressor)
        origin = volume.TransformIndexToPhysicalPoint((0, 0, number))
        tags = {
            "0008|0060": "CT", "0008|0016": "1.2.840.10008.5.1.4.1.1.2",
            "0008|0018": f"1.2.826.0.1.3680043.10.1.{number}",
            "0020|000d": "1.2.826.0.1.3680043.10.2", "0020|000e": "1.2.826.0.1.3680043.10.3",
            "0020|0011": "4", "0020|0013": str(4 - number),
            "0020|0032": "\\".join(f"{x:.10g}" for x in origin),
            "0020|0037": "\\".join(f"{x:.10g}" for x in (c, 0, -s, 0, 1, 0)),
            "0028|1052": "-50", "0028|1053": f"{slope}",
        }
        piece = sitk.JoinSeries([piece])
        piece.SetSpacing((1.5, 2.5, 3))
        for tag, value in tags.items():
            piece.SetMetaData(tag, value)
        # Names run against the positions: the reader has to sort.
        path = os.path.join(folder, f"{9 - number}.dcm")
        writer.SetFileName(path)
        writer.Execute(piece)
        names.append(path)
    return describe(sitk.ReadImage(names))


expected = {
    name: series(name, compressor)
    for name, compressor in [("dicom_raw", None), ("dicom_jpeg2000", "JPEG2000"), ("dicom_jpeg", "JPEG")]
}
if data:
    def folder(path, number=0):
        path = os.path.join(data, path)
        uid = sitk.ImageSeriesReader.GetGDCMSeriesIDs(path)[number]
        return describe(sitk.ReadImage(sitk.ImageSeriesReader.GetGDCMSeriesFileNames(path, uid)))
    expected["totalsegmentator_examples/example_ct_dicom"] = folder("totalsegmentator_examples/example_ct_dicom")
    expected["rt_utils_examples/oriented_data"] = folder("rt_utils_examples/oriented_data")
    for path in ["vtk_headsq/HeadMRVolume.mhd", "openkbp/pt_201/ct.nii.gz",
                 "totalsegmentator_examples/example_ct_sm.nii.gz"]:
        expected[path] = describe(sitk.ReadImage(os.path.join(data, path)))
with open(os.path.join(here, "expected_dicom.json"), "w") as file:
    json.dump(expected, file, indent=1)
