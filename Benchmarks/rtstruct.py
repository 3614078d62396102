"""RT structure sets: real masks written by `delineate export rtstruct` and read back by Delineate, rt-utils,
dcmrtstruct2nii and platipy; the time to write beside rt-utils'.

The masks are the 21 organs of `observer_masks`; CT slices of the same grid are made here with pydicom. What
each reader gives is compared with the mask that was written: Dice, and the volume's relative difference. So is the
exact area of the written polygons, which asks no reader.
Peers live in an environment of their own (`RT_PEERS`, by default .deps/rt-peers): rt-utils wants an older
pydicom than others (rt-utils==1.2.7 pydicom==2.4.5 dcmrtstruct2nii==5 platipy==0.7.2 SimpleITK).
"""

import argparse
import collections
import json
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy as np
import pydicom
import SimpleITK as sitk
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

import common


# MARK: input


def write_series(image, folder):
    """CT slices of a grid, with all attributes that readers ask for; each slice's file name is its index."""
    study, series, frame = generate_uid(), generate_uid(), generate_uid()
    columns, rows, count = image.GetSize()
    direction = np.array(image.GetDirection()).reshape(3, 3)
    for k in range(count):
        meta = FileMetaDataset()
        meta.MediaStorageSOPClassUID = CTImageStorage
        meta.MediaStorageSOPInstanceUID = generate_uid()
        meta.TransferSyntaxUID = ExplicitVRLittleEndian
        slice = FileDataset(str(folder / f"{k:04}.dcm"), {}, file_meta=meta, preamble=b"\0" * 128)
        slice.is_little_endian, slice.is_implicit_VR = True, False
        slice.SpecificCharacterSet = "ISO_IR 192"
        slice.SOPClassUID, slice.SOPInstanceUID = CTImageStorage, meta.MediaStorageSOPInstanceUID
        slice.Modality, slice.ImageType = "CT", ["ORIGINAL", "PRIMARY", "AXIAL"]
        slice.PatientName, slice.PatientID = "Phantom^Test", "P1"
        slice.PatientBirthDate, slice.PatientSex = "19700101", "O"
        slice.StudyDate, slice.StudyTime, slice.StudyID, slice.AccessionNumber = "20200101", "120000", "1", "1"
        slice.ReferringPhysicianName = ""
        slice.StudyInstanceUID, slice.SeriesInstanceUID, slice.FrameOfReferenceUID = study, series, frame
        slice.SeriesNumber, slice.InstanceNumber = 1, k + 1
        place = image.TransformIndexToPhysicalPoint((0, 0, k))
        slice.ImagePositionPatient = [f"{v:.6f}"[:16] for v in place]
        slice.ImageOrientationPatient = [f"{v:.8f}" for v in [*direction[:, 0], *direction[:, 1]]]
        slice.PixelSpacing = [f"{image.GetSpacing()[1]:.10g}", f"{image.GetSpacing()[0]:.10g}"]
        slice.SliceThickness = f"{image.GetSpacing()[2]:.10g}"
        slice.Rows, slice.Columns, slice.SamplesPerPixel = rows, columns, 1
        slice.PhotometricInterpretation = "MONOCHROME2"
        slice.BitsAllocated, slice.BitsStored, slice.HighBit, slice.PixelRepresentation = 16, 16, 15, 1
        slice.RescaleIntercept, slice.RescaleSlope = "0", "1"
        slice.PixelData = np.zeros((rows, columns), np.int16).tobytes()
        slice.save_as(str(folder / f"{k:04}.dcm"))


def organs(case):
    """One case's masks by name; those without a voxel are left out. Overlapping ones are kept apart."""
    result = {}
    for file in sorted(case.glob("*.nrrd")):
        mask = sitk.ReadImage(str(file), sitk.sitkUInt8)
        if sitk.GetArrayViewFromImage(mask).any():
            result[file.stem] = mask
    return result


