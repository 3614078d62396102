"""One training step (forward, backward, update): nnU-Net's own network, loss and optimizer in PyTorch beside
`delineate train`, with the same network, patch, batch and number of threads, by turns on the same machine.

Both sides run in processes of their own, so that peak memory is each side's. nnU-Net's side trains on a patch
that is drawn once: it loads and augments nothing. Delineate's side is its real command, which makes its
patches beside the training on one more thread; `waiting` is the share of time in which the network had none.
The first of two rounds of steps warms up and is not counted. nnU-Net on a CPU always computes in fp32; bf16
is what `torch.autocast` gives.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time

import common

FOLDER = common.WORK / "training"


def run(*command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"failed: {' '.join(map(str, command))}\n{done.stderr.strip()[-2000:]}")


def prepare(arguments):
    """A planned and prepared folder of drawn patients, and the same network in nnU-Net's words."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    (FOLDER / "splits.json").write_text(json.dumps([{"train": ["phantom_0001", "phantom_0002"], "val": ["phantom_0003"]}]))
    run(common.DELINEATE, "phantom", "--output", FOLDER / "set", "--cases", 3, "--seed", 1)
    run(common.DELINEATE, "plan", FOLDER / "set", "--output", FOLDER / "work", "--split", FOLDER / "splits.json",
        "--features", *arguments.features, "--patch", *arguments.patch, "--batch-size", arguments.batch,
        "--epochs", 2, "--steps-per-epoch", arguments.steps)
    plan = FOLDER / "work" / "plan.json"
    values = json.loads(plan.read_text())
    values["validationSteps"] = 0
    plan.write_text(json.dumps(values, indent=1))
    run(common.DELINEATE, "preprocess", FOLDER / "work", "--quiet")
    # The model is made of one training, whose weights do not matter.
    run(common.DELINEATE, "train", FOLDER / "work", "--quiet", "--threads", arguments.threads)
    run(common.DELINEATE, "finish", FOLDER / "work", "--weights", "last", "--output", FOLDER / "model")
    run(common.DELINEATE, "export-nnunet", FOLDER / "model", "--output", FOLDER / "nnunet")


def ours(precision, arguments):
    """Seconds a step, share of waiting and peak memory of Delineate's training."""
    shutil.rmtree(FOLDER / "work" / "fold_0", ignore_errors=True)
    measured = common.measure([
        common.DELINEATE, "train", FOLDER / "work", "--precision", precision, "--threads", arguments.threads,
        "--device", "cpu", "--quiet", "--checkpoint-minutes", 100000])
    last = json.loads((FOLDER / "work" / "fold_0" / "log.jsonl").read_text().splitlines()[-1])
    return {"step": last["seconds"] / arguments.steps, "waiting": last["waitingShare"],
            "peak_mb": measured["peak_pss_mb"]}


def theirs(precision, arguments):
    """Seconds a step and peak memory of nnU-Net's, in a process of its own."""
    measured = common.measure([
        sys.executable, __file__, "--peer", precision, "--steps", arguments.steps, "--batch", arguments.batch,
        "--threads", arguments.threads], environment=common.nnunet_environment())
    return {"step": float(measured["stdout"].split()[-1]), "peak_mb": measured["peak_pss_mb"]}


def peer(precision, steps, batch, threads):
    """nnU-Net's training step; prints the seconds of one."""
    import numpy as np
    import torch
    from nnunetv2.training.loss.compound_losses import DC_and_CE_loss
    from nnunetv2.training.loss.deep_supervision import DeepSupervisionWrapper
    from nnunetv2.training.loss.dice import MemoryEfficientSoftDiceLoss
    from nnunetv2.utilities.get_network_from_plans import get_network_from_plans
    from nnunetv2.utilities.plans_handling.plans_handler import PlansManager

    torch.set_num_threads(threads)
    plans = PlansManager(str(FOLDER / "nnunet" / "plans.json"))
    dataset = json.loads((FOLDER / "nnunet" / "dataset.json").read_text())
    configuration = plans.get_configuration(plans.available_configurations[0])
    heads = plans.get_label_manager(dataset).num_segmentation_heads
    channels = len(dataset["channel_names"])
    network = get_network_from_plans(
        configuration.network_arch_class_name, configuration.network_arch_init_kwargs,
        configuration.network_arch_init_kwargs_req_import, channels, heads, deep_supervision=True).train()
    generator = torch.Generator().manual_seed(1)
    patch = configuration.patch_size
    image = torch.randn([batch, channels, *patch], generator=generator)
    labels = torch.randint(0, heads, [batch, 1, *patch], generator=generator).float()
    with torch.no_grad():
        scales = [tuple(output.shape[2:]) for output in network(image)]
    targets = [torch.nn.functional.interpolate(labels, scale) for scale in scales]
    weights = np.array([1 / 2**scale for scale in range(len(scales))])
    weights[-1] = 0 if len(scales) > 1 else 1
    loss_of = DeepSupervisionWrapper(
        DC_and_CE_loss({"batch_dice": False, "smooth": 1e-5, "do_bg": False, "ddp": False}, {}, weight_ce=1,
                       weight_dice=1, ignore_label=None, dice_class=MemoryEfficientSoftDiceLoss),
        weights / weights.sum())
    optimizer = torch.optim.SGD(network.parameters(), 1e-2, weight_decay=3e-5, momentum=0.99, nesterov=True)

    def step():
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16"):
            loss = loss_of(network(image), targets)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 12)
        optimizer.step()
        return float(loss)

    for _ in range(steps):
        step()
    start = time.monotonic()
    for _ in range(steps):
        step()
    print((time.monotonic() - start) / steps)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--features", nargs="+", default=[32, 64, 128, 256, 320])
    parser.add_argument("--patch", nargs=3, default=[64, 128, 128])
    parser.add_argument("--batch", type=int, default=2)
    parser.add_argument("--steps", type=int, default=5, help="steps of a round; one round warms up, one counts")
    parser.add_argument("--rounds", type=int, default=3, help="turns of each side")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--precisions", nargs="+", choices=["fp32", "bf16"], default=["fp32", "bf16"])
    parser.add_argument("--peer", choices=["fp32", "bf16"], help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.peer:
        return peer(arguments.peer, arguments.steps, arguments.batch, arguments.threads)
    prepare(arguments)
    rows, record = [], {"settings": vars(arguments), "rounds": []}
    for precision in arguments.precisions:
        sides = {"nnunetv2": [], "delineate": []}
        for turn in range(arguments.rounds):
            sides["nnunetv2"].append(theirs(precision, arguments))
            sides["delineate"].append(ours(precision, arguments))
            print(precision, turn + 1, sides["nnunetv2"][-1], sides["delineate"][-1], flush=True)
        record["rounds"].append({"precision": precision} | sides)
        reference = statistics.median(one["step"] for one in sides["nnunetv2"])
        for name, found in sides.items():
            step = statistics.median(one["step"] for one in found)
            waiting = f"{100 * max(one['waiting'] for one in found):.2f} %" if name == "delineate" else "loads nothing"
            rows.append([precision, name, f"{step:.3f}", f"{step / reference:.2f}x",
                         max(one["peak_mb"] for one in found), waiting])
    title = (f"# One training step\n\nPatch {'x'.join(map(str, arguments.patch))}, batch {arguments.batch}, features "
             f"{', '.join(map(str, arguments.features))}, {arguments.threads} threads; median of {arguments.rounds} rounds.\n")
    common.store("training", record, title + "\n" + common.markdown(
        ["precision", "program", "s/step", "of nnunetv2", "peak memory, MB", "waiting for data"], rows))


if __name__ == "__main__":
    main()
