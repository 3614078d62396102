"""Does nnU-Net predict with what Delineate exports? Each model goes through `delineate export-nnunet`,
then `nnUNetv2_predict_from_modelfolder` runs the folder as it is, and its labels are compared with those
that `delineate segment` draws with the model itself. No voxel may differ.
"""

import argparse
import pathlib
import shutil
import subprocess

import agreement
import common


def run(*command, environment=None):
    ran = subprocess.run([str(part) for part in command], capture_output=True, text=True, env=environment)
    if ran.returncode != 0:
        raise SystemExit(f"{command[0]} failed: {ran.stderr.strip()[-2000:]}")


def scans(folder):
    """A drawn patient for the phantom network, a real one for the others."""
    run(common.DELINEATE, "phantom", "--output", folder / "drawn", "--seed", 1005)
    real = common.DATA / "openkbp" / agreement.patients(1)[0] / "ct.nii.gz"
    return {"phantom": folder / "drawn" / "ct.nii.gz", "plain": real, "resenc": real}


def compare(network, scan, folder, mirroring):
    model = common.ROOT / "Networks" / "phantom" if network == "phantom" else agreement.model_folder(network)
    exported = folder / network
    run(common.DELINEATE, "export-nnunet", model, "--output", exported)
    images = folder / "images" / network
    images.mkdir(parents=True)
    shutil.copy(scan, images / "case_0000.nii.gz")
    flags = [] if mirroring else ["--disable_tta"]
    run(common.PEERS / "bin" / "nnUNetv2_predict_from_modelfolder", "-i", images, "-o", folder / "labels" / network,
        "-m", exported, "-f", "0", "-device", "cpu", "-npp", "1", "-nps", "1", *flags,
        environment=common.nnunet_environment())
    own = folder / f"{network}.nii.gz"
    run(common.DELINEATE, "segment", scan, "--model", model, "--output", own, "--quiet",
        *([] if mirroring else ["--no-mirroring"]))
    expected = common.labels_of(folder / "labels" / network / "case.nii.gz")
    found = common.agreement(expected, common.labels_of(own))
    print(f"{network}: {found['different']} of {expected.size} voxels differ, "
          f"{len(found['dice'])} structures, smallest Dice {found['smallest_dice']}", flush=True)
    return found["different"]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--networks", nargs="+", default=["phantom", *agreement.NETWORKS])
    parser.add_argument("--mirroring", action="store_true", help="with mirroring, as nnU-Net's default")
    arguments = parser.parse_args()
    folder = pathlib.Path(common.WORK) / "nnunet-export"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    images = scans(folder)
    different = sum(compare(network, images[network], folder, arguments.mirroring)
                    for network in arguments.networks)
    raise SystemExit(1 if different else 0)


if __name__ == "__main__":
    main()