def groups(masks):
    """Masks put into as few label maps as it takes without overlap."""
    maps = []
    for name, mask in masks.items():
        array = sitk.GetArrayFromImage(mask) > 0
        for labels, names in maps:
            if not (labels[array] > 0).any():
                names.append(name)
                labels[array] = len(names)
                break
        else:
            maps.append((array.astype(np.uint8), [name]))
    return maps


# MARK: readers


def read_delineate(folder, file, names):
    # Structures keep the order that they were written in, and here none overlaps another.
    with tempfile.TemporaryDirectory() as place:
        subprocess.run([str(common.DELINEATE), "import", "rtstruct", str(file), "--on", str(folder),
                        "--output", f"{place}/labels.nrrd"], check=True, capture_output=True)
        labels = sitk.GetArrayFromImage(sitk.ReadImage(f"{place}/labels.nrrd"))
    return {name: labels == index + 1 for index, name in enumerate(names)}


def read_rt_utils(folder, file, names):
    from rt_utils import RTStructBuilder
    found = RTStructBuilder.create_from(dicom_series_path=str(folder), rt_struct_path=str(file))
    return {name: found.get_roi_mask_by_name(name).transpose(2, 0, 1) for name in names}


def read_rt_utils_at_centers(folder, file, names):
    """rt-utils with one function replaced: it rounds vertices to whole pixels and fills what their lines touch;
    here a pixel belongs to a contour where its center lies inside. The rest is its own."""
    from rt_utils import image_helper
    from skimage.draw import polygon2mask

    def at_centers(series_slice, contours, transformation):
        mask = np.zeros((series_slice.Columns, series_slice.Rows), bool)
        for coordinates in contours:
            points = np.reshape(coordinates, (-1, 3))
            points = image_helper.apply_transformation_to_3d_points(points, transformation)[:, :2]
            mask ^= polygon2mask(mask.shape, points)
        return mask.T

    own = image_helper.get_slice_mask_from_slice_contour_data
    image_helper.get_slice_mask_from_slice_contour_data = at_centers
    try:
        return read_rt_utils(folder, file, names)
    finally:
        image_helper.get_slice_mask_from_slice_contour_data = own


def read_dcmrtstruct2nii(folder, file, names):
    from dcmrtstruct2nii import dcmrtstruct2nii
    with tempfile.TemporaryDirectory() as place:
        dcmrtstruct2nii(str(file), str(folder), place, convert_original_dicom=False)
        result = {}
        for name in names:
            path = pathlib.Path(place) / f"mask_{name}.nii.gz"
            result[name] = sitk.GetArrayFromImage(sitk.ReadImage(str(path))) > 0
        return result


def read_platipy(folder, file, names):
    from platipy.dicom.io.rtstruct_to_nifti import transform_point_set_from_dicom_struct
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(folder)))
    masks, found = transform_point_set_from_dicom_struct(reader.Execute(), pydicom.dcmread(str(file)))
    by_name = dict(zip(found, masks))
    return {name: sitk.GetArrayFromImage(by_name[name]) > 0 for name in names}


READERS = {"Delineate": read_delineate, "rt-utils": read_rt_utils, "rt-utils at voxel centers": read_rt_utils_at_centers,
           "dcmrtstruct2nii": read_dcmrtstruct2nii, "platipy": read_platipy}


# MARK: measurements


def export(labels, names, reference, folder, place, holes):
    """Writes one label map as a structure set; gives the seconds it took and the file."""
    image = sitk.GetImageFromArray(labels)
    image.CopyInformation(reference)
    sitk.WriteImage(image, str(place / "labels.nii.gz"))
    (place / "scheme.json").write_text(json.dumps({name: index + 1 for index, name in enumerate(names)}))
    # The names of the files are kept, so that every reader finds them.
    (place / "names.json").write_text(json.dumps({name: name for name in names}))
    file = place / f"rt-{holes}.dcm"
    start = time.perf_counter()
    subprocess.run([str(common.DELINEATE), "export", "rtstruct", "--labels", str(place / "labels.nii.gz"),
                    "--scheme", str(place / "scheme.json"), "--clinic-names", str(place / "names.json"),
                    "--series", str(folder), "--holes", holes, "--output", str(file)],
                   check=True, capture_output=True)
    return time.perf_counter() - start, file


