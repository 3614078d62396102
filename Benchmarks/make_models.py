"""Writes two nnU-Net v2 model folders of HaN-Seg's size (31 classes) for the speed comparison.

    small      PlainConvUNet, features 8 to 32; a 512x512x120 scan becomes 120x256x256, 20 windows
    resenc-m   ResidualEncoderUNet of nnU-Net's preset M; 120x512x512, 100 windows

The weights are random but seeded. Untrained logits are all alike, so the last layer is calibrated on one
window of the benchmark scan: every class's logit gets mean 0 and deviation 1 over the window, and the
background a head start that gives it most of the volume, as in a trained network. The folders have the
form in which nnU-Net's trainer writes them, and nnU-Net loads them.
"""

import argparse
import json

import numpy
import torch
from dynamic_network_architectures.architectures.unet import PlainConvUNet, ResidualEncoderUNet

import common

STRUCTURES = """A_Carotid_L A_Carotid_R Arytenoid Bone_Mandible Brainstem BuccalMucosa Cavity_Oral Cochlea_L
Cochlea_R Cricopharyngeus Esophagus_S Eye_AL Eye_AR Eye_PL Eye_PR Glnd_Lacrimal_L Glnd_Lacrimal_R
Glnd_Submand_L Glnd_Submand_R Glnd_Thyroid Glottis Larynx_SG Lips OpticChiasm OpticNrv_L OpticNrv_R
Parotid_L Parotid_R Pituitary SpinalCord""".split()

INTENSITIES = {"max": 3071.0, "mean": 120.0, "median": 45.0, "min": -1024.0,
               "percentile_00_5": -900.0, "percentile_99_5": 1500.0, "std": 300.0}
FLAT, CUBE = [1, 3, 3], [3, 3, 3]
SAME, PLANE, HALF = [1, 1, 1], [1, 2, 2], [2, 2, 2]
NETWORKS = {
    "small": dict(
        network=PlainConvUNet, folder="small", patch=[40, 192, 192], spacing=[2.5, 1.953125, 1.953125],
        shape=[120, 256, 256], features=[8, 16, 32, 32], kernels=[CUBE] * 4, strides=[SAME, PLANE, HALF, HALF],
        blocks={"n_conv_per_stage": [2] * 4, "n_conv_per_stage_decoder": [2] * 3}),
    "resenc": dict(
        network=ResidualEncoderUNet, folder="resenc-m", patch=[48, 192, 192],
        spacing=[2.5, 0.9765625, 0.9765625], shape=[120, 512, 512], features=[32, 64, 128, 256, 320, 320],
        kernels=[FLAT] + [CUBE] * 5, strides=[SAME, PLANE, HALF, HALF, HALF, PLANE],
        blocks={"n_blocks_per_stage": [1, 3, 4, 6, 6, 6], "n_conv_per_stage_decoder": [1] * 5}),
}
NORMALIZATION = {"eps": 1e-05, "affine": True}


def dataset():
    return {"channel_names": {"0": "CT"}, "numTraining": 42, "file_ending": ".nii.gz",
            "labels": {"background": 0} | {name: code for code, name in enumerate(STRUCTURES, 1)}}


def plans(design):
    """plans.json with the one configuration, as nnU-Net's planner writes it."""
    def resampling(is_label, order):
        return {"is_seg": is_label, "order": order, "order_z": 0, "force_separate_z": None}

    return {
        "dataset_name": "Dataset999_HaNSeg", "plans_name": "nnUNetPlans",
        "original_median_spacing_after_transp": [2.5, 0.9765625, 0.9765625],
        "original_median_shape_after_transp": [120, 512, 512], "image_reader_writer": "SimpleITKIO",
        "transpose_forward": [0, 1, 2], "transpose_backward": [0, 1, 2],
        "configurations": {"3d_fullres": {
            "data_identifier": "nnUNetPlans_3d_fullres", "preprocessor_name": "DefaultPreprocessor",
            "batch_size": 2, "patch_size": design["patch"],
            "median_image_size_in_voxels": [float(n) for n in design["shape"]], "spacing": design["spacing"],
            "normalization_schemes": ["CTNormalization"], "use_mask_for_norm": [False],
            "resampling_fn_data": "resample_data_or_seg_to_shape",
            "resampling_fn_seg": "resample_data_or_seg_to_shape",
            "resampling_fn_data_kwargs": resampling(False, 3), "resampling_fn_seg_kwargs": resampling(True, 1),
            "resampling_fn_probabilities": "resample_data_or_seg_to_shape",
            "resampling_fn_probabilities_kwargs": resampling(False, 1),
            "architecture": {
                "network_class_name": f"dynamic_network_architectures.architectures.unet.{design['network'].__name__}",
                "arch_kwargs": {
                    "n_stages": len(design["features"]), "features_per_stage": design["features"],
                    "conv_op": "torch.nn.modules.conv.Conv3d", "kernel_sizes": design["kernels"],
                    "strides": design["strides"], **design["blocks"], "conv_bias": True,
                    "norm_op": "torch.nn.modules.instancenorm.InstanceNorm3d", "norm_op_kwargs": NORMALIZATION,
                    "dropout_op": None, "dropout_op_kwargs": None,
                    "nonlin": "torch.nn.LeakyReLU", "nonlin_kwargs": {"inplace": True}},
                "_kw_requires_import": ["conv_op", "norm_op", "dropout_op", "nonlin"]},
            "batch_dice": False}},
        "experiment_planner_used": "ExperimentPlanner", "label_manager": "LabelManager",
        "foreground_intensity_properties_per_channel": {"0": INTENSITIES},
    }


