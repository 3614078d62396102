"""Writes statistics.json: what SciPy computes for small samples of paired differences and of scores.

Run with SciPy 1.17.1:  python statistics.py > statistics.json
"""
import json
import sys
import warnings

import numpy as np
from scipy import stats

warnings.filterwarnings("ignore")
rng = np.random.default_rng(7)


def samples():
    yield "distinct 1", [0.3]
    yield "distinct 5", rng.normal(0.4, 1, 5).round(6).tolist()
    yield "distinct 12", rng.normal(0.3, 1, 12).round(6).tolist()
    yield "distinct 50", rng.normal(0.2, 1, 50).round(6).tolist()
    yield "distinct 51", rng.normal(0.2, 1, 51).round(6).tolist()
    yield "far 50", rng.normal(4, 1, 50).round(6).tolist()
    yield "tied 9", rng.integers(-3, 5, 9).astype(float).tolist()
    yield "tied 13", [float(v) for v in (1, 1, 2, -2, 3, 3, 3, -4, 5, 6, -1, 7, 8)]
    yield "tied 14", [float(v) for v in (1, 1, 2, -2, 3, 3, 3, -4, 5, 6, -1, 7, 8, 8)]
    yield "zeros 8", [0.0, 1.5, -0.5, 2.0, 0.0, 3.5, -1.0, 4.0]
    yield "zeros 13", [0.0, 0.0, 1.0, 1.0, -2.0, 2.0, 3.0, 4.0, -4.0, 5.0, 6.0, 7.0, 0.0]
    yield "zeros 30", rng.integers(-4, 6, 30).astype(float).tolist()
    yield "zeros 120", (rng.integers(-20, 25, 120) / 8).tolist()


def wilcoxon():
    for name, differences in samples():
        tests = []
        for zeros in ("wilcox", "pratt"):
            for alternative in ("two-sided", "less", "greater"):
                for method in ("auto", "exact", "asymptotic"):
                    for correction in (False, True):
                        if correction and method != "asymptotic":
                            continue
                        result = stats.wilcoxon(
                            differences, zero_method=zeros, alternative=alternative,
                            method=method, correction=correction)
                        tests.append({
                            "zeros": zeros, "alternative": alternative, "method": method,
                            "continuity": correction, "statistic": float(result.statistic),
                            "p": float(result.pvalue)})
        yield {"name": name, "differences": differences, "tests": tests}


def friedman():
    for methods, count in ((3, 8), (4, 20), (6, 40)):
        values = (rng.normal(0, 1, (methods, count)) + 0.2 * np.arange(methods)[:, None]).round(1)
        result = stats.friedmanchisquare(*values)
        yield {"values": values.tolist(), "statistic": float(result.statistic),
               "p": float(result.pvalue)}


def holm():
    p = [0.01, 0.04, 0.03, 0.005, 0.2, 0.9, 0.01]
    from statsmodels.stats.multitest import multipletests
    return {"p": p, "holm": multipletests(p, method="holm")[1].tolist(),
            "bonferroni": multipletests(p, method="bonferroni")[1].tolist()}


json.dump({
    "wilcoxon": list(wilcoxon()),
    "friedman": list(friedman()),
    "holm": holm(),
    "normal": [[z, float(stats.norm.cdf(z))] for z in (-30.0, -8.0, -2.5, -0.1, 0.0, 1.0, 6.0)],
    "chi2": [[x, k, float(stats.chi2.sf(x, k))]
             for k in (1, 2, 3, 4, 5, 9, 10) for x in (0.1, 1.0, 7.5, 80.0)],
    "range": [[a, k, float(stats.studentized_range.ppf(1 - a, k, np.inf))]
              for a in (0.05, 0.01, 0.1) for k in (2, 3, 6, 10, 20)],
    "kendall": [[a, b, float(stats.kendalltau(a, b).statistic)] for a, b in (
        ([1, 2, 3, 4], [1, 2, 3, 4]), ([1, 2, 3, 3, 5], [2, 1, 3, 4, 4]),
        ([1, 2, 2, 4, 5, 6], [6, 4, 5, 3, 2, 1]))],
}, sys.stdout, separators=(",", ":"))
print()