def errors_of_dciodvfy(file):
    try:
        run = subprocess.run(["dciodvfy", str(file)], capture_output=True, text=True)
    except FileNotFoundError:
        return None
    return [line for line in (run.stderr + run.stdout).splitlines() if line.startswith("Error")]


def moments(file):
    """Each structure's area over all slices (mm²) and center of mass from the written contours alone, by name;
    holes run the other way."""
    written = pydicom.dcmread(file)
    names = {item.ROINumber: item.ROIName for item in written.StructureSetROISequence}
    result = {}
    for item in written.ROIContourSequence:
        area, moment = 0.0, np.zeros(3)
        for contour in item.ContourSequence:
            points = np.array(contour.ContourData, float).reshape(-1, 3)
            a, b, first = points, np.roll(points, -1, axis=0), points[0]
            (x, y), (u, v) = (a - first)[:, :2].T, (b - first)[:, :2].T
            parts = (x * v - y * u) / 2
            area += parts.sum()
            moment += (parts[:, None] * (a + b + first) / 3).sum(axis=0)
        result[names[item.ReferencedROINumber]] = abs(area), moment / area
    return result


def agreement(case, readers, holes):
    """What each reader gives of one case's organs."""
    masks = organs(case)
    reference = next(iter(masks.values()))
    voxel = np.prod(reference.GetSpacing()) / 1000
    rows, problems, checked = [], [], []
    with tempfile.TemporaryDirectory() as place:
        place = pathlib.Path(place)
        folder = place / "ct"
        folder.mkdir()
        write_series(reference, folder)
        for labels, names in groups(masks):
            _, file = export(labels, names, reference, folder, place, holes)
            checked.append(errors_of_dciodvfy(file))
            written = moments(file)
            for reader in readers:
                try:
                    found = READERS[reader](folder, file, names)
                except Exception as error:
                    problems.append(f"{reader}: {type(error).__name__}: {error}"[:200])
                    continue
                for index, name in enumerate(names):
                    mask, back = labels == index + 1, found[name]
                    total = int(mask.sum()) + int(back.sum())
                    place_of = reference.TransformContinuousIndexToPhysicalPoint
                    center = place_of([float(np.mean(part)) for part in np.nonzero(mask)[::-1]])
                    area, written_center = written[name]
                    rows.append({
                        "case": case.name, "organ": name, "reader": reader, "holes": holes,
                        "ml": float(mask.sum() * voxel),
                        "dice": 2 * int((mask & back).sum()) / total,
                        "volume": int(back.sum()) / int(mask.sum()) - 1,
                        "centroid": float(np.linalg.norm(written_center - center)),
                        "polygons": float(area * reference.GetSpacing()[2] / 1000 / (mask.sum() * voxel)) - 1,
                    })
    return rows, problems, checked


def speed(size=(512, 512, 150), count=30):
    """30 balls on a planning scan's grid: processor and wall seconds to write, beside rt-utils."""
    import resource
    from rt_utils import RTStructBuilder
    columns, rows, slices = size
    z, y, x = np.ogrid[:slices, :rows, :columns]
    labels = np.zeros((slices, rows, columns), np.uint8)
    for label in range(1, count + 1):
        row, column = divmod(label - 1, 6)
        ball = ((x - 80 - 70 * column) / 30) ** 2 + ((y - 90 - 80 * row) / 34) ** 2 + ((z - 75) / 40) ** 2
        labels[np.broadcast_to(ball <= 1, labels.shape)] = label
    image = sitk.GetImageFromArray(labels)
    image.SetSpacing((0.98, 0.98, 2.5))
    names = [f"Ball_{label}" for label in range(1, count + 1)]
    with tempfile.TemporaryDirectory() as place:
        place = pathlib.Path(place)
        folder = place / "ct"
        folder.mkdir()
        write_series(image, folder)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds, _ = export(labels, names, image, folder, place, "xor")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        ours = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        masks = [labels.transpose(1, 2, 0) == label + 1 for label in range(count)]
        start, begin = time.perf_counter(), time.process_time()
        builder = RTStructBuilder.create_new(dicom_series_path=str(folder))
        for name, mask in zip(names, masks):
            builder.add_roi(mask=mask, name=name)
        builder.save(str(place / "peer.dcm"))
        return {"delineate": {"wall": seconds, "processor": ours},
                "rt-utils": {"wall": time.perf_counter() - start, "processor": time.process_time() - begin}}


