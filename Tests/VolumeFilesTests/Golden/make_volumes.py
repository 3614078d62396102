"""Writes the golden volumes with SimpleITK: run with a Python that has SimpleITK (2.5.7 was used).

The voxel at (i, j, k) is 100 k + 10 j + i - 50 (0-based), cast to the type; sizes 4 x 3 x 2.
`expected.json` holds what SimpleITK and NumPy's float32 read back from each file.
"""
import gzip, json, math, os, struct
import numpy as np
import SimpleITK as sitk

here = os.path.dirname(os.path.abspath(__file__))
k, j, i = np.meshgrid(range(2), range(3), range(4), indexing="ij")
ramp = 100 * k + 10 * j + i - 50


def rotation(axis, angle):
    x, y, z = np.array(axis) / np.linalg.norm(axis)
    c, s = math.cos(angle), math.sin(angle)
    C = 1 - c
    return np.array([[x * x * C + c, x * y * C - z * s, x * z * C + y * s],
                     [y * x * C + z * s, y * y * C + c, y * z * C - x * s],
                     [z * x * C - y * s, z * y * C + x * s, z * z * C + c]])


def image(dtype, direction=np.eye(3)):
    values = ramp if np.issubdtype(dtype, np.signedinteger) or np.issubdtype(dtype, np.floating) else ramp + 50
    volume = sitk.GetImageFromArray(values.astype(dtype))
    volume.SetSpacing((0.75, 1.25, 2.5))
    volume.SetOrigin((-10.5, 20.25, 30.125))
    volume.SetDirection(direction.flatten().tolist())
    return volume


files = []


def write(volume, name, compress=False):
    sitk.WriteImage(volume, os.path.join(here, name), useCompression=compress)
    files.append(name)


oblique = rotation((1, 2, 3), 0.4)
for extension in ["nii", "nii.gz", "nrrd", "nhdr", "mha", "mhd"]:
    tag = extension.replace(".", "_")
    write(image(np.int16, oblique), f"oblique_{tag}.{extension}", extension == "nii.gz")
for dtype in [np.uint8, np.int8, np.uint16, np.int32, np.uint32, np.float32, np.float64, np.int64]:
    name = np.dtype(dtype).name
    write(image(dtype), f"{name}.nrrd", True)
    write(image(dtype), f"{name}.nii")
    write(image(dtype), f"{name}.mha", True)


def nifti(name, datatype, dtype, slope=0.0, inter=0.0, order="<", qform=None, sform=None,
          pixdim=(1, 0.75, 1.25, 2.5), values=ramp, units=2, four=False):
    """A NIfTI-1 file written by hand: cases that SimpleITK's writer does not make."""
    header = bytearray(352)
    struct.pack_into(order + "i", header, 0, 348)
    struct.pack_into(order + "8h", header, 40, 4 if four else 3, 4, 3, 2, 1, 1, 1, 1)
    struct.pack_into(order + "2h", header, 70, datatype, 8 * np.dtype(dtype).itemsize)
    struct.pack_into(order + "8f", header, 76, *pixdim, 0, 0, 0, 0)
    struct.pack_into(order + "3f", header, 108, 352, slope, inter)
    header[123] = units
    if qform:
        struct.pack_into(order + "h", header, 252, qform[0])
        struct.pack_into(order + "6f", header, 256, *qform[1:])
    if sform:
        struct.pack_into(order + "h", header, 254, sform[0])
        struct.pack_into(order + "12f", header, 280, *sform[1:])
    header[344:348] = b"n+1\0"
    data = bytes(header) + values.astype(np.dtype(dtype).newbyteorder(order)).tobytes()
    path = os.path.join(here, name)
    with (gzip.GzipFile(path, "wb", mtime=0) if name.endswith(".gz") else open(path, "wb")) as file:
        file.write(data)
    files.append(name)


q = (1, 0.1, 0.2, 0.3, 5, 6, 7)
s = (1, -0.75, 0, 0, 11, 0, -1.25, 0, 12, 0, 0, 2.5, 13)
nifti("none.nii", 4, np.int16)
nifti("qform.nii", 4, np.int16, qform=q)
nifti("qform_left.nii", 4, np.int16, qform=q, pixdim=(-1, 0.75, 1.25, 2.5))
nifti("sform.nii", 4, np.int16, sform=s)
nifti("both_same.nii", 4, np.int16, qform=(1, 0, 0, 1, 11, 12, 13), sform=s)
nifti("both_differ.nii", 4, np.int16, qform=q, sform=s)
nifti("both_differ_aligned.nii", 4, np.int16, qform=q, sform=(2,) + s[1:])
nifti("both_differ_scanner_q.nii", 4, np.int16, qform=(2,) + q[1:], sform=(4,) + s[1:])
nifti("big_endian.nii", 4, np.int16, order=">", sform=s)
nifti("scaled.nii.gz", 4, np.int16, slope=0.1, inter=-3.3, sform=s)
nifti("scaled_uint8.nii", 2, np.uint8, slope=2.5, inter=-1000.7, sform=s, values=ramp + 50)
nifti("scaled_int32.nii", 8, np.int32, slope=1e-7, inter=0.3, sform=s, values=ramp * 12345677)
nifti("scaled_float.nii", 16, np.float32, slope=0.1, inter=0.7, sform=s, values=ramp / 3)
nifti("scaled_double.nii", 64, np.float64, slope=0.1, inter=0.7, sform=s, values=ramp / 3)
nifti("intercept_only.nii", 4, np.int16, slope=1, inter=-1024, sform=s)
nifti("slope_zero.nii", 4, np.int16, slope=0, inter=0, sform=s)
nifti("four_one.nii", 4, np.int16, sform=s, four=True)

for space, name in [("right-anterior-superior", "ras"), ("left-posterior-superior", "lps")]:
    text = f"""NRRD0004
type: short
dimension: 3
space: {space}
sizes: 4 3 2
space directions: (0.75,0,0) (0,1.25,0) (0,0,2.5)
kinds: domain domain domain
endian: big
encoding: raw
space origin: (-10.5,20.25,30.125)

"""
    with open(os.path.join(here, f"{name}.nrrd"), "wb") as file:
        file.write(text.encode() + ramp.astype(">i2").tobytes())
    files.append(f"{name}.nrrd")

expected = {}
for name in files:
    volume = sitk.ReadImage(os.path.join(here, name))
    array = sitk.GetArrayFromImage(volume).astype(np.float32)
    expected[name] = {
        "size": volume.GetSize()[:3], "spacing": volume.GetSpacing()[:3],
        "origin": volume.GetOrigin()[:3],
        "direction": np.array(volume.GetDirection()).reshape(volume.GetDimension(), -1)[:3, :3]
        .T.flatten().tolist(),
        "voxels": array.flatten().tolist(),
    }
with open(os.path.join(here, "expected.json"), "w") as file:
    json.dump(expected, file)
