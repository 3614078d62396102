"""A 512x512x120 CT with 31 classes: nnU-Net and Delineate with the same model and settings, on the same
machine, in turn. Wall time from the start of the program to its end, and the peak memory of the whole
process tree.
"""

import argparse
import json
import statistics

import common

# nnU-Net starts three workers for preprocessing and three for export unless told otherwise; one of each
# is the better setting for one scan.
NNUNET = {"nnU-Net": [], "nnU-Net -npp 1 -nps 1": ["-npp", "1", "-nps", "1"]}
DELINEATE = {
    "Delineate fp32": ["--precision", "fp32"],
    "Delineate bf16": ["--precision", "bf16"],
    "Delineate fp32, body windows": ["--precision", "fp32", "--window-placement", "body"],
    "Delineate bf16, body windows": ["--precision", "bf16", "--window-placement", "body"],
}
REPEATS = {"small": 3, "resenc": 1}
# Times nnU-Net's: fp32, bf16, and (best of) body windows.
AIMS = {"small": {"Delineate fp32": 5, "Delineate bf16": 7, "Delineate bf16, body windows": 8},
        "resenc": {"Delineate fp32": 2.2, "Delineate bf16": 4, "Delineate bf16, body windows": 8}}


def run_nnunet(name, model, folder, scan):
    output = folder / "nnunet"
    command = [common.PEERS / "bin" / "nnUNetv2_predict_from_modelfolder", "-i", scan.parent, "-o", output,
               "-m", model, "-f", "0", "-device", "cpu", "--disable_tta", "--disable_progress_bar", *NNUNET[name]]
    run = common.measure(command, common.nnunet_environment(), folder / f"{name.replace(' ', '_')}.log")

    def moment(words):
        return next((when for when, line in run["lines"] if words in line), None)

    started, inferred = moment("Predicting "), moment("sending off prediction")
    if started is not None and inferred is not None:
        run["stages"] = {"imports, reading, preprocessing": started, "network and blending": inferred - started,
                         "resampling, argmax, writing, shutdown": run["seconds"] - inferred}
    run["labels"] = str(output / f"{scan.name.replace('_0000', '')}")
    return run


def run_delineate(name, model, folder, scan):
    labels = folder / f"{name.replace(' ', '_').replace(',', '')}.nii.gz"
    command = [common.DELINEATE, "segment", scan, "--model", model, "--output", labels,
               "--no-mirroring", "--json", *DELINEATE[name]]
    run = common.measure(command, log=folder / f"{name.replace(' ', '_')}.log")
    report = json.loads(run["stdout"])
    run["report"] = {key: report.get(key) for key in ("seconds", "windows", "peakMemoryInMegabytes", "versions")}
    run["stages"] = report["seconds"]
    run["labels"] = str(labels)
    return run


def start_up():
    """The shortest of five starts of the program, seconds."""
    return min(common.measure([common.DELINEATE, "--help"])["seconds"] for _ in range(5))


def earlier_nnunet(model_name):
    """nnU-Net's runs of the latest results file that has any, with the file's date and machine."""
    for path in sorted(common.RESULTS.glob(f"*-speed-{model_name}.json"), reverse=True):
        record = json.loads(path.read_text())
        runs = {name: runs for name, runs in record["runs"].items() if name in NNUNET}
        if runs:
            return record.get("nnunet_from", f"{record['date']}, commit {record['versions']['commit']}"), runs
    raise SystemExit(f"--skip-nnunet: no earlier measurement of {model_name} in {common.RESULTS}")


