"""From a window's logits to the file: blending the windows, resampling to the scan's grid, choosing the
class and writing. nnU-Net's own functions in one process against the same stages of a Delineate run, to
which all time outside its report (starting up and ending) is counted too.

nnU-Net's network is replaced by one that hands out ready logits, so that its sliding window costs only
what blending costs. Passing the logits to its export process (a copy of several hundred MB) is left out,
in nnU-Net's favor.
"""

import argparse
import json
import time

import common
import make_models

STAGES = ("blend", "restore", "write")  # of Delineate's report, after the network


def nnunet(model, design, scan):
    """Seconds nnU-Net takes to blend, and to resample, arg-max and write."""
    import torch
    from nnunetv2.inference.export_prediction import export_prediction_from_logits
    from nnunetv2.inference.predict_from_raw_data import nnUNetPredictor

    predictor = nnUNetPredictor(use_mirroring=False, device=torch.device("cpu"), allow_tqdm=False)
    predictor.initialize_from_trained_model_folder(str(model), (0,), "checkpoint_final.pth")
    preprocessor = predictor.configuration_manager.preprocessor_class(verbose=False)
    data, _, properties = preprocessor.run_case(
        [str(scan)], None, predictor.plans_manager, predictor.configuration_manager, predictor.dataset_json)
    with torch.inference_mode():
        ready = predictor.network(make_models.window_of_scan(design))

    class Ready(torch.nn.Module):
        def forward(self, window):
            # A copy, as a network's output is: blending multiplies it in place.
            return ready.clone()

    predictor.network = Ready()
    start = time.monotonic()
    logits = predictor.predict_sliding_window_return_logits(torch.from_numpy(data)).numpy()
    blended = time.monotonic() - start
    start = time.monotonic()
    export_prediction_from_logits(logits, properties, predictor.configuration_manager, predictor.plans_manager,
                                  predictor.dataset_json, str(common.WORK / "export" / "nnunet"), False)
    return {"blend": blended, "resample, argmax, write": time.monotonic() - start}


def delineate(model, scan):
    run = common.measure([common.DELINEATE, "segment", scan, "--model", model, "--no-mirroring", "--json",
                          "--output", common.WORK / "export" / "delineate.nii.gz"])
    seconds = json.loads(run["stdout"])["seconds"]
    rest = run["seconds"] - seconds["total"]
    return {stage: seconds[stage] for stage in STAGES} | {"start-up and exit": rest}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", choices=common.MODELS, default="small")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--scan", type=common.pathlib.Path, default=common.SCAN)
    arguments = parser.parse_args()
    import os
    os.environ.update(common.nnunet_environment())
    (common.WORK / "export").mkdir(parents=True, exist_ok=True)
    model, design = common.MODELS[arguments.model], make_models.NETWORKS[arguments.model]
    runs = {"nnU-Net": [], "Delineate": []}
    for _ in range(arguments.repeats):
        runs["nnU-Net"].append(nnunet(model, design, arguments.scan))
        runs["Delineate"].append(delineate(model, arguments.scan))
    totals = {name: min(sum(stages.values()) for stages in measured) for name, measured in runs.items()}
    rows = []
    for name, measured in runs.items():
        best = min(measured, key=lambda stages: sum(stages.values()))
        rows.append([name, f"{totals[name]:.2f}", f"{totals['nnU-Net'] / totals[name]:.1f}x",
                     ", ".join(f"{stage} {seconds:.2f}" for stage, seconds in best.items())])
    common.store(f"export-{arguments.model}", {"runs": runs, "seconds": totals},
                 f"# Blend to file, 31 classes, network «{arguments.model}»\n\n"
                 + common.markdown(["program", "s (best of runs)", "speed", "by stage"], rows)
                 + f"\n\nRuns of each: {arguments.repeats}, taking turns. Aim: at least 15x.")


if __name__ == "__main__":
    main()
