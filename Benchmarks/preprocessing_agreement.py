"""Compares Delineate's preparation of a scan with nnU-Net's own preprocessor.

    python Benchmarks/preprocessing_agreement.py --scan ct.nii.gz --plans plans.json
    python Benchmarks/preprocessing_agreement.py --random 512 512 120 --spacing 0.977 0.977 2.5 \
        --target 2.5 1.954 1.954

Run with a Python that has nnunetv2, from the package's root, after `swift build -c release
--build-tests`. Prints sizes, the largest and mean difference, times and peak memory of both.
"""
import argparse
import json
import os
import resource
import subprocess
import tempfile
import time

import numpy as np


def rule(kwargs, name):
    method = {"resample_data_or_seg_to_shape": "spline", "resample_torch_fornnunet": "linear",
              "no_resampling_hack": "identity"}[name]
    return {"method": method, "order": kwargs.get("order", 1), "orderZ": kwargs.get("order_z", 0),
            "anisotropyThreshold": 3,
            **({} if kwargs.get("force_separate_z") is None
               else {"forceSeparateZ": kwargs["force_separate_z"]})}


def delineate_plan(plans, configuration):
    c = plans["configurations"][configuration]
    channels = []
    for n, scheme in enumerate(c["normalization_schemes"]):
        p = plans["foreground_intensity_properties_per_channel"].get(str(n))
        channels.append({
            "scheme": scheme, "usesNonzeroMask": bool(c["use_mask_for_norm"][n]),
            **({"foreground": {"mean": p["mean"], "standardDeviation": p["std"],
                               "percentile005": p["percentile_00_5"],
                               "percentile995": p["percentile_99_5"]}} if p else {})})
    return {
        "transposeForward": plans["transpose_forward"], "spacing": c["spacing"],
        "channels": channels,
        "imageResampling": rule(c["resampling_fn_data_kwargs"], c["resampling_fn_data"]),
        "labelResampling": rule(c["resampling_fn_seg_kwargs"], c["resampling_fn_seg"]),
        "logitResampling": rule(c["resampling_fn_probabilities_kwargs"],
                                c["resampling_fn_probabilities"])}


