"""Makes the small checkpoints and the expected numbers beside this file.

Needs torch, numpy, safetensors and dynamic_network_architectures:
    python make_checkpoints.py [FOLDER_OF_REAL_MODELS]
With a folder that holds `plain/…` and `resenc/…` model folders of nnU-Net it also writes
`real_models.json`.
"""
import json
import sys
from collections import OrderedDict
from pathlib import Path

import numpy as np
import torch
from dynamic_network_architectures.architectures.unet import PlainConvUNet, ResidualEncoderUNet
from safetensors.torch import save_file
from torch import nn

HERE = Path(__file__).parent
CLASSES = {"plain": PlainConvUNet, "residual": ResidualEncoderUNet}
ARCHITECTURES = {
    "plain": dict(
        n_stages=2, features_per_stage=[2, 4], kernel_sizes=[[1, 3, 3], [3, 3, 3]],
        strides=[[1, 1, 1], [1, 2, 2]], n_conv_per_stage=[1, 2], n_conv_per_stage_decoder=[1]),
    "residual": dict(
        n_stages=3, features_per_stage=[2, 3, 3], kernel_sizes=[[1, 1, 1], [1, 3, 3], [3, 1, 1]],
        strides=[[1, 1, 1], [1, 1, 1], [2, 2, 2]], n_blocks_per_stage=[1, 1, 1],
        n_conv_per_stage_decoder=[1, 1]),
}
DATASET = {
    "channel_names": {"0": "CT", "1": "T2"},
    "labels": {"background": 0, "Brainstem": 1, "Parotid_L": 2},
    "numTraining": 3,
    "file_ending": ".nrrd",
}


def summary(tensor):
    """Shape, two values and an order-sensitive sum, in float32 as weights are kept."""
    values = tensor.detach().float().contiguous().flatten().double()
    ranks = torch.arange(1, values.numel() + 1, dtype=torch.float64)
    return {
        "shape": list(tensor.shape), "first": values[0].item(), "last": values[-1].item(),
        "rankedSum": (values * ranks).sum().item(),
    }


def plans(name):
    spline = {"is_seg": False, "order": 3, "order_z": 0, "force_separate_z": None}
    depths = "n_conv_per_stage" if name == "plain" else "n_blocks_per_stage"
    statistics = {"mean": 40.5, "std": 200.25, "percentile_00_5": -900.0, "percentile_99_5": 1500.0,
                  "median": 40.0, "min": -1000.0, "max": 3000.0}
    return {
        "dataset_name": "Dataset001_Tiny", "plans_name": "nnUNetPlans",
        "original_median_spacing_after_transp": [3.0, 1.0, 1.0],
        "image_reader_writer": "SimpleITKIO",
        "transpose_forward": [1, 2, 0], "transpose_backward": [2, 0, 1],
        "configurations": {"3d_fullres": {
            "data_identifier": "nnUNetPlans_3d_fullres", "preprocessor_name": "DefaultPreprocessor",
            "batch_size": 2, "patch_size": [8, 16, 16], "spacing": [3.0, 1.0, 1.5],
            "normalization_schemes": ["CTNormalization", "ZScoreNormalization"],
            "use_mask_for_norm": [False, True],
            "resampling_fn_data": "resample_data_or_seg_to_shape",
            "resampling_fn_data_kwargs": spline,
            "resampling_fn_seg": "resample_data_or_seg_to_shape",
            "resampling_fn_seg_kwargs": spline | {"is_seg": True, "order": 1},
            "resampling_fn_probabilities": "resample_data_or_seg_to_shape",
            "resampling_fn_probabilities_kwargs": spline | {"order": 1},
            "architecture": {
                "network_class_name": "dynamic_network_architectures.architectures.unet."
                                      + CLASSES[name].__name__,
                "arch_kwargs": ARCHITECTURES[name] | {
                    "conv_op": "torch.nn.modules.conv.Conv3d", "conv_bias": True,
                    "norm_op": "torch.nn.modules.instancenorm.InstanceNorm3d",
                    "norm_op_kwargs": {"eps": 1e-05, "affine": True},
                    "dropout_op": None, "dropout_op_kwargs": None,
                    "nonlin": "torch.nn.LeakyReLU", "nonlin_kwargs": {"inplace": True}},
                "_kw_requires_import": ["conv_op", "norm_op", "dropout_op", "nonlin"]},
            "batch_dice": False}},
        "experiment_planner_used": "ExperimentPlanner", "label_manager": "LabelManager",
        "foreground_intensity_properties_per_channel": {"0": statistics, "1": statistics},
    }


