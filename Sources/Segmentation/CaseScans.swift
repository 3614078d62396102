import ImageProcessing
import Models
import Preprocessing
import VolumeFiles
import Volumes

/// A case's scans at the places of the model's channels.
///
/// A model that was also trained without some of its scans takes them as they come: on grids of their
/// own they are brought onto the first one's by where they lie in the patient, and what shows nothing
/// is as if it were missing. Any other model takes all of its scans, on one grid.
struct CaseScans {
  /// The first that is there: contours lie on its grid.
  let first: Scan
  /// One a channel of the model, in its order, all on the first one's grid; `nil` where the case has
  /// none.
  let volumes: [Volume<Float>?]
  /// The names of those that lay on grids of their own.
  private let moved: [String]
  private let plan: ModelPlan

  /// Puts scans at their places.
  /// - Precondition: There is one for each of ``ModelPlan/presentChannels(_:)``, at least one.
  init(_ present: [Scan], at places: [Int], of plan: ModelPlan, threads: Int) {
    precondition(present.count == places.count && !present.isEmpty, "a scan for each place")
    let grid = present[0].volume.grid
    var volumes = [Volume<Float>?](repeating: nil, count: plan.channelNames.count)
    var moved: [String] = []
    for (scan, place) in zip(present, places) {
      guard plan.isFlexible, !grid.matches(scan.volume.grid) else {
        volumes[place] = scan.volume
        continue
      }
      volumes[place] = resampled(
        scan.volume,
        onto: grid,
        outside: scan.isCT ? -1024 : 0,
        threads: threads
      )
      moved.append(plan.channelNames[place])
    }
    first = present[0]
    self.volumes = volumes
    self.moved = moved
    self.plan = plan
  }

  /// The prepared case, with nothing at all in channels that show nothing.
  func emptied(_ prepared: PreparedCase) -> PreparedCase {
    plan.isFlexible ? prepared.withoutConstantChannels() : prepared
  }

  /// What a reader of the labels should know about the scans; `prepared` is the case the network saw.
  func warnings(prepared: PreparedCase) -> [String] {
    guard plan.isFlexible else { return [] }
    var result: [String] = []
    let shown = Set(plan.preparation.channels.indices)
      .subtracting(prepared.constantChannels).map(plan.preparation.source(of:))
    let empty = volumes.indices.filter { volumes[$0] != nil && !shown.contains($0) }
      .map { plan.channelNames[$0] }
    if !empty.isEmpty {
      result.append(
        "Nothing to see in \(empty.joined(separator: ", ")) where the contours lie; the network ran "
          + "without."
      )
    }
    if !moved.isEmpty {
      result.append(
        "\(moved.joined(separator: ", ")) lay on another grid and was brought onto the scan's by "
          + "position alone: register first where the patient moved."
      )
    }
    return result
  }
}

extension ModelPlan {
  /// Whether the network was also trained without some of its scans.
  fileprivate var isFlexible: Bool { optionalChannels != nil }

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