def default_plans(spacing, channels, scheme, mask, transpose):
    kwargs = {"is_seg": False, "order": 3, "order_z": 0, "force_separate_z": None}
    return {
        "transpose_forward": transpose, "transpose_backward": transpose,
        "image_reader_writer": "SimpleITKIO", "plans_name": "p", "dataset_name": "d",
        "foreground_intensity_properties_per_channel": {
            str(n): {"mean": 275.5, "std": 442.2, "percentile_00_5": -104.0,
                     "percentile_99_5": 1634.0} for n in range(channels)},
        "configurations": {"3d_fullres": {
            "architecture": {}, "preprocessor_name": "DefaultPreprocessor",
            "spacing": spacing, "normalization_schemes": [scheme] * channels,
            "use_mask_for_norm": [mask] * channels,
            "resampling_fn_data": "resample_data_or_seg_to_shape",
            "resampling_fn_seg": "resample_data_or_seg_to_shape",
            "resampling_fn_probabilities": "resample_data_or_seg_to_shape",
            "resampling_fn_data_kwargs": kwargs,
            "resampling_fn_seg_kwargs": {**kwargs, "is_seg": True, "order": 1},
            "resampling_fn_probabilities_kwargs": {**kwargs, "order": 1}}}}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scan", action="append", help="one file per channel")
    parser.add_argument("--plans", help="a model's plans.json")
    parser.add_argument("--configuration", default="3d_fullres")
    parser.add_argument("--random", nargs=3, type=int, metavar=("I", "J", "K"))
    parser.add_argument("--spacing", nargs=3, type=float, default=[1, 1, 1], help="along i, j, k")
    parser.add_argument("--target", nargs=3, type=float, help="without --plans: network axes")
    parser.add_argument("--transpose", nargs=3, type=int, default=[0, 1, 2])
    parser.add_argument("--scheme", default="CTNormalization")
    parser.add_argument("--mask", action="store_true", help="use_mask_for_norm")
    parser.add_argument("--previous", help="a label map of a previous stage")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    arguments = parser.parse_args()

    from nnunetv2.preprocessing.preprocessors.default_preprocessor import DefaultPreprocessor
    from nnunetv2.utilities.plans_handling.plans_handler import PlansManager
    if arguments.scan:
        from nnunetv2.imageio.simpleitk_reader_writer import SimpleITKIO
        data, properties = SimpleITKIO().read_images(arguments.scan)
    else:
        generator = np.random.default_rng(0)
        data = generator.integers(-1000, 1600, arguments.random[::-1], dtype=np.int16)[None]
        data = data.astype(np.float32)
        properties = {"spacing": arguments.spacing[::-1]}
    previous = None
    if arguments.previous:
        previous, _ = SimpleITKIO().read_seg(arguments.previous)
    plans = json.load(open(arguments.plans)) if arguments.plans else default_plans(
        arguments.target, data.shape[0], arguments.scheme, arguments.mask, arguments.transpose)
    foreground = sorted(set(np.unique(previous).astype(int).tolist()) - {0}) \
        if previous is not None else []

    with tempfile.TemporaryDirectory() as folder:
        names = []
        for n, channel in enumerate(data):
            names.append(f"channel{n}.raw")
            np.ascontiguousarray(channel, np.float32).tofile(f"{folder}/{names[-1]}")
        request = {"size": list(data.shape[:0:-1]), "spacing": list(properties["spacing"])[::-1],
                   "channels": names, "threads": arguments.threads,
                   "plan": delineate_plan(plans, arguments.configuration)}
        if previous is not None:
            previous[0].astype(np.uint16).tofile(f"{folder}/previous.raw")
            request |= {"previousLabels": "previous.raw", "previousStageLabels": foreground}
        json.dump(request, open(f"{folder}/request.json", "w"))
        run = subprocess.run(
            ["swift", "test", "-c", "release", "--skip-build", "--disable-xctest", "--filter",
             "AgreementTests"], env={**os.environ, "DELINEATE_AGREEMENT": folder},
            capture_output=True, text=True)
        if not os.path.exists(f"{folder}/answer.json"):
            raise SystemExit(run.stdout + run.stderr)
        answer = json.load(open(f"{folder}/answer.json"))
        ours = np.fromfile(f"{folder}/prepared.raw", np.float32)
        ours = ours.reshape(answer["channelCount"], *answer["size"])

    manager = PlansManager(plans)
    configuration = manager.get_configuration(arguments.configuration)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    processor_start = time.process_time()
    theirs, labels, properties = DefaultPreprocessor(verbose=False).run_case_npy(
        data, previous, properties, manager, configuration,
        {"labels": {"background": 0, **{f"s{n}": n for n in foreground or [1]}}})
    seconds = time.perf_counter() - start
    processor_seconds = time.process_time() - processor_start
    if previous is not None:
        theirs = np.vstack([theirs] + [(labels == n).astype(np.float32) for n in foreground])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"size: nnU-Net {theirs.shape}, Delineate {ours.shape}")
    box = [list(map(int, b)) for b in properties["bbox_used_for_cropping"]]
    print(f"box: nnU-Net {box}, Delineate {answer['box']}")
    if theirs.shape == ours.shape:
        for n in range(len(ours)):
            difference = np.abs(theirs[n].astype(np.float64) - ours[n])
            print(f"channel {n}: largest difference {difference.max():.3g}, "
                  f"mean {difference.mean():.3g}, range {theirs[n].min():.4g} to {theirs[n].max():.4g}")
    print(f"nnU-Net: {seconds:.3f} s, {processor_seconds:.3f} s of processor time, {(peak - before) / 1024:.0f} MB more at its peak")
    print(f"Delineate: {answer['seconds']:.3f} s on {arguments.threads} thread(s), "
          f"{answer['processorSeconds']:.3f} s of processor time, "
          f"{(answer['peakBytes'] - answer['peakBytesBefore']) / 2**20:.0f} MB more at its peak")


if __name__ == "__main__":
    main()
