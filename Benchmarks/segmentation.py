"""DICOM Segmentations: real masks written by `delineate export seg`, read back by Delineate and by highdicom.

The masks are organs of `observer_masks` that do not overlap; CT slices of the same grid are made here. What each
reader gives must be the very voxels, and the codes those that were meant. dciodvfy (dicom3tools) checks the binary
objects; it is older than label maps. Needs highdicom 0.25 or later, SimpleITK and pydicom 3 (`SEG_PEERS`).
"""

import argparse
import pathlib
import subprocess
import tempfile
import time

import highdicom
import numpy as np
import SimpleITK as sitk

import common
from rtstruct import groups, organs, write_series


def read_highdicom(file, instances):
    """Labels by name, [z, y, x] in the order of the slices."""
    found = highdicom.seg.segread(str(file))
    numbers = sorted(number for number in found.segment_numbers if number > 0)
    arrays = found.get_pixels_by_source_instance(
        source_sop_instance_uids=instances, segment_numbers=numbers, assert_missing_frames_are_empty=True)
    descriptions = {number: found.get_segment_description(number) for number in numbers}
    return {descriptions[number].SegmentLabel: (arrays[..., index] > 0, descriptions[number])
            for index, number in enumerate(numbers)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=4)
    arguments = parser.parse_args()
    import pydicom
    rows, errors, different = [], [], 0
    for case in sorted((common.DATA / "observer_masks" / "oncologist").iterdir())[:arguments.cases]:
        masks = organs(case)
        image = next(iter(masks.values()))
        with tempfile.TemporaryDirectory() as place:
            place = pathlib.Path(place)
            (place / "ct").mkdir()
            write_series(image, place / "ct")
            instances = [pydicom.dcmread(file, stop_before_pixels=True).SOPInstanceUID
                         for file in sorted((place / "ct").iterdir())]
            array, names = groups(masks)[0]
            labels = sitk.GetImageFromArray(array)
            labels.CopyInformation(image)
            sitk.WriteImage(labels, str(place / "labels.nrrd"), True)
            scheme = ", ".join(f'"{name}": {index + 1}' for index, name in enumerate(names))
            (place / "scheme.json").write_text("{" + scheme + "}")
            for encoding in ("binary", "labelmap"):
                file = place / f"{encoding}.dcm"
                start = time.perf_counter()
                subprocess.run([str(common.DELINEATE), "export", "seg", "--labels", str(place / "labels.nrrd"),
                                "--scheme", str(place / "scheme.json"), "--series", str(place / "ct"),
                                "--encoding", encoding, "--output", str(file)], check=True, capture_output=True)
                seconds = time.perf_counter() - start
                found = read_highdicom(file, instances)
                wrong = sum(int((mask != (array == index + 1)).sum())
                            for index, (mask, _) in enumerate(found.values()))
                subprocess.run([str(common.DELINEATE), "import", "seg", str(file), "--on", str(place / "ct"),
                                "--output", str(place / "back.nrrd")], check=True, capture_output=True)
                own = int((common.labels_of(place / "back.nrrd") != array).sum())
                different += wrong + own + (len(found) != len(names))
                if encoding == "binary":
                    check = subprocess.run(["dciodvfy", str(file)], capture_output=True, text=True)
                    errors += [line for line in check.stderr.splitlines() if line.startswith("Error")]
                rows.append([case.name, encoding, len(found), f"{file.stat().st_size / 1e6:.1f}", f"{seconds:.2f}",
                             wrong, own])
    for name, (_, description) in found.items():
        code = description.segmented_property_type
        print(f"{name}: {code.value} {code.meaning}")
    common.store("segmentation", {"rows": rows, "dciodvfy errors": sorted(set(errors)), "different voxels": different},
                 "# DICOM Segmentations beside highdicom\n\n" + common.markdown(
        ["case", "encoding", "structures", "MB", "seconds to write", "voxels different in highdicom", "in Delineate"],
        rows) + f"\n\ndciodvfy: {len(errors)} errors.")


if __name__ == "__main__":
    main()
