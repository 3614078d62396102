"""Writes `fields.json`: warps, integrated velocities and a registration's losses, by PyTorch in float64.

    python Tests/NeuralNetworksTests/Golden/make_field_golden.py

Needs PyTorch. Inputs are drawn as in make_golden.py. Tensors and gradients are kept as their scalar product with a
drawn tensor, which any wrong entry changes. Written from the formulas, not from the program's own code: sampling is
eight gathers, descriptors are loops over shifted arrays.
"""
import itertools
import json
import os

import torch

from make_golden import drawn, here

torch.set_default_dtype(torch.float64)
SIZE = (5, 6, 7)
SCALE = (1, 2, 2)


def tensor(name, shape, factor=1.0):
    x = torch.from_numpy(drawn(name, shape).astype("float64")) * factor
    return x.requires_grad_()


def probe(name, x):
    return float((x.detach() * torch.from_numpy(drawn(name, tuple(x.shape)).astype("float64"))).sum())


def sample(x, u, scale):
    """x at p + u(p) / scale, trilinear, clamped to the outermost voxels' centers."""
    n = x.shape[0]
    size = x.shape[2:]
    base = torch.meshgrid(*[torch.arange(s, dtype=torch.float64) for s in size], indexing="ij")
    place = [torch.clamp(base[a] + u[:, a] / scale[a], 0, size[a] - 1) for a in range(3)]
    low = [torch.clamp(torch.floor(p.detach()).long(), 0, max(s - 2, 0)) for p, s in zip(place, size)]
    out = 0
    batch = torch.arange(n)[:, None, None, None]
    for corner in itertools.product((0, 1), repeat=3):
        weight = 1
        index = []
        for a in range(3):
            f = place[a] - low[a]
            weight = weight * (f if corner[a] else 1 - f)
            index.append(torch.clamp(low[a] + corner[a], max=size[a] - 1))
        out = out + weight[:, None] * x.permute(0, 2, 3, 4, 1)[batch, index[0], index[1], index[2]].permute(
            0, 4, 1, 2, 3)
    return out


def integrate(v, scale, steps):
    u = v / 2 ** steps
    for _ in range(steps):
        u = u + sample(u, u, scale)
    return u


def moved(x, shift):
    index = [torch.clamp(torch.arange(s) + d, 0, s - 1) for s, d in zip(x.shape[2:], shift)]
    return x[:, :, index[0]][:, :, :, index[1]][:, :, :, :, index[2]]


def mind(x):
    axes = [(-2, 0, 0), (2, 0, 0), (0, -2, 0), (0, 2, 0), (0, 0, -2), (0, 0, 2)]
    distances = []
    for a, b in itertools.combinations(range(6), 2):
        if a // 2 == b // 2:
            continue
        square = (moved(x, axes[a]) - moved(x, axes[b])) ** 2
        distances.append(sum(moved(square, s) for s in itertools.product((-1, 0, 1), repeat=3)) / 27)
    d = torch.cat(distances, 1)
    d = d - d.min(1, keepdim=True).values
    variance = d.mean(1, keepdim=True)
    mean = variance.detach().mean((1, 2, 3, 4), keepdim=True) + 1e-12
    return torch.exp(-d / torch.minimum(torch.maximum(variance, mean * 1e-3), mean * 1e3))


def entropy(p):
    return -(p * torch.log(p + 1e-9)).sum()


def information(a, b, bins=16):
    """One cube: every axis is shorter than 16."""
    parts = []
    for x in (a, b):
        low, high = x.detach().min(), x.detach().max()
        place = ((x.flatten() - low) / (high - low + 1e-6)) * (bins - 1)
        w = torch.exp(-2 * (place[:, None] - torch.arange(bins)) ** 2)
        parts.append(w / w.sum(1, keepdim=True))
    joint = parts[0].T @ parts[1] / parts[0].shape[0]
    return 2 - (entropy(parts[0].mean(0)) + entropy(parts[1].mean(0))) / (entropy(joint) + 1e-6)


def jacobian(u, scale):
    v = u / torch.tensor(scale, dtype=torch.float64).view(1, 3, 1, 1, 1)
    here_ = v[:, :, :-1, :-1, :-1]
    columns = [v[:, :, 1:, :-1, :-1] - here_, v[:, :, :-1, 1:, :-1] - here_, v[:, :, :-1, :-1, 1:] - here_]
    matrix = torch.stack(columns, -1).permute(0, 2, 3, 4, 1, 5) + torch.eye(3)
    return torch.linalg.det(matrix)


def entry(name, result, *inputs):
    for x in inputs:
        x.grad = None
    weight = torch.from_numpy(drawn(f"way back of {name}", tuple(result.shape)).astype("float64"))
    (result * weight).sum().backward()
    return {"name": name, "value": probe(f"probe of {name}", result),
            "gradients": [probe(f"gradient {i} of {name}", x.grad) for i, x in enumerate(inputs)]}


def main():
    image = tensor("moving", (2, 3, *SIZE))
    field = tensor("field", (2, 3, *SIZE), 3)
    fixed = tensor("fixed", (2, 1, *SIZE))
    other = tensor("other", (2, 1, *SIZE))
    entries = [
        entry("warp", sample(image, field, SCALE), image, field),
        entry("integration", integrate(field, SCALE, 4), field),
        entry("mind", ((mind(fixed) - mind(other)) ** 2).mean((1, 2, 3, 4)) @ torch.tensor([0.25, 0.75]), fixed, other),
        entry("local-mutual-information",
              0.25 * information(fixed[0], other[0]) + 0.75 * information(fixed[1], other[1]), fixed, other),
        entry("folding", torch.relu(-jacobian(field, SCALE)).mean(), field),
        entry("roughness", sum(((torch.diff(field, dim=a) / torch.tensor(SCALE).view(1, 3, 1, 1, 1)) ** 2).mean()
                               for a in (2, 3, 4)) / 3, field),
    ]
    with open(os.path.join(here, "fields.json"), "w") as file:
        json.dump({"size": SIZE, "scale": SCALE, "entries": entries,
                   "foldedShare": float((jacobian(field, SCALE) <= 0).double().mean())}, file, indent=1)


if __name__ == "__main__":
    main()
