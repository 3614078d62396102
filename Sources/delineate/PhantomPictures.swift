import Datasets
import Foundation
import Reports
import VolumeFiles
import Volumes

/// Pictures of a drawn patient with its organs, for a person to judge the drawing by.
struct PhantomPictures {
  let folder: URL

  /// Writes `pictures/CT` and `pictures/MR` into a case's folder, from the files that lie there.
  func write(case name: String) throws {
    let place = folder.appending(path: "set_1/\(name)")
    for (scan, organs, modality) in [("CT", "CT", "CT"), ("MR_T1", "MR", "MR")] {
      let file = place.appending(path: "\(name)_IMG_\(scan).nrrd")
      guard FileManager.default.fileExists(atPath: file.path) else { continue }
      let labels = try readLabelMap(at: place.appending(path: "\(name)_organs_\(organs).seg.nrrd"))
      let pictures = try OverlayPictures(
        scan: try readVolume(at: file),
        labels: labels.labelMap,
        scheme: DrawnPatient.scheme,
        window: modality == "CT" ? .softTissue : nil
      )
      _ = try pictures.write(to: place.appending(path: "pictures/\(modality)"))
    }
  }
}
