"""The DICOM node killed while four senders send: is every study answered exactly once?

DCMTK's `storescu` sends studies of a few slices, four senders at once, each again until it is told that all were
taken; the node is killed with SIGKILL again and again meanwhile and started again; DCMTK's `storescp` takes the
answers. In place of a network, which would take hours, DCMTK's `dcmodify` puts each study's UID into one structure set
that `export rtstruct` wrote. Needs pydicom and SimpleITK (`RT_PEERS`, see rtstruct.py) and Debian's dcmtk.
"""

import argparse
import collections
import pathlib
import queue
import random
import signal
import socket
import subprocess
import tempfile
import threading
import time

import pydicom
import SimpleITK as sitk

import common
from rtstruct import write_series


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def make_studies(folder, count, slices):
    image = sitk.Image(16, 16, slices, sitk.sitkUInt8)
    image.SetSpacing((2.0, 2.0, 3.0))
    uids = {}
    for index in range(count):
        place = folder / f"{index:04}"
        place.mkdir()
        write_series(image, place)
        uids[place] = pydicom.dcmread(next(place.iterdir())).StudyInstanceUID
    labels = sitk.Image(16, 16, slices, sitk.sitkUInt8)
    labels.CopyInformation(image)
    labels[4:12, 4:12, 1:slices - 1] = 1
    return uids, labels


def send(places, port, title, retried):
    """Sends one study after the other until each was taken whole."""
    while True:
        try:
            place = places.get_nowait()
        except queue.Empty:
            return
        while subprocess.run(["storescu", "-aet", title, "-aec", "NODE", "-to", "5", "+sd", "127.0.0.1", str(port),
                              str(place)], capture_output=True).returncode != 0:
            retried[title] += 1
            time.sleep(0.2)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--studies", type=int, default=200)
    parser.add_argument("--slices", type=int, default=4)
    parser.add_argument("--senders", type=int, default=4)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    with tempfile.TemporaryDirectory() as temporary:
        work = pathlib.Path(temporary)
        (work / "studies").mkdir()
        (work / "received").mkdir()
        uids, labels = make_studies(work / "studies", arguments.studies, arguments.slices)
        sitk.WriteImage(labels, str(work / "labels.nrrd"))
        segmenter = work / "segmenter"
        subprocess.run([str(common.DELINEATE), "export", "rtstruct", "--labels", str(work / "labels.nrrd"), "--series",
                        str(next(iter(uids))), "--output", str(work / "answer.dcm")], check=True, capture_output=True)
        # Written beside its place first: the answer is there whole or not at all, as with `segment`.
        segmenter.write_text(f"""#!/bin/sh
set -e
first=$(find "$2" -name '*.dcm' | head -n 1)
study=$(dcmdump -s +P 0020,000d "$first" | sed 's/.*\\[\\(.*\\)\\].*/\\1/')
cp "{work}/answer.dcm" "$8.part"
dcmodify -nb -gin -m "0020,000d=$study" "$8.part"
mv "$8.part" "$8"
""")
        segmenter.chmod(0o755)
        port, receiver_port = free_port(), free_port()
        titles = [f"SENDER_{number}" for number in range(arguments.senders)]
        quoted = ", ".join(f'"{title}"' for title in titles)
        (work / "node.json").write_text(f"""
            {{"title": "NODE", "port": {port}, "queue": "{work}/queue", "callers": [{quoted}],
             "peers": [{{"title": "PACS", "host": "127.0.0.1", "port": {receiver_port}}}],
             "rules": [{{"name": "r", "modality": "CT", "model": "none", "sendTo": "PACS"}}],
             "quietSeconds": 3, "retrySeconds": 1, "segmenter": ["{segmenter}"]}}""")
        receiver = subprocess.Popen(["storescp", "-aet", "PACS", "-od", str(work / "received"), str(receiver_port)],
                                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        command = [str(common.DELINEATE), "node", "--config", str(work / "node.json")]
        node = subprocess.Popen(command)
        begin = time.monotonic()
        places = queue.Queue()
        for place in uids:
            places.put(place)
        retried = collections.Counter()
        senders = [threading.Thread(target=send, args=(places, port, title, retried)) for title in titles]
        for sender in senders:
            sender.start()
        kills, sent_at = 0, None
        try:
            while time.monotonic() - begin < 60 * arguments.minutes:
                answers = list((work / "received").iterdir())
                done = arguments.studies - places.qsize()
                # Spread over the sending and the answering alike.
                progress = (done + len(answers)) / (2 * arguments.studies)
                if kills < arguments.kills and progress > (kills + chance.random()) / (arguments.kills + 1):
                    node.send_signal(signal.SIGKILL)
                    node.wait()
                    kills += 1
                    time.sleep(chance.random())
                    node = subprocess.Popen(command)
                if sent_at is None and not any(sender.is_alive() for sender in senders):
                    sent_at = time.monotonic() - begin
                if sent_at is not None and len(answers) >= arguments.studies and kills == arguments.kills:
                    break
                time.sleep(0.2)
            # A second answer would come now.
            time.sleep(10)
            seconds = time.monotonic() - begin - 10
        finally:
            node.terminate()
            node.wait()
            receiver.terminate()
            receiver.wait()
        answered = collections.Counter()
        for file in (work / "received").iterdir():
            answered[pydicom.dcmread(file, stop_before_pixels=True).StudyInstanceUID] += 1
        lost = [uid for uid in uids.values() if answered[uid] == 0]
        doubled = [uid for uid in uids.values() if answered[uid] > 1]
        record = {
            "studies": arguments.studies, "slices": arguments.slices, "senders": arguments.senders, "kills": kills,
            "answered once": sum(answered[uid] == 1 for uid in uids.values()), "lost": len(lost),
            "answered twice or more": len(doubled), "associations repeated by senders": sum(retried.values()),
            "seconds until all were sent": round(sent_at or -1, 1), "seconds until all were answered": round(seconds, 1),
        }
        common.store("node", record, "# The node, killed while four senders send\n\n" + common.markdown(
            ["", ""], [[key, value] for key, value in record.items()]))


if __name__ == "__main__":
    main()