def readers_table(rows, readers):
    """A line for each reader and size of organs, and one for the polygons themselves."""
    table, polygons = [], []
    for reader in readers:
        mine = [row for row in rows if row["reader"] == reader]
        for label, low, high in (("over 1 ml", 1, 1e9), ("0.1 to 1 ml", 0.1, 1), ("below 0.1 ml", 0, 0.1)):
            part = [row for row in mine if low <= row["ml"] < high]
            if not part:
                continue
            dice = [row["dice"] for row in part]
            table.append([reader, label, len(part), f"{min(dice):.4f}", f"{np.mean(dice):.4f}",
                          f"{max(abs(row['volume']) for row in part):.2%}",
                          f"{np.mean([row['volume'] for row in part]):+.2%}"])
            if reader == readers[0]:
                polygons.append([label, len(part), f"{max(abs(row['polygons']) for row in part):.3%}",
                                 f"{np.mean([row['polygons'] for row in part]):+.3%}",
                                 f"{max(row['centroid'] for row in part):.3f}",
                                 f"{np.mean([row['centroid'] for row in part]):.3f}"])
    return (common.markdown(["reader", "organs of", "organs", "Dice, least", "Dice, mean", "volume error, most",
                             "volume error, mean"], table)
            + "\n\nThe written polygons themselves, by exact area:\n\n"
            + common.markdown(["organs of", "organs", "volume error, most", "volume error, mean",
                               "centroid, mm, most", "centroid, mm, mean"], polygons))


def measure_readers(arguments):
    cases = sorted((common.DATA / "observer_masks" / "oncologist").iterdir())[:arguments.cases]
    rows, problems, errors, files = [], collections.Counter(), 0, 0
    for case in cases:
        found, more, checked = agreement(case, arguments.readers, arguments.holes)
        rows += found
        problems.update(more)
        errors += sum(len(lines or []) for lines in checked)
        files += len(checked)
        print(case.name, len(found), "comparisons", file=sys.stderr, flush=True)
    text = "# RT structure sets, written and read back\n\n" + readers_table(rows, arguments.readers)
    text += f"\n\nScans: {len(cases)}. Holes: {arguments.holes}. dciodvfy: {errors} errors in {files} files."
    for problem, count in problems.most_common():
        text += f"\n{count} times not read: {problem}"
    common.store(arguments.name,
                 {"rows": rows, "dciodvfy errors": errors, "files": files, "problems": dict(problems)}, text)


def measure_speed(arguments):
    runs = [speed() for _ in range(arguments.repeats)]
    best = {name: min((run[name] for run in runs), key=lambda one: one["wall"]) for name in runs[0]}
    text = ("# Writing RT structure sets\n\n30 structures on 512x512x150, seconds to write; the best of "
            f"{arguments.repeats} runs of each, one after the other:\n\n" + common.markdown(
                ["", "wall", "processor"],
                [[name, f"{one['wall']:.2f}", f"{one['processor']:.2f}"] for name, one in best.items()])
            + f"\n\nrt-utils takes {best['rt-utils']['wall'] / best['delineate']['wall']:.0f} times as long.")
    common.store("rtstruct-speed", {"runs": runs}, text)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=["readers", "speed"], help="one of the two measurements")
    parser.add_argument("--cases", type=int, default=16)
    parser.add_argument("--readers", nargs="+", default=list(READERS), choices=list(READERS))
    parser.add_argument("--holes", default="xor", choices=["xor", "keyhole"])
    parser.add_argument("--name", default="rtstruct", help="the results file of the readers")
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    if arguments.only != "speed":
        measure_readers(arguments)
    if arguments.only != "readers":
        measure_speed(arguments)


if __name__ == "__main__":
    main()
