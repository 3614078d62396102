"""Writes ranking.json: drawn scores of four methods, ranked with SciPy by the HaN-Seg rules.

Run with SciPy 1.17.1:  python ranking.py > ranking.json
"""
import itertools
import json
import sys

import numpy as np
from scipy import stats

rng = np.random.default_rng(3)
methods = ["alpha", "beta", "gamma", "delta"]
cases = [f"case_{n:02}" for n in range(1, 13)]
structures = ["Brainstem", "Parotid_L", "OpticChiasm"]
strength = {"alpha": 0.05, "beta": 0.045, "gamma": 0.0, "delta": -0.15}

scores = {"dice": {}, "hd95": {}}
for c, s in itertools.product(range(len(cases)), range(len(structures))):
    base = 0.8 - 0.1 * s + rng.normal(0, 0.04)
    for m in methods:
        dice = float(np.clip(base + strength[m] + rng.normal(0, 0.03), 0, 1).round(4))
        far = float(max(0.5, 4 - 20 * strength[m] + rng.normal(0, 1)).__round__(3))
        scores["dice"][m, c, s] = dice
        scores["hd95"][m, c, s] = far

# delta misses the chiasm twice; beta once; one reference has no chiasm.
empty = [("delta", 2, 2), ("delta", 7, 2), ("beta", 4, 2)]
without_reference = (9, 2)


def completed(metric):
    table = dict(scores[metric])
    for m, c, s in empty:
        del table[m, c, s]
    for m in methods:
        del table[(m, *without_reference)]
    for m, c, s in empty:
        table[m, c, s] = 0.0 if metric == "dice" else max(
            v for (_, _, other), v in table.items() if other == s)
    keys = [(c, s) for c in range(len(cases)) for s in range(len(structures))
            if (c, s) != without_reference]
    return np.array([[table[m, c, s] for c, s in keys] for m in methods])


result = {"methods": methods, "cases": cases, "structures": structures, "rows": [], "metrics": {}}
for metric in scores:
    for (m, c, s), value in scores[metric].items():
        note = ("reference missing" if (c, s) == without_reference
                else "prediction empty" if (m, c, s) in empty else "")
        result["rows"].append([m, cases[c], structures[s], metric, None if note else value, note])

ranks = {}
for metric in scores:
    values = completed(metric)
    better = 1 if metric == "dice" else -1
    pairs = list(itertools.combinations(range(len(methods)), 2))
    p = [float(stats.wilcoxon(values[a], values[b]).pvalue) for a, b in pairs]
    significance = [0] * len(methods)
    for (a, b), value in zip(pairs, p):
        if value * len(pairs) < 0.05:
            difference = np.median(values[a] - values[b]) * better
            significance[a if difference > 0 else b] += 1
    ranks[metric] = [1 + sum(other > own for other in significance) for own in significance]
    q = stats.studentized_range.ppf(0.95, len(methods), np.inf) / np.sqrt(2)
    order = np.array([stats.rankdata(-better * column) for column in values.T])
    result["metrics"][metric] = {
        "p": p, "significance": significance, "ranks": ranks[metric],
        "means": values.mean(axis=1).tolist(), "averageRanks": order.mean(axis=0).tolist(),
        "criticalDifference": float(q * np.sqrt(len(methods) * (len(methods) + 1)
                                                / (6 * values.shape[1]))),
        "friedman": float(stats.friedmanchisquare(*values).statistic)}
result["meanRanks"] = np.mean([ranks[m] for m in scores], axis=0).tolist()
json.dump(result, sys.stdout, separators=(",", ":"))
print()