def table(model_name, runs, agreements, nnunet_from, startup):
    def best(name, key):
        return statistics.median(run[key] for run in runs[name])

    baselines = [name for name in NNUNET if name in runs]
    fastest = min(baselines, key=lambda name: best(name, "seconds"))
    rows = []
    for name, measured in runs.items():
        faster = best(fastest, "seconds") / best(name, "seconds")
        smaller = best(fastest, "peak_pss_mb") / max(1, best(name, "peak_pss_mb"))
        aim = AIMS[model_name].get(name)
        equal = agreements.get(name)
        windows = (measured[0].get("report") or {}).get("windows")
        rows.append([
            name, f"{best(name, 'seconds'):.1f}" + (f" ({len(measured)} runs)" if len(measured) > 1 else ""),
            f"{faster:.2f}x" + (f" (aim {aim}x)" if aim else ""), f"{best(name, 'peak_pss_mb') / 1000:.2f}",
            f"1/{smaller:.1f}", f"{best(name, 'peak_rss_mb') / 1000:.2f}", measured[0]["processes"],
            f"{windows['run']} of {windows['possible']}" if windows else "all",
            "–" if equal is None else f"{100 * equal['equal']:.4f} %",
            "–" if equal is None or equal["smallest_dice"] is None else f"{equal['smallest_dice']:.5f}",
        ])
    heading = ["run", "wall s", "speed", "peak GB (PSS)", "of nnU-Net", "peak GB (RSS)", "processes",
               "windows", "equal voxels", "smallest Dice"]
    lines = [f"# A 512x512x120 CT, 31 classes, network «{model_name}», no mirroring", "",
             common.markdown(heading, rows), "",
             f"Speed and memory are against «{fastest}», the faster of nnU-Net's runs; medians over the runs, "
             "which took turns. Peak memory is of the whole process tree: PSS counts a page shared by n "
             "processes n times 1/n, RSS counts it n times; aims: at most 1/4 of nnU-Net's and at most 3 GB. Equal voxels and Dice are against nnU-Net's labels.",
             f"Start-up of Delineate (`--help`): {startup:.2f} s (aim: under 1 s)."]
    if nnunet_from:
        lines.append(f"**nnU-Net was not run this time: its figures are of an earlier run ({nnunet_from}).**")
    lines += ["", "Seconds by stage:", ""]
    lines += [f"- {name}: " + ", ".join(f"{stage} {seconds:.2f}" for stage, seconds in measured[-1]["stages"].items())
              for name, measured in runs.items() if measured[-1].get("stages")]
    lines += ["", "Command lines:", "", "```"]
    lines += [" ".join(measured[0]["command"]) for measured in runs.values()]
    return "\n".join(lines + ["```"])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=common.MODELS)
    parser.add_argument("--repeats", type=int, help="runs of each (3 of small, 1 of resenc)")
    parser.add_argument("--skip-nnunet", action="store_true", help="use nnU-Net's earlier measurement")
    parser.add_argument("--all-nnunet", action="store_true", help="both of nnU-Net's settings, on resenc too")
    parser.add_argument("--scan", type=common.pathlib.Path, default=common.SCAN, help="named CASE_0000.nii.gz, alone in its folder")
    parser.add_argument("--runs", nargs="+", help="words that the names of Delineate's runs must contain")
    parser.add_argument("--name", help="of the results file, speed-MODEL by default")
    arguments = parser.parse_args()
    for model_name, model in common.MODELS.items():
        if arguments.only not in (None, model_name):
            continue
        folder = common.WORK / "speed" / model_name
        folder.mkdir(parents=True, exist_ok=True)
        nnunet = [] if arguments.skip_nnunet else list(NNUNET)
        if model_name == "resenc" and not arguments.all_nnunet:
            nnunet = nnunet[-1:]
        ours = [name for name in DELINEATE
                if not arguments.runs or any(word in name for word in arguments.runs)]
        nnunet_from, runs = earlier_nnunet(model_name) if arguments.skip_nnunet else (None, {})
        runs |= {name: [] for name in [*nnunet, *ours]}
        for _ in range(arguments.repeats or REPEATS[model_name]):
            for name in [*nnunet, *ours]:
                run = (run_nnunet if name in NNUNET else run_delineate)(name, model, folder, arguments.scan)
                print(f"{model_name}: {name}: {run['seconds']:.1f} s, {run['peak_pss_mb']} MB", flush=True)
                runs[name].append({key: value for key, value in run.items() if key not in ("lines", "stdout")})
        reference = next(runs[name][-1]["labels"] for name in NNUNET if name in runs)
        agreements = {}
        if common.pathlib.Path(reference).exists():
            expected = common.labels_of(reference)
            agreements = {name: common.agreement(expected, common.labels_of(runs[name][-1]["labels"]))
                          for name in ours}
        startup = start_up()
        common.store(arguments.name or f"speed-{model_name}",
                     {"model": model_name, "scan": arguments.scan.name, "runs": runs, "agreement": agreements,
                      "startup_seconds": startup} | ({"nnunet_from": nnunet_from} if nnunet_from else {}),
                     table(model_name, runs, agreements, nnunet_from, startup))


if __name__ == "__main__":
    main()
