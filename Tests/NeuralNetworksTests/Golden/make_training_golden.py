"""Writes `training.json`: losses, gradients and updates of small networks, by PyTorch and nnU-Net in float64.

    python Tests/NeuralNetworksTests/Golden/make_training_golden.py

Needs PyTorch, nnunetv2 2.8 and dynamic_network_architectures 0.4. Weights, inputs and labels are drawn as in
make_golden.py. Gradients are kept as their scalar product with a drawn tensor, which any wrong entry changes.
"""
import json
import os

import numpy as np
import torch
from nnunetv2.training.loss.compound_losses import DC_and_CE_loss
from nnunetv2.training.loss.dice import MemoryEfficientSoftDiceLoss
from nnunetv2.training.loss.deep_supervision import DeepSupervisionWrapper
from nnunetv2.training.loss.robust_ce_loss import TopKLoss

from make_golden import drawn, here, weight
from dynamic_network_architectures.architectures.unet import PlainConvUNet, ResidualEncoderUNet

torch.set_default_dtype(torch.float64)


def network(encoder, outputs, features, kernels, strides, depths, decoder):
    common = dict(
        input_channels=2, n_stages=len(features), features_per_stage=features, conv_op=torch.nn.Conv3d,
        kernel_sizes=kernels, strides=strides, num_classes=outputs, n_conv_per_stage_decoder=decoder, conv_bias=True,
        norm_op=torch.nn.InstanceNorm3d, norm_op_kwargs={"eps": 1e-5, "affine": True}, nonlin=torch.nn.LeakyReLU,
        nonlin_kwargs={"inplace": True}, deep_supervision=True)
    if encoder == "plain":
        return PlainConvUNet(n_conv_per_stage=depths, **common)
    return ResidualEncoderUNet(n_blocks_per_stage=depths, **common)


def labels(name, shape, classes):
    return np.minimum(((drawn(name, shape).astype(np.float64) + 1) / 2 * classes).astype(np.int64), classes - 1)


def unique_parameters(model):
    found = {}
    for name, parameter in model.named_parameters(remove_duplicate=True):
        found[name.replace("decoder.encoder.", "encoder.")] = parameter
    return found


def example(name, encoder, batch_dice):
    size, outputs, samples = (4, 8, 12), 4, 2
    features, depths, decoder = [8, 12, 20], [2, 1, 2], [1, 2]
    kernels, strides = [[1, 3, 3], [3, 3, 3], [3, 3, 3]], [[1, 1, 1], [1, 2, 2], [2, 2, 2]]
    model = network(encoder, outputs, features, kernels, strides, depths, decoder)
    for key, parameter in unique_parameters(model).items():
        parameter.data = torch.from_numpy(weight(key, tuple(parameter.shape)).astype(np.float64))
    x = torch.from_numpy(drawn(f"input of {name}", (samples, 2, *size)).astype(np.float64))
    sizes = [size, (4, 4, 6)]
    targets = [torch.from_numpy(labels(f"labels of {name} {i}", (samples, 1, *s), outputs))
               for i, s in enumerate(sizes)]
    loss = DeepSupervisionWrapper(
        DC_and_CE_loss({"batch_dice": batch_dice, "smooth": 1e-5, "do_bg": False, "ddp": False}, {}, weight_ce=1,
                       weight_dice=1, dice_class=MemoryEfficientSoftDiceLoss), [1.0, 0.0])
    # Two outputs: nnU-Net leaves the lower one out, so the whole weight is on the upper.
    parameters = unique_parameters(model)
    optimizer = torch.optim.SGD(parameters.values(), lr=1e-2, momentum=0.99, nesterov=True, weight_decay=3e-5)
    steps = []
    for step in range(3):
        optimizer.zero_grad()
        value = loss(model(x), targets)
        value.backward()
        probes = {key: float((p.grad * torch.from_numpy(drawn(f"probe {key}", tuple(p.shape)).astype(np.float64))).sum())
                  for key, p in parameters.items() if p.grad is not None and p.grad.abs().max() > 0}
        norm = torch.nn.utils.clip_grad_norm_(parameters.values(), 0.5)
        optimizer.step()
        steps.append({"loss": float(value), "norm": float(norm), "gradients": probes if step == 0 else {}})
    weights = {key: float((p.data * torch.from_numpy(drawn(f"probe {key}", tuple(p.shape)).astype(np.float64))).sum())
               for key, p in parameters.items()}
    return {"name": name, "encoder": encoder, "isBatchDice": batch_dice, "features": features, "kernels": kernels,
            "strides": strides, "encoderDepths": depths, "decoderDepths": decoder, "outputs": outputs,
            "samples": samples, "sizes": [list(s) for s in sizes], "steps": steps, "weights": weights}


