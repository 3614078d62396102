"""Compares an exported ONNX file with PyTorch's own network on the same windows.

    python onnx_agreement.py MODEL_FOLDER NETWORK.onnx [FOLD]

MODEL_FOLDER is nnU-Net's trained-model folder (`plans.json`, `dataset.json`, `fold_*`), NETWORK.onnx
what `delineate export-onnx` wrote from it. The network is built by dynamic_network_architectures
from the plans, as nnU-Net does. Prints the largest difference of any logit, and how far both are
from the network in float64; fails where a logit differs by more than 1e-4 (of itself, above 1).
Needs torch, onnx, onnxruntime, nnunetv2.
"""
import json
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from nnunetv2.utilities.get_network_from_plans import get_network_from_plans
from nnunetv2.utilities.label_handling.label_handling import determine_num_input_channels
from nnunetv2.utilities.plans_handling.plans_handler import PlansManager

TOLERANCE = 1e-4


def torch_network(folder, fold):
    plans = PlansManager(json.loads((folder / "plans.json").read_text()))
    dataset = json.loads((folder / "dataset.json").read_text())
    checkpoint = torch.load(
        folder / f"fold_{fold}" / "checkpoint_final.pth", map_location="cpu", weights_only=False)
    configuration = plans.get_configuration(checkpoint["init_args"]["configuration"])
    inputs = determine_num_input_channels(plans, configuration, dataset)
    network = get_network_from_plans(
        configuration.network_arch_class_name, configuration.network_arch_init_kwargs,
        configuration.network_arch_init_kwargs_req_import, inputs,
        plans.get_label_manager(dataset).num_segmentation_heads, deep_supervision=False)
    weights = {}
    for name, weight in checkpoint["network_weights"].items():
        while name.startswith(("module.", "_orig_mod.")):
            name = name.split(".", 1)[1]
        weights[name] = weight.float()
    # Layers are listed twice (`conv` and `all_modules.0`); only the first names count.
    network.load_state_dict(
        {n: w for n, w in weights.items() if "all_modules" not in n and "decoder.encoder" not in n},
        strict=False)
    return network.eval(), [inputs, *configuration.patch_size]


def main():
    folder, path = Path(sys.argv[1]), sys.argv[2]
    fold = sys.argv[3] if len(sys.argv) > 3 else "0"
    onnx.checker.check_model(path, full_check=True)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    network, shape = torch_network(folder, fold)
    generator = np.random.default_rng(7)
    worst = 0.0
    for batch in (1, 2):
        x = generator.standard_normal([batch, *shape]).astype(np.float32)
        with torch.inference_mode():
            expected = network(torch.from_numpy(x)).numpy()
            exact = network.double()(torch.from_numpy(x).double()).numpy()
            network.float()
        found = session.run(["logits"], {"input": x})[0]
        difference = np.abs(found - expected)
        print(f"batch {batch}: {list(expected.shape)}, logits {expected.min():.3f} to "
              f"{expected.max():.3f}, largest difference {difference.max():.2e} "
              f"(from float64: ONNX {np.abs(found - exact).max():.2e}, "
              f"PyTorch {np.abs(expected - exact).max():.2e})")
        worst = max(worst, float((difference / np.maximum(1, np.abs(expected))).max()))
    for entry in onnx.load(path, load_external_data=False).metadata_props:
        if entry.key != "plan":
            print(f"{entry.key}: {entry.value}")
    if not worst <= TOLERANCE:
        sys.exit(f"A logit differs by {worst:.2e} of itself, more than {TOLERANCE:.0e}.")


if __name__ == "__main__":
    main()
