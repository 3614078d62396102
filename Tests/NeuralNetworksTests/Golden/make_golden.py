"""Writes `unets.json`: logits of small networks of nnU-Net's own library, in float32.

    python Tests/NeuralNetworksTests/Golden/make_golden.py

Needs PyTorch and dynamic_network_architectures 0.4. Weights and inputs are drawn by SplitMix64 from a
hash of their names, so that the file need not hold them; the tests draw the same ones.
"""
import base64
import json
import os

import numpy as np
import torch
from dynamic_network_architectures.architectures.unet import PlainConvUNet, ResidualEncoderUNet

here = os.path.dirname(os.path.abspath(__file__))
np.seterr(over="ignore")


def drawn(name, shape):
    """Values in [-1, 1) with 24 bits, from the FNV-1a hash of the name."""
    seed = 0xCBF29CE484222325
    for byte in name.encode():
        seed = (seed ^ byte) * 0x100000001B3 % 2**64
    count = int(np.prod(shape))
    z = np.uint64(seed) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    values = (z >> np.uint64(40)).astype(np.float64) / 2**23 - 1
    return values.astype(np.float32).reshape(shape)


def weight(name, shape):
    values = drawn(name, shape) * np.float32(0.25)
    return values + np.float32(1) if name.endswith("norm.weight") else values


def example(name, encoder, size, batch=1, inputs=1, outputs=3, features=(8, 16, 24), kernels=None,
            strides=None, depths=(2, 1, 2), decoder=(1, 2), bias=True, epsilon=1e-5):
    kernels = kernels or [[1, 3, 3], [3, 3, 3], [3, 3, 3]]
    strides = strides or [[1, 1, 1], [1, 2, 2], [2, 2, 2]]
    common = dict(
        input_channels=inputs, n_stages=len(features), features_per_stage=list(features),
        conv_op=torch.nn.Conv3d, kernel_sizes=kernels, strides=strides, num_classes=outputs,
        n_conv_per_stage_decoder=list(decoder), conv_bias=bias,
        norm_op=torch.nn.InstanceNorm3d, norm_op_kwargs={"eps": epsilon, "affine": True},
        nonlin=torch.nn.LeakyReLU, nonlin_kwargs={"inplace": True}, deep_supervision=False)
    if encoder == "plain":
        network = PlainConvUNet(n_conv_per_stage=list(depths), **common)
    else:
        network = ResidualEncoderUNet(n_blocks_per_stage=list(depths), **common)
    network.eval().double()
    state = network.state_dict()
    network.load_state_dict({key: torch.from_numpy(weight(key, tuple(value.shape))) for key, value in state.items()
                             if ".all_modules." not in key and "decoder.encoder." not in key}, strict=False)
    network.double()
    shape = (batch, inputs, *size)
    with torch.no_grad():
        logits = network(torch.from_numpy(drawn(f"input of {name}", shape)).double())
    assert logits.shape == (batch, outputs, *size)
    return {
        "name": name, "shape": list(shape),
        "plan": {"encoder": encoder, "inputChannels": inputs, "outputChannels": outputs,
                 "features": list(features), "kernels": kernels, "strides": strides,
                 "encoderDepths": list(depths), "decoderDepths": list(decoder), "convolutionBias": bias,
                 "normalizationEpsilon": epsilon, "leakySlope": 0.01},
        "logits": base64.b64encode(logits.numpy().astype("<f4").tobytes()).decode(),
    }


def main():
    cubes = [[3, 3, 3]] * 3
    examples = [
        example("plain", "plain", (4, 8, 12)),
        example("plain, two inputs, batch of two, halved everywhere", "plain", (4, 4, 8), batch=2, inputs=2,
                kernels=cubes, strides=[[1, 1, 1], [2, 2, 2], [2, 2, 2]]),
        example("plain without bias, odd channels, two stages", "plain", (3, 6, 10), outputs=5, features=(5, 7),
                kernels=[[3, 3, 3], [1, 3, 3]], strides=[[1, 1, 1], [1, 2, 2]], depths=(1, 3), decoder=(2,),
                bias=False, epsilon=1e-3),
        example("residual", "residual", (4, 8, 12)),
        example("residual, deep, two inputs", "residual", (2, 8, 8), inputs=2, features=(8, 8, 32),
                depths=(1, 3, 2), decoder=(1, 1)),
        example("residual without bias, odd channels, two stages", "residual", (3, 6, 10), outputs=4,
                features=(6, 11), kernels=[[3, 3, 3], [3, 3, 3]], strides=[[1, 1, 1], [1, 2, 2]], depths=(2, 2),
                decoder=(1,), bias=False),
    ]
    with open(os.path.join(here, "unets.json"), "w") as file:
        json.dump(examples, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
