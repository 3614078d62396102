import ImageProcessing
import Models
import Preprocessing
import Registration
import VolumeFiles
import Volumes

/// A case's scans at the places of the model's channels.
///
/// A model that was also trained without some of its scans takes them as they come: on grids of their
/// own they are brought onto the contoured one's by where they lie in the patient, and what shows nothing
/// is as if it were missing. Any other model takes all of its scans, on one grid. Where a registration
/// is asked for, the others are laid on the contoured one by it, whichever model is run.
struct CaseScans {
  /// The one that is contoured: contours lie on its grid.
  let contoured: Scan
  /// One a channel of the model, in its order, all on the contoured one's grid; `nil` where the case has
  /// none, or none that can be used.
  let volumes: [Volume<Float>?]
  /// What became of the others, in the order of the channels.
  let uses: [ScanUse]
  /// Those of the others that are used.
  let others: [AlignedScan]
  private let plan: ModelPlan

  /// Puts scans at their places.
  /// - Parameters:
  ///   - present: One for each of ``ModelPlan/presentChannels(_:)``, at least one.
  ///   - places: The channels they are of.
  ///   - plan: The model.
  ///   - request: Which scan is contoured, and how the others are laid on it.
  ///   - threads: How many threads work.
  ///   - progress: Called before each registration.
  /// - Throws: ``SegmentationError/unusableScan(channel:reason:)`` where a scan that the model needs
  ///   cannot be laid on the contoured one; ``RegistrationError`` where registration cannot be had at all.
  init(
    _ present: [Scan],
    at places: [Int],
    of plan: ModelPlan,
    request: SegmentationRequest,
    threads: Int,
    progress: (SegmentationProgress) -> Void
  ) throws {
    precondition(present.count == places.count && !present.isEmpty, "a scan for each place")
    let chosen = zip(present, places).first { plan.channelNames[$1] == request.contouredChannel }
    let (contoured, contouredPlace) = chosen ?? (present[0], places[0])
    self.contoured = contoured
    self.plan = plan
    var volumes = [Volume<Float>?](repeating: nil, count: plan.channelNames.count)
    volumes[contouredPlace] = contoured.volume
    var uses: [ScanUse] = []
    var others: [AlignedScan] = []
    for (scan, place) in zip(present, places) where place != contouredPlace {
      let channel = plan.channelNames[place]
      let placed: PlacedScan
      if let registration = request.registration {
        progress(.stage("Registering \(channel)"))
        placed = try scan.registered(with: contoured, registration, threads: threads)
      } else if plan.isFlexible {
        placed = scan.positioned(on: contoured.volume.grid, threads: threads)
      } else {
        placed = PlacedScan(volume: scan.volume, fate: .given)
      }
      if let volume = placed.volume {
        volumes[place] = volume
        others.append(
          AlignedScan(
            channel: channel,
            volume: volume,
            original: scan.volume,
            transform: placed.transform,
            isCT: scan.isCT
          )
        )
      } else if plan.optionalChannels?.contains(channel) != true {
        throw SegmentationError.unusableScan(
          channel: channel,
          reason: placed.reasons.joined(separator: " ")
        )
      }
      uses.append(
        ScanUse(
          channel: channel,
          fate: placed.fate,
          reasons: placed.reasons,
          registration: placed.measures
        )
      )
    }
    self.volumes = volumes
    self.uses = uses
    self.others = others
  }

  /// The prepared case, with nothing at all in channels that show nothing.
  func emptied(_ prepared: PreparedCase) -> PreparedCase {
    plan.isFlexible ? prepared.withoutConstantChannels() : prepared
  }

  /// What a reader of the labels should know about the scans; `prepared` is the case the network saw.
  func warnings(prepared: PreparedCase) -> [String] {
    var result = uses.compactMap(\.warning)
    guard plan.isFlexible else { return result }
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
