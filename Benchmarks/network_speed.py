"""The network alone: one 48x192x192 window through the residual encoder M, in PyTorch's eager mode (what
nnU-Net runs), in OpenVINO, and in Delineate.

PyTorch and OpenVINO: one window to warm up, then three; the median. Delineate: the network's share of a
real run over a small part of the benchmark scan, from the run's own report, so its first window is in it.
"""

import argparse
import json
import statistics
import subprocess
import time

import numpy

import common
import make_models


def clock(run, repeats):
    """Median seconds of the repeats, after one that warms up, and the last result."""
    result = run()
    seconds = []
    for _ in range(repeats):
        start = time.monotonic()
        result = run()
        seconds.append(time.monotonic() - start)
    return statistics.median(seconds), result


def eager(network, window, repeats):
    import torch
    with torch.inference_mode():
        return clock(lambda: network(window).numpy(), repeats)


def openvino(source, window, precision, repeats):
    import openvino
    core = openvino.Core()
    model = core.read_model(source) if isinstance(source, str) else source
    start = time.monotonic()
    compiled = core.compile_model(model, "CPU", {
        "INFERENCE_PRECISION_HINT": precision, "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_NUM_THREADS": common.machine()["cores"]})
    compiling = time.monotonic() - start
    request = compiled.create_infer_request()
    seconds, outputs = clock(lambda: request.infer([window])[0], repeats)
    return seconds, outputs, compiling


def exported(model, network, window):
    """The network for OpenVINO: Delineate's ONNX file, or where that fails OpenVINO's own conversion."""
    onnx = common.WORK / "network.onnx"
    onnx.unlink(missing_ok=True)
    try:
        subprocess.run([str(common.DELINEATE), "export-onnx", str(model), "--output", str(onnx)], check=True)
        return str(onnx), "delineate export-onnx"
    except (OSError, subprocess.CalledProcessError):
        import openvino
        return openvino.convert_model(network, example_input=window, input=[window.shape]), "openvino.convert_model"


def small_scan(design, extra):
    """A part of the benchmark scan that takes 2x2x2 windows (or, without extra, one)."""
    import SimpleITK
    scan = SimpleITK.ReadImage(str(common.SCAN))
    size = [min(n * (3 if extra else 2) // 2, whole) for n, whole in zip(design["patch"][::-1], scan.GetSize())]
    start = [(whole - n) // 2 for n, whole in zip(size, scan.GetSize())]
    path = common.WORK / "part" / "HaN_001_0000.nii.gz"
    path.parent.mkdir(parents=True, exist_ok=True)
    SimpleITK.WriteImage(SimpleITK.RegionOfInterest(scan, size, start), str(path))
    return path


def delineate(model, scan, precision):
    """Seconds a window, windows, and the stage's share of the run."""
    output = common.WORK / "part" / "labels.nii.gz"
    run = common.measure([common.DELINEATE, "segment", scan, "--model", model, "--output", output,
                          "--no-mirroring", "--json", "--precision", precision])
    report = json.loads(run["stdout"])
    return report["seconds"]["network"] / report["windows"]["run"], report["windows"]["run"]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", choices=common.MODELS, default="resenc")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="one window of Delineate, one repeat of the others")
    arguments = parser.parse_args()
    repeats = 1 if arguments.quick else arguments.repeats
    import torch
    torch.set_num_threads(common.machine()["cores"])
    design, model = make_models.NETWORKS[arguments.model], common.MODELS[arguments.model]
    network = make_models.build(design, deep_supervision=False)
    checkpoint = torch.load(model / "fold_0" / "checkpoint_final.pth", weights_only=False)
    network.load_state_dict(checkpoint["network_weights"])
    window = make_models.window_of_scan(design)
    work = make_models.operations(design)

    rows, records = [], {}

    def note(name, seconds, remark="", difference=None):
        records[name] = {"seconds": seconds, "remark": remark, "difference": difference}
        rows.append([name, f"{seconds:.2f}", f"{records['PyTorch eager fp32']['seconds'] / seconds:.2f}x",
                     f"{work / seconds / 1e9:.0f}", "–" if difference is None else f"{difference:.1e}", remark])
        print(*rows[-1], flush=True)

    seconds, expected = eager(network, window, repeats)
    note("PyTorch eager fp32", seconds, "what nnU-Net runs")
    source, how = exported(model, network, window)
    for precision, name in (("f32", "fp32"), ("bf16", "bf16")):
        seconds, outputs, compiling = openvino(source, window.numpy(), precision, repeats)
        note(f"OpenVINO {name}", seconds, f"compiled in {compiling:.0f} s, from {how}",
             float(numpy.abs(outputs - expected).max()))
        del outputs
    scan = small_scan(design, extra=not arguments.quick)
    for precision in ("fp32", "bf16"):
        seconds, windows = delineate(model, scan, precision)
        note(f"Delineate {precision}", seconds, f"mean of {windows} windows in a run, the first included")

    heading = ["network alone", "s a window", "of eager", "GFLOP/s", "largest difference of a logit", "remark"]
    common.store(f"network-{arguments.model}", {"gflop": work / 1e9, "runs": records},
                 f"# One window of {'x'.join(map(str, design['patch']))}, {work / 1e9:.0f} GFLOP\n\n"
                 + common.markdown(heading, rows)
                 + "\n\nAims: at least OpenVINO's speed, 2.1x (fp32) and 4.0x (bf16) of eager.")


if __name__ == "__main__":
    main()
