import Models
import VolumeFiles
import Volumes

/// A case's scans at the places of the model's channels.
struct CaseScans {
  /// One a channel of the model, in its order; `nil` where the case has none.
  let scans: [Scan?]
  /// The first that is there: contours lie on its grid.
  let first: Scan

  /// Puts scans at their places.
  /// - Precondition: There is one for each of ``ModelPlan/presentChannels(_:)``, at least one.
  init(_ present: [Scan], at places: [Int], of plan: ModelPlan) {
    precondition(present.count == places.count && !present.isEmpty, "a scan for each place")
    var scans = [Scan?](repeating: nil, count: plan.channelNames.count)
    for (scan, place) in zip(present, places) { scans[place] = scan }
    self.scans = scans
    first = present[0]
  }

  /// The scans' voxels, `nil` where there is none.
  var volumes: [Volume<Float>?] { scans.map { $0?.volume } }
}

extension ModelPlan {
  /// The places of the channels that a request has scans for.
  /// - Throws: ``SegmentationError`` where the number of scans is another, or a scan is missing that
  ///   the model was not trained to do without.
  func presentChannels(_ request: SegmentationRequest) throws(SegmentationError) -> [Int] {
    for name in request.missingChannels {
      guard channelNames.contains(name), optionalChannels?.contains(name) == true else {
        throw .neededChannel(name: name, optional: optionalChannels ?? [])
      }
    }
    let places = channelNames.indices.filter {
      !request.missingChannels.contains(channelNames[$0])
    }
    guard request.inputs.count == places.count, !places.isEmpty else {
      throw .wrongInputCount(found: request.inputs.count, channels: places.map { channelNames[$0] })
    }
    return places
  }
}
