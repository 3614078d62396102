"""Writes `attention.json`: logits and gradients of small U-Nets with attention to masks, by PyTorch.

    python Tests/NeuralNetworksTests/Golden/make_attention_golden.py

The U-Nets are nnU-Net's own library's; the attention is written here from its formulas (CBAM with masks
beside the maps that the gate over voxels sees). Double precision; weights and inputs are drawn as
`make_golden.py` draws them.
"""
import base64
import json
import os

import torch
import torch.nn.functional as F
from dynamic_network_architectures.architectures.unet import PlainConvUNet, ResidualEncoderUNet

from make_golden import drawn, weight

here = os.path.dirname(os.path.abspath(__file__))


class Attention(torch.nn.Module):
    """x + x · s(mlp(mean) + mlp(max)) · s(conv([max over channels, mean over channels, masks]))."""

    def __init__(self, channels, masks, reduction, kernel):
        super().__init__()
        hidden = max(1, channels // reduction)
        self.excite = torch.nn.ModuleList(
            [torch.nn.Conv3d(channels, hidden, 1), torch.nn.Conv3d(hidden, channels, 1)])
        self.attend = torch.nn.Conv3d(2 + 2 * masks, 1, kernel, padding=[k // 2 for k in kernel])

    def forward(self, x, masks):
        def mlp(v):
            return self.excite[1](F.relu(self.excite[0](v)))
        y = x * torch.sigmoid(mlp(F.adaptive_avg_pool3d(x, 1)) + mlp(F.adaptive_max_pool3d(x, 1)))
        maps = torch.cat([y.amax(1, keepdim=True), y.mean(1, keepdim=True), *masks], 1)
        return x + y * torch.sigmoid(self.attend(maps))


class Network(torch.nn.Module):
    def __init__(self, unet, plan):
        super().__init__()
        self.unet, self.plan = unet, plan
        self.attention = torch.nn.ModuleList(
            Attention(c, len(plan["maskAttention"]["channels"]), plan["maskAttention"]["reduction"],
                      [1 if k == 1 else plan["maskAttention"]["kernel"] for k in kernel])
            for c, kernel in zip(plan["features"], plan["kernels"]))

    def forward(self, image):
        encoder = self.unet.encoder
        stem = getattr(encoder, "stem", None)
        x = image if stem is None else stem(image)
        largest = shares = image[:, self.plan["maskAttention"]["channels"]]
        skips = []
        for index, (stage, attention) in enumerate(zip(encoder.stages, self.attention)):
            x = stage(x)
            if index > 0:
                stride = self.plan["strides"][index]
                largest, shares = F.max_pool3d(largest, stride), F.avg_pool3d(shares, stride)
            x = attention(x, [largest, shares])
            skips.append(x)
        return self.unet.decoder(skips)


def example(name, encoder, size, batch, inputs, masks, features, kernels, strides, depths, decoder, reduction=16,
            kernel=7):
    plan = {"encoder": encoder, "inputChannels": inputs, "outputChannels": 3, "features": features,
            "kernels": kernels, "strides": strides, "encoderDepths": depths, "decoderDepths": decoder,
            "convolutionBias": True, "normalizationEpsilon": 1e-5, "leakySlope": 0.01,
            "maskAttention": {"channels": masks, "reduction": reduction, "kernel": kernel}}
    common = dict(
        input_channels=inputs, n_stages=len(features), features_per_stage=features, conv_op=torch.nn.Conv3d,
        kernel_sizes=kernels, strides=strides, num_classes=3, n_conv_per_stage_decoder=decoder, conv_bias=True,
        norm_op=torch.nn.InstanceNorm3d, norm_op_kwargs={"eps": 1e-5, "affine": True}, nonlin=torch.nn.LeakyReLU,
        nonlin_kwargs={"inplace": True}, deep_supervision=False)
    unet = (PlainConvUNet(n_conv_per_stage=depths, **common) if encoder == "plain"
            else ResidualEncoderUNet(n_blocks_per_stage=depths, **common))
    network = Network(unet, plan).double()
    # Our names: the U-Net's own, and encoder.attention.STAGE for what is added.
    def ours(key):
        return "encoder." + key if key.startswith("attention.") else key.removeprefix("unet.")
    state = {key: torch.from_numpy(weight(ours(key), tuple(value.shape))).double()
             for key, value in network.state_dict().items()
             if ".all_modules." not in key and "decoder.encoder." not in key}
    network.load_state_dict(state, strict=False)
    shape = [batch, inputs, *size]
    image = torch.from_numpy(drawn(f"input of {name}", tuple(shape))).double()
    logits = network(image)
    (logits * torch.from_numpy(drawn("probe of logits", tuple(logits.shape))).double()).sum().backward()
    gradients = {ours(key): float((value.grad * torch.from_numpy(
        drawn(f"probe {ours(key)}", tuple(value.shape))).double()).sum())
        for key, value in network.named_parameters() if key.startswith("attention.")}
    return {"name": name, "shape": shape, "plan": plan, "gradients": gradients,
            "logits": base64.b64encode(logits.detach().numpy().astype("<f4").tobytes()).decode()}


def main():
    kernels, strides = [[1, 3, 3], [3, 3, 3], [3, 3, 3]], [[1, 1, 1], [1, 2, 2], [2, 2, 2]]
    examples = [
        example("two masks, residual", "residual", (4, 8, 12), 2, 4, [2, 3], [8, 16, 32], kernels, strides,
                [1, 2, 1], [1, 1]),
        example("one mask first, three stages alike, odd features", "residual", (4, 6, 6), 1, 2, [0], [6, 9, 20],
                [[3, 3, 3]] * 3, [[1, 1, 1], [2, 2, 2], [1, 1, 1]], [1, 1, 1], [1, 2], reduction=4, kernel=3),
        example("plain", "plain", (2, 8, 8), 1, 3, [1, 2], [8, 8], kernels[:2], strides[:2], [2, 1], [1], kernel=5),
    ]
    with open(os.path.join(here, "attention.json"), "w") as file:
        json.dump(examples, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