def disguise(weights):
    """Stores some weights as real checkpoints may: strided, shared, and in other precisions."""
    names = [n for n in weights if n.startswith("encoder.") and "all_modules" not in n]
    kernels = [n for n in names if n.endswith("conv.weight")]
    norms = [n for n in names if n.endswith("norm.weight")]
    first, second = norms[0], norms[1]
    shared = torch.cat([torch.full((3,), 7.0), weights[first], weights[second]])
    count = weights[first].numel()
    weights[first] = shared[3:3 + count]
    weights[second] = shared[3 + count:]
    weights[kernels[0]] = weights[kernels[0]].permute(4, 3, 2, 1, 0).contiguous().permute(4, 3, 2, 1, 0)
    weights[kernels[1]] = weights[kernels[1]].contiguous(memory_format=torch.channels_last_3d)
    weights[norms[2]] = weights[norms[2]].double()
    weights["decoder.transpconvs.0.bias"] = weights["decoder.transpconvs.0.bias"].half()
    weights["decoder.transpconvs.0.weight"] = weights["decoder.transpconvs.0.weight"].bfloat16()
    return weights


def make(name, prefix):
    network = CLASSES[name](
        input_channels=2, num_classes=3, conv_op=nn.Conv3d, conv_bias=True,
        norm_op=nn.InstanceNorm3d, norm_op_kwargs={"eps": 1e-5, "affine": True},
        nonlin=nn.LeakyReLU, nonlin_kwargs={"inplace": True}, deep_supervision=True,
        **ARCHITECTURES[name])
    for parameter in network.parameters():
        nn.init.normal_(parameter, std=0.3)
    optimizer = torch.optim.SGD(network.decoder.stages.parameters(), lr=0.01, momentum=0.99, nesterov=True)
    loss = sum(output.sum() for output in network(torch.rand(1, 2, 8, 16, 16)))
    loss.backward()
    optimizer.step()
    weights = disguise(OrderedDict(network.state_dict()))
    kept = {n: w for n, w in weights.items()
            if "all_modules" not in n and not n.startswith("decoder.encoder.")}
    if name == "plain":
        save_safetensors(kept)
    plan = plans(name)
    checkpoint = {
        "network_weights": OrderedDict((prefix + n, w) for n, w in weights.items()),
        "optimizer_state": optimizer.state_dict(),
        "grad_scaler_state": None,
        "logging": {"ema_fg_dice": [np.float32(0.25), np.float64(0.5)], "lrs": [0.01, 1e-3],
                    "epochs": np.int64(2), "best": np.bool_(True), "curve": np.arange(3.0)},
        "_best_ema": np.float32(0.25), "current_epoch": 2,
        "init_args": {"plans": plan, "configuration": "3d_fullres", "fold": 0,
                      "dataset_json": DATASET, "device": torch.device("cpu")},
        "trainer_name": "nnUNetTrainer", "inference_allowed_mirroring_axes": (0, 2),
    }
    folder = HERE / name
    (folder / "fold_0").mkdir(parents=True, exist_ok=True)
    torch.save(checkpoint, folder / "fold_0" / "checkpoint_final.pth")
    (folder / "plans.json").write_text(json.dumps(plan, indent=1) + "\n")
    (folder / "dataset.json").write_text(json.dumps(DATASET, indent=1) + "\n")
    (HERE / f"{name}_weights.json").write_text(
        json.dumps({n: summary(w) for n, w in kept.items()}, indent=1) + "\n")


def save_safetensors(weights):
    """The plain network's weights by the safetensors package, in F32, F16 and BF16."""
    save_file({n: w.float().contiguous() if w.dtype == torch.float64 else w.contiguous()
               for n, w in weights.items()}, HERE / "plain_weights.safetensors")


def summarize_real(folder):
    models = {}
    for name in ("plain", "resenc"):
        path = next((folder / name).glob("*/*/fold_0/checkpoint_final.pth"))
        weights = torch.load(path, map_location="cpu", weights_only=False)["network_weights"]
        kept = {n: summary(w) for n, w in weights.items()
                if "all_modules" not in n and not n.startswith("decoder.encoder.")}
        heads = [n for n in kept if n.startswith("decoder.seg_layers.")]
        last = max(int(n.split(".")[2]) for n in heads)
        models[name] = {n: s for n, s in kept.items()
                        if n not in heads or n.startswith(f"decoder.seg_layers.{last}.")}
    (HERE / "real_models.json").write_text(json.dumps(models) + "\n")


if __name__ == "__main__":
    torch.manual_seed(5)
    make("plain", "module.")
    make("residual", "_orig_mod.")
    if len(sys.argv) > 1:
        summarize_real(Path(sys.argv[1]))