def losses():
    """Values and logits' gradients of the single losses, also with classes that were not contoured."""
    samples, classes, size = 2, 5, (3, 4, 5)
    logits = torch.from_numpy(3 * drawn("logits", (samples, classes, *size)).astype(np.float64)).requires_grad_()
    target = labels("labels", (samples, *size), classes)
    known = np.ones((samples, classes), dtype=bool)
    known[0, 3] = known[1, 1] = known[1, 4] = False
    for n in range(samples):
        for c in range(classes):
            if not known[n, c]:
                target[n][target[n] == c] = 0
    target = torch.from_numpy(target)
    probe = torch.from_numpy(drawn("probe of logits", (samples, classes, *size)).astype(np.float64))

    def entropy(mask):
        log_p = torch.log_softmax(logits, 1)
        own = torch.gather(log_p, 1, target[:, None])[:, 0]
        merged = torch.stack([torch.logsumexp(log_p[n][[c for c in range(classes) if c == 0 or not mask[n, c]]], 0)
                              for n in range(samples)])
        return -torch.where(target == 0, merged, own)

    def generalized(mask):
        p = torch.softmax(logits, 1)
        hot = torch.zeros_like(p).scatter(1, target[:, None], 1)
        m = torch.from_numpy(mask)[:, :, None, None, None]
        i, s, e = ((v * m).sum((0, 2, 3, 4)) for v in (p * hot, p, hot))
        w = torch.where(e > 0, 1 / e.clamp_min(1) ** 2, 0)
        return 1 - (2 * (w * i).sum() + 1e-5) / ((w * (s + e)).sum() + 1e-5)

    def dice(mask, over_batch):
        p = torch.softmax(logits, 1)
        hot = torch.zeros_like(p).scatter(1, target[:, None], 1)
        m = torch.from_numpy(mask)
        i, s, e = (v.sum((2, 3, 4)) * m for v in (p * hot, p, hot))
        if over_batch:
            i, s, e, m = i.sum(0), s.sum(0), e.sum(0), m.any(0)
        d = (2 * i + 1e-5) / (s + e + 1e-5)
        m = m.clone()
        m[..., 0] = False
        return -d[m].mean()

    everything = np.ones_like(known)
    cases = {
        "crossEntropy": lambda mask: entropy(mask).mean(),
        "focal": lambda mask: ((1 - torch.exp(-entropy(mask))) ** 2 * entropy(mask)).mean(),
        "topK": lambda mask: torch.topk(entropy(mask).flatten(), entropy(mask).numel() // 10).values.mean(),
        "generalizedDice": generalized,
        "dice": lambda mask: dice(mask, False),
        "batchDice": lambda mask: dice(mask, True),
    }
    result = []
    for name, loss in cases.items():
        for mask in (everything, known):
            logits.grad = None
            value = loss(mask)
            value.backward()
            if name == "topK" and mask is everything:
                assert abs(float(value) - float(TopKLoss(k=10)(logits, target[:, None]))) < 1e-12
            result.append({"loss": name, "isContoured": mask.flatten().tolist(), "value": float(value),
                           "gradient": float((logits.grad * probe).sum())})
    return {"shape": [samples, classes, *size], "labels": target.flatten().tolist(), "losses": result}


def main():
    document = {"losses": losses(),
                "trainings": [example("plain", "plain", False), example("residual", "residual", True)]}
    with open(os.path.join(here, "training.json"), "w") as file:
        json.dump(document, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