def build(design, deep_supervision=True):
    """The network with nnU-Net's own initialization, from a fixed seed."""
    torch.manual_seed(2026)
    network = design["network"](
        input_channels=1, n_stages=len(design["features"]), features_per_stage=design["features"],
        conv_op=torch.nn.Conv3d, kernel_sizes=design["kernels"], strides=design["strides"],
        num_classes=len(STRUCTURES) + 1, conv_bias=True, norm_op=torch.nn.InstanceNorm3d,
        norm_op_kwargs=NORMALIZATION, nonlin=torch.nn.LeakyReLU, nonlin_kwargs={"inplace": True},
        deep_supervision=deep_supervision, **design["blocks"])
    network.apply(network.initialize)
    for module in network.modules():
        if isinstance(module, torch.nn.InstanceNorm3d):  # 1 and 0 before training; not after it
            torch.nn.init.uniform_(module.weight, 0.7, 1.3)
            torch.nn.init.normal_(module.bias, 0, 0.1)
    return network.eval()


def window_of_scan(design):
    """A normalized window from the middle of the scan, not resampled: [1, 1, D, H, W]."""
    voxels = common.labels_of(common.SCAN).astype(numpy.float32)
    corner = [(n - size) // 2 for n, size in zip(voxels.shape, design["patch"])]
    window = voxels[tuple(slice(start, start + size) for start, size in zip(corner, design["patch"]))]
    window = numpy.clip(window, INTENSITIES["percentile_00_5"], INTENSITIES["percentile_99_5"])
    return torch.from_numpy((window - INTENSITIES["mean"]) / INTENSITIES["std"])[None, None]


def calibrate(network, window):
    """Rescales the last layer in place and returns the fraction of the window that is background."""
    head = network.decoder.seg_layers[-1]
    network.decoder.deep_supervision = False
    with torch.no_grad():
        logits = network(window)[0]
        mean, deviation = logits.mean((1, 2, 3)), logits.std((1, 2, 3))
        head.bias.copy_((head.bias - mean) / deviation)
        head.weight.div_(deviation[:, None, None, None, None])
        standard = (logits - mean[:, None, None, None]) / deviation[:, None, None, None]
        # The head start at which nine tenths of the window are background.
        lead = (standard[1:].amax(0) - standard[0]).flatten()
        start = torch.quantile(lead[:: max(1, lead.numel() // 1_000_000)], 0.9)
        head.bias[0] += start
        background = (lead < start).float().mean().item()
    network.decoder.deep_supervision = True
    return background


def operations(design):
    """Floating-point operations of one window's forward pass, a multiply-add counted as two."""
    from torch.utils.flop_counter import FlopCounterMode
    with torch.device("meta"):
        network = build(design, deep_supervision=False)
        window = torch.empty(1, 1, *design["patch"])
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        network(window)
    return counter.get_total_flops()


def write(design, network):
    folder = common.WORK / "models" / design["folder"]
    (folder / "fold_0").mkdir(parents=True, exist_ok=True)
    (folder / "dataset.json").write_text(json.dumps(dataset(), indent=4))
    (folder / "plans.json").write_text(json.dumps(plans(design), indent=4))
    optimizer = torch.optim.SGD(network.parameters(), 1e-2, momentum=0.99, nesterov=True, weight_decay=3e-5)
    torch.save({
        "network_weights": network.state_dict(), "optimizer_state": optimizer.state_dict(),
        "grad_scaler_state": None, "logging": {"mean_fg_dice": [numpy.float64(0.5)]}, "_best_ema": 0.5,
        "current_epoch": 1, "trainer_name": "nnUNetTrainer", "inference_allowed_mirroring_axes": (0, 1, 2),
        "init_args": {"plans": plans(design), "configuration": "3d_fullres", "fold": 0,
                      "dataset_json": dataset(), "device": torch.device("cpu")},
    }, folder / "fold_0" / "unfinished.pth")
    (folder / "fold_0" / "unfinished.pth").rename(folder / "fold_0" / "checkpoint_final.pth")
    return folder


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=NETWORKS)
    parser.add_argument("--again", action="store_true", help="write them even where they are there")
    arguments = parser.parse_args()
    for name, design in NETWORKS.items():
        if arguments.only not in (None, name):
            continue
        checkpoint = common.MODELS[name] / "fold_0" / "checkpoint_final.pth"
        if checkpoint.exists() and not arguments.again:
            print(f"{common.MODELS[name]} is there.")
            continue
        network = build(design)
        background = calibrate(network, window_of_scan(design))
        folder = write(design, network)
        parameters = sum(tensor.numel() for tensor in network.parameters())
        print(f"{folder}: {parameters / 1e6:.1f} M parameters, {operations(design) / 1e9:.0f} GFLOP a window, "
              f"{100 * background:.0f} % of a window background")


if __name__ == "__main__":
    main()
